// JSON text in. The reader is strict (no comments, no trailing commas) and bounded in depth.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "base/json.h"
#include "base/json_text.h"

namespace hanbat {
namespace {

constexpr int kMaxDepth = 512;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json document() {
    Json value = this->value(0);
    skip_space();
    if (at_ != text_.size()) fail("end of text");
    return value;
  }

 private:
  [[noreturn]] void fail(const char* expected) const {
    throw JsonError("JSON: expected " + std::string(expected) + " at offset " + std::to_string(at_));
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) fail("a value");
    at_ += w.size();
  }

  Json value(int depth) {
    if (depth > kMaxDepth) fail("less nesting");
    skip_space();
    if (at_ >= text_.size()) fail("a value");
    switch (text_[at_]) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        word("true");
        return true;
      case 'f':
        word("false");
        return false;
      case 'n':
        word("null");
        return nullptr;
      default:
        return number();
    }
  }

  Json object(int depth) {
    ++at_;
    Json::Object members;
    skip_space();
    if (!take('}')) {
      do {
        skip_space();
        if (at_ >= text_.size() || text_[at_] != '"') fail("a member name");
        std::string name = string();
        skip_space();
        if (!take(':')) fail("':'");
        Json item = value(depth + 1);
        members.emplace_back(std::move(name), std::move(item));
        skip_space();
      } while (take(','));
      if (!take('}')) fail("',' or '}'");
    }
    keep_last(members);
    Json out = Json::object();
    out.members() = std::move(members);
    return out;
  }

  /// A repeated name keeps its first place and its last value, as most readers of JSON do.
  static void keep_last(Json::Object& members) {
    constexpr std::size_t kFew = 16;
    if (members.size() > kFew || has_repeated(members)) keep_last_of_many(members);
  }

  static bool has_repeated(const Json::Object& members) {
    for (std::size_t i = 1; i < members.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (members[i].first == members[k].first) return true;
    return false;
  }

  /// In order of names, so that an object of very many members costs no square of them.
  static void keep_last_of_many(Json::Object& members) {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return members[a].first < members[b].first; });
    std::vector<bool> repeated(members.size());
    bool any = false;
    std::size_t first = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (members[order[i]].first != members[order[first]].first) {
        first = i;
        continue;
      }
      members[order[first]].second = std::move(members[order[i]].second);
      repeated[order[i]] = any = true;
    }
    if (!any) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < members.size(); ++i)
      if (!repeated[i] && i != kept++) members[kept - 1] = std::move(members[i]);
    members.resize(kept);
  }

  Json array(int depth) {
    ++at_;
    Json::Array items;
    skip_space();
    if (take(']')) return items;
    do {
      items.push_back(value(depth + 1));
      skip_space();
    } while (take(','));
    if (!take(']')) fail("',' or ']'");
    return items;
  }

  unsigned hex4() {
    unsigned out = 0;
    if (at_ + 4 > text_.size()) fail("four hex digits");
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, out, 16);
    if (error != std::errc() || end != text_.data() + at_ + 4) fail("four hex digits");
    at_ += 4;
    return out;
  }

  static void append_utf8(std::string& out, unsigned c) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0 | (c >> 6));
      out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xE0 | (c >> 12));
      out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      out += static_cast<char>(0xF0 | (c >> 18));
      out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
      out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
  }

  void escape(std::string& out) {
    if (at_ >= text_.size()) fail("an escape");
    switch (text_[at_++]) {
      case '"':
        out += '"';
        return;
      case '\\':
        out += '\\';
        return;
      case '/':
        out += '/';
        return;
      case 'b':
        out += '\b';
        return;
      case 'f':
        out += '\f';
        return;
      case 'n':
        out += '\n';
        return;
      case 'r':
        out += '\r';
        return;
      case 't':
        out += '\t';
        return;
      case 'u':
        break;
      default:
        --at_;
        fail("an escape");
    }
    unsigned c = hex4();
    if (c >= 0xD800 && c < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      unsigned low = hex4();
      if (low < 0xDC00 || low > 0xDFFF) fail("a low surrogate");
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    } else if (c >= 0xD800 && c <= 0xDFFF) {
      c = 0xFFFD;
    }
    append_utf8(out, c);
  }

  std::string string() {
    ++at_;
    std::string out;
    while (true) {
      const std::size_t from = at_;
      while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
      out.append(text_, from, at_ - from);
      if (take('"')) return out;
      if (at_ >= text_.size()) fail("'\"'");
      if (!take('\\')) fail("an escaped control character");
      escape(out);
    }
  }

  bool digits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > start;
  }

  Json number() {
    const std::size_t start = at_;
    take('-');
    const std::size_t first = at_;
    if (!digits()) fail("a value");
    if (text_[first] == '0' && at_ - first > 1) fail("a number without leading zeros");
    bool whole = true;
    if (take('.')) {
      whole = false;
      if (!digits()) fail("a digit");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      whole = false;
      ++at_;
      if (!take('+')) take('-');
      if (!digits()) fail("a digit");
    }
    const std::string_view literal = text_.substr(start, at_ - start);
    if (whole) {
      std::int64_t out = 0;
      auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), out);
      if (error == std::errc()) return out;
    }
    double out = 0;
    // from_chars says the same of what is too large and too small; strtod makes the one infinite and the other 0.
    if (std::from_chars(literal.data(), literal.data() + literal.size(), out).ec != std::errc())
      out = std::strtod(std::string(literal).c_str(), nullptr);
    if (!std::isfinite(out)) fail("a number within a double's range");
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Json Json::parse(std::string_view text) { return Parser(text).document(); }

}  // namespace hanbat
