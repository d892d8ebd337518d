#include "base/html.h"

#include "base/utf8.h"

namespace hanbat {

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : to_utf8(text)) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
      case '\t':
        out += c;
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
          out += "\uFFFD";
        else
          out += c;
    }
  return out;
}

}  // namespace hanbat
