// The mark sheet for a terminal.
#include <fmt/format.h>

#include "base/text.h"
#include "base/utf8.h"
#include "main/cli/task/sheet.h"
#include "main/cli/task/sheet_words.h"

namespace hanbat::cli::task {
namespace {

constexpr std::size_t kLongestSeen = 160;

/// One line of at most so many characters, in which nothing moves a cursor: control characters become \x1b and the
/// like, and so do those that turn the direction of text.
std::string harmless(std::string_view text, std::size_t longest = kLongestSeen) {
  const std::string clean = to_utf8(text);
  std::string out;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < clean.size();) {
    const auto byte = static_cast<unsigned char>(clean[i]);
    const std::size_t size = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
    const std::string_view one = std::string_view(clean).substr(i, size);
    i += size;
    if (++characters > longest) return out + "…";
    const bool c1 = size == 2 && byte == 0xC2 && static_cast<unsigned char>(one[1]) < 0xA0;
    const bool turns = one == "\u202A" || one == "\u202B" || one == "\u202C" || one == "\u202D" || one == "\u202E" ||
                       one == "\u2066" || one == "\u2067" || one == "\u2068" || one == "\u2069";
    if (byte == '\n' || byte == '\t')
      out += ' ';
    else if (byte < 0x20 || byte == 0x7F || c1)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(one.back()));
    else if (turns)
      out += "\\u";
    else
      out += one;
  }
  return out;
}

}  // namespace

std::string sheet_text(const Sheet& sheet, std::string_view language) {
  const SheetWords& words = words_in(language);
  std::string out =
      fmt::format("{}: {}\n{} {}, {} {}, {} {}\n\n", words.sheet, text_in(sheet.title, language), words.competitor,
                  harmless(sheet.competitor), words.account, sheet.account, words.marked, iso8601(sheet.marked));
  for (const ItemMark& one : sheet.items) {
    const std::string_view verdict = !one.broken.empty() ? words.broken
                                     : one.full()        ? words.pass
                                     : one.earned > 0    ? words.part
                                                         : words.fail;
    out += fmt::format("{:<6}{:>5}/{:<5} {}  {}\n", one.item.id, points_text(one.earned), points_text(one.item.points),
                       verdict, text_in(one.item.title, language));
    if (!one.broken.empty()) out += fmt::format("{:18}{}: {}\n", "", words.judge_must_look, harmless(one.broken));
    if (!one.left.empty()) out += fmt::format("{:16}! {}\n", "", harmless(one.left));
    for (const Expectation& e : one.expectations)
      if (e.met)
        out += fmt::format("{:18}{}: {}\n", "", harmless(label_in(e.what, language)), harmless(e.seen));
      else
        out += fmt::format("{:16}! {}: {} {}; {} {}\n", "", harmless(label_in(e.what, language)), words.expected,
                           harmless(label_in(e.wanted, language)), words.seen, e.seen.empty() ? "-" : harmless(e.seen));
  }
  std::size_t full = 0;
  for (const ItemMark& one : sheet.items) full += one.full();
  out += fmt::format("\n{}: {} / {} ({}/{})\n", words.total, points_text(sheet.earned()), points_text(sheet.possible()),
                     full, sheet.items.size());
  return out;
}

}  // namespace hanbat::cli::task
