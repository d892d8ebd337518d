// A class becomes an expression that matches one character: what PCRE2 can say in brackets stands in brackets, a union
// is an alternation, an intersection looks ahead for all but its last part, a complement looks ahead for what it is
// not.
#include "services/ssm/parameters/java_pattern.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"

namespace hanbat::ssm {
namespace {

using Named = std::pair<std::string_view, std::string_view>;

// As they stand within brackets. Without UNICODE_CHARACTER_CLASS the POSIX ones are of US-ASCII alone.
constexpr auto kPosix = std::to_array<Named>({{"Lower", "a-z"},
                                              {"Upper", "A-Z"},
                                              {"ASCII", "\\x00-\\x7f"},
                                              {"Alpha", "a-zA-Z"},
                                              {"Digit", "0-9"},
                                              {"Alnum", "a-zA-Z0-9"},
                                              {"Punct", "!-/:-@\\[-`{-~"},
                                              {"Graph", "!-~"},
                                              {"Print", "\\x20-~"},
                                              {"Blank", "\\x20\\t"},
                                              {"Cntrl", "\\x00-\\x1f\\x7f"},
                                              {"XDigit", "0-9a-fA-F"},
                                              {"Space", "\\x20\\t\\n\\x0b\\f\\r"},
                                              {"javaLowerCase", "\\p{Ll}"},
                                              {"javaUpperCase", "\\p{Lu}"},
                                              {"javaTitleCase", "\\p{Lt}"},
                                              {"javaDigit", "\\p{Nd}"},
                                              {"javaLetter", "\\p{L}"},
                                              {"javaAlphabetic", "\\p{L}\\p{Nl}"},
                                              {"javaLetterOrDigit", "\\p{L}\\p{Nd}"},
                                              {"javaWhitespace", "\\x09-\\x0d\\x1c-\\x20\\p{Zl}\\p{Zp}"},
                                              {"IsAlphabetic", "\\p{L}\\p{Nl}\\p{Mn}\\p{Mc}"},
                                              {"IsLetter", "\\p{L}"},
                                              {"IsLowercase", "\\p{Ll}"},
                                              {"IsUppercase", "\\p{Lu}"},
                                              {"IsTitlecase", "\\p{Lt}"},
                                              {"IsDigit", "\\p{Nd}"},
                                              {"IsPunctuation", "\\p{P}"},
                                              {"IsWhite_Space", "\\x09-\\x0d\\x20\\x{85}\\p{Z}"},
                                              {"IsControl", "\\p{Cc}"}});
constexpr auto kBlocks = std::to_array<Named>({{"BasicLatin", "\\x00-\\x7f"},
                                               {"Latin-1Supplement", "\\x{80}-\\x{ff}"},
                                               {"LatinExtended-A", "\\x{100}-\\x{17f}"},
                                               {"LatinExtended-B", "\\x{180}-\\x{24f}"},
                                               {"Greek", "\\x{370}-\\x{3ff}"},
                                               {"Cyrillic", "\\x{400}-\\x{4ff}"},
                                               {"Hebrew", "\\x{590}-\\x{5ff}"},
                                               {"Arabic", "\\x{600}-\\x{6ff}"},
                                               {"HangulJamo", "\\x{1100}-\\x{11ff}"},
                                               {"Hiragana", "\\x{3040}-\\x{309f}"},
                                               {"Katakana", "\\x{30a0}-\\x{30ff}"},
                                               {"HangulCompatibilityJamo", "\\x{3130}-\\x{318f}"},
                                               {"CJKUnifiedIdeographs", "\\x{4e00}-\\x{9fff}"},
                                               {"HangulSyllables", "\\x{ac00}-\\x{d7af}"}});

template <std::size_t N>
std::optional<std::string> find_named(const std::array<Named, N>& table, std::string_view name) {
  for (const auto& [known, means] : table)
    if (iequals(known, name)) return std::string(means);
  return std::nullopt;
}

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Translation {
 public:
  explicit Translation(std::string_view java) : in_(java) {}

  std::string whole() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        out_ += escape(false);
      } else if (c == '[') {
        out_ += character_class();
      } else if (c == '(') {
        out_ += group();
      } else if (c == '{') {
        out_ += repetition();
      } else {
        out_ += in_[at_++];
      }
    }
    return out_;
  }

 private:
  [[noreturn]] static void fail(const std::string& what) { throw JavaPatternError(what); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  bool next_is(std::string_view text) const { return in_.substr(at_).starts_with(text); }
  char take() {
    if (at_ >= in_.size()) fail("the pattern ends too early");
    return in_[at_++];
  }

  /// "{2}", "{2,}", "{2,3}"; a brace alone is an illegal repetition.
  std::string repetition() {
    const std::size_t end = in_.find('}', at_);
    if (end == std::string_view::npos) fail("an illegal repetition");
    const std::string_view inside = in_.substr(at_ + 1, end - at_ - 1);
    const bool counts = !inside.empty() && is_digit(inside.front()) &&
                        std::all_of(inside.begin(), inside.end(), [](char c) { return is_digit(c) || c == ','; }) &&
                        std::count(inside.begin(), inside.end(), ',') <= 1;
    if (!counts) fail("an illegal repetition");
    const std::string text(in_.substr(at_, end - at_ + 1));
    at_ = end + 1;
    return text;
  }

  /// The opening of a group, of the kinds that Java has.
  std::string group() {
    take();
    if (peek() == '*') fail("a dangling *");
    if (peek() != '?') return "(";
    take();
    for (const std::string_view plain : {":", "=", "!", ">", "<=", "<!"})
      if (next_is(plain)) {
        at_ += plain.size();
        return "(?" + std::string(plain);
      }
    if (peek() == '<') {
      take();
      std::string name;
      while (is_letter(peek()) || is_digit(peek())) name += take();
      if (take() != '>' || name.empty() || !is_letter(name.front())) fail("a group's name");
      return "(?<" + name + ">";
    }
    // Flags: d, u and U say how lines end and which tables classes take, which PCRE2 knows otherwise or not.
    std::string flags;
    while (peek() != ')' && peek() != ':') {
      const char flag = take();
      if (std::string_view("idmsuxU-").find(flag) == std::string_view::npos) fail("an unknown inline modifier");
      if (flag == 'U') fail("the flag U");
      if (flag != 'd' && flag != 'u') flags += flag;
    }
    if (flags == "-") flags.clear();
    const char end = take();
    if (flags.empty() && end == ')') return "(?:)";
    return "(?" + flags + end;
  }

  /// Up to so many digits of the base.
  std::string digits(std::size_t most, bool (*fits)(char)) {
    std::string taken;
    while (taken.size() < most && fits(peek())) taken += take();
    return taken;
  }

  /// A character by its number: what stands behind "\u", "\x" or "\0".
  std::string by_number(char kind) {
    if (kind == '0') {
      const auto octal = [](char c) { return c >= '0' && c <= '7'; };
      const std::string number = digits(peek() <= '3' ? 3 : 2, octal);
      if (number.empty()) fail("an illegal octal escape");
      return "\\o{" + number + "}";
    }
    const bool braces = kind == 'x' && peek() == '{';
    if (braces) take();
    const std::size_t wanted = kind == 'u' ? 4 : 2;
    const std::string number = digits(braces ? 6 : wanted, is_hex);
    if (braces ? take() != '}' || number.empty() : number.size() != wanted) fail("an illegal escape of a number");
    return "\\x{" + number + "}";
  }

  /// What stands between "\Q" and "\E", literally.
  std::string quoted() {
    const std::size_t end = in_.find("\\E", at_);
    const std::string_view text = in_.substr(at_, end == std::string_view::npos ? end : end - at_);
    at_ = end == std::string_view::npos ? in_.size() : end + 2;
    std::string out;
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 128 && !is_letter(c) && !is_digit(c)) out += '\\';
      out += c;
    }
    return out;
  }

  std::string reference() {
    std::string name;
    if (take() != '<') fail("a reference to a group");
    while (peek() != '>') name += take();
    take();
    return "\\k<" + name + ">";
  }

  /// An escape, in a class or outside of one.
  std::string escape(bool in_class) {
    take();
    const char c = take();
    if (c == 'u' || c == 'x' || c == '0') return by_number(c);
    if (c == 'p' || c == 'P') return property(c == 'P', in_class);
    if (c == 'Q') return quoted();
    if (c == 'E') return "";
    if (c == 'c') return std::string("\\c") + take();
    if (c == 'k' && !in_class) return reference();
    const bool everywhere = std::string_view("aefnrtdDsSwWhHvV").find(c) != std::string_view::npos;
    const bool outside = std::string_view("bBAGZzRX123456789").find(c) != std::string_view::npos;
    if (!everywhere && (outside ? in_class : is_letter(c) || is_digit(c)))
      fail(std::string("an unknown escape \\") + c);
    return std::string("\\") + c;
  }

  std::string property(bool complement, bool in_class) {
    std::string name;
    if (peek() == '{') {
      take();
      while (peek() != '}') name += take();
      take();
    } else {
      name = std::string(1, take());
    }
    if (name.starts_with('^')) fail("an unknown property");
    std::optional<std::string> set = find_named(kPosix, name);
    const auto prefixed = [&](std::initializer_list<std::string_view> prefixes) -> std::optional<std::string> {
      for (const std::string_view prefix : prefixes)
        if (name.starts_with(prefix)) return name.substr(prefix.size());
      return std::nullopt;
    };
    if (!set)
      if (const auto block = prefixed({"In", "block=", "blk="})) {
        set = find_named(kBlocks, replace_all(replace_all(*block, " ", ""), "_", ""));
        if (!set) fail("the block " + *block);
      }
    if (!set) {
      const auto rest = prefixed({"Is", "script=", "sc=", "general_category=", "gc="});
      set = "\\p{" + rest.value_or(name) + "}";
    }
    if (complement) return in_class ? nested("[^" + *set + "]") : "[^" + *set + "]";
    return in_class ? *set : "[" + *set + "]";
  }

  /// What cannot stand within PCRE2's brackets is put beside them.
  std::string nested(std::string expression) {
    beside_.push_back(std::move(expression));
    return "";
  }

  /// A union up to "&&" or the end of the class: one expression for one character. "" where there is nothing.
  std::string class_union() {
    std::string inside;
    std::vector<std::string> outer = std::exchange(beside_, {});
    bool first = true;
    while (!(peek() == ']' && !first) && !next_is("&&")) {
      if (at_ >= in_.size()) fail("an unclosed class");
      if (peek() == '[') {
        nested(character_class());
      } else if (peek() == '\\') {
        inside += escape(true);
      } else if (peek() == ']') {
        inside += "\\]";  // the first of a class
        take();
      } else {
        // Behind a bracket they would begin what is PCRE2's alone.
        if (std::string_view("^:.=").find(peek()) != std::string_view::npos) inside += '\\';
        inside += take();
      }
      first = false;
      if (peek() == ']') break;
    }
    std::vector<std::string> parts = std::exchange(beside_, std::move(outer));
    if (!inside.empty()) parts.push_back("[" + inside + "]");
    if (parts.empty()) return "";
    if (parts.size() == 1) return parts.front();
    return "(?:" + join(parts, "|") + ")";
  }

  /// From its "[" past its "]".
  std::string character_class() {
    if (++depth_ > 50) fail("classes are nested too deep");
    take();
    const bool complement = peek() == '^';
    if (complement) take();
    std::vector<std::string> all;
    while (true) {
      if (std::string part = class_union(); !part.empty()) all.push_back(std::move(part));
      if (!next_is("&&")) break;
      at_ += 2;
      while (peek() == '&') take();
      if (peek() == ']') break;
    }
    if (take() != ']' || all.empty()) fail("an unclosed class");
    --depth_;
    const bool simple = all.size() == 1 && all.front().starts_with('[');
    if (simple) return complement ? negated(all.front()) : all.front();
    std::string each;
    for (std::size_t i = 0; i + 1 < all.size(); ++i) each += "(?=" + all[i] + ")";
    each += all.back();
    return complement ? "(?:(?!" + each + ")(?s:.))" : "(?:" + each + ")";
  }

  static std::string negated(const std::string& set) {
    return set.starts_with("[^") ? "(?:(?!" + set + ")(?s:.))" : "[^" + set.substr(1);
  }

  const std::string_view in_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string out_;
  std::vector<std::string> beside_;
};

}  // namespace

std::string to_pcre(std::string_view java) { return Translation(java).whole(); }

}  // namespace hanbat::ssm
