// The comparisons of filter patterns: a text or a number of an event beside what the pattern names. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/words.h"
#include "wire/error.h"

namespace hanbat::logs {

enum class Comparator { kEqual, kNotEqual, kLess, kGreater, kLessOrEqual, kGreaterOrEqual };

/// What stands right of a comparator: a text, in which `*` is any run of characters, and its number if it is one.
struct Operand {
  std::string text;
  std::optional<double> number;  // of a bare word only
};

struct Comparison {
  Comparator comparator = Comparator::kEqual;
  Operand operand;

  /// Whether a text fits; numbers are compared as numbers where both are some.
  bool fits(std::string_view text) const;
  bool fits_number(double number, std::string_view text) const;
};

/// The whole text as a number: "-1.5", "4e3".
std::optional<double> number_of_text(std::string_view text);
wire::Error invalid_pattern();

/// What is left of a pattern that is read from left to right.
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : left_(text) {}

  /// Passes blanks over; whether nothing follows.
  bool at_end();
  /// Passes the text over if it comes next.
  bool take(std::string_view text);
  /// Throws InvalidParameterException unless the text comes next.
  void require(std::string_view text);
  /// A run of characters up to a blank or one of `ends`. Throws InvalidParameterException for an empty one.
  std::string require_word(std::string_view ends);
  /// Throws InvalidParameterException, and 501 for a regular expression (`%…%`).
  Comparison require_comparison(std::string_view ends);
  std::optional<Comparator> take_comparator();
  std::string require_quoted(char quote);
  char next() const { return left_.empty() ? '\0' : left_.front(); }

 private:
  std::string_view left_;
};

}  // namespace hanbat::logs

namespace hanbat {

/// The longer ones first, as they are looked for in this order.
template <>
inline constexpr auto kWords<logs::Comparator> =
    std::to_array<Word<logs::Comparator>>({{logs::Comparator::kLessOrEqual, "<="},
                                           {logs::Comparator::kGreaterOrEqual, ">="},
                                           {logs::Comparator::kNotEqual, "!="},
                                           {logs::Comparator::kEqual, "="},
                                           {logs::Comparator::kLess, "<"},
                                           {logs::Comparator::kGreater, ">"}});

}  // namespace hanbat
