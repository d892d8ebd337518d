#include "services/logs/patterns/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/text.h"

namespace hanbat::logs {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool compare(Comparator comparator, double a, double b) {
  switch (comparator) {
    case Comparator::kEqual:
      return a == b;
    case Comparator::kNotEqual:
      return a != b;
    case Comparator::kLess:
      return a < b;
    case Comparator::kGreater:
      return a > b;
    case Comparator::kLessOrEqual:
      return a <= b;
    case Comparator::kGreaterOrEqual:
      return a >= b;
  }
  return false;
}

/// As wildcard_match, in which `?` would be any character.
bool matches_text(std::string_view pattern, std::string_view text) {
  std::size_t star = std::string_view::npos, kept = 0, p = 0, t = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      kept = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++kept;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(), [](char c) { return c == '*'; });
}

}  // namespace

std::optional<double> number_of_text(std::string_view text) {
  const std::string copy(text);
  if (copy.empty() || copy.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
  char* end = nullptr;
  const double number = std::strtod(copy.c_str(), &end);
  if (*end != '\0' || !std::isfinite(number)) return std::nullopt;
  return number;
}

wire::Error invalid_pattern() { return {"InvalidParameterException", 400, "Invalid filter pattern"}; }

bool Comparison::fits(std::string_view text) const {
  if (operand.number)
    if (const auto number = number_of_text(text)) return compare(comparator, *number, *operand.number);
  if (comparator == Comparator::kEqual) return matches_text(operand.text, text);
  if (comparator == Comparator::kNotEqual) return !matches_text(operand.text, text);
  return false;
}

bool Comparison::fits_number(double number, std::string_view text) const {
  return operand.number ? compare(comparator, number, *operand.number) : fits(text);
}

bool PatternReader::at_end() {
  while (!left_.empty() && is_blank(left_.front())) left_.remove_prefix(1);
  return left_.empty();
}

bool PatternReader::take(std::string_view text) {
  at_end();
  if (!left_.starts_with(text)) return false;
  left_.remove_prefix(text.size());
  return true;
}

void PatternReader::require(std::string_view text) {
  if (!take(text)) throw invalid_pattern();
}

std::string PatternReader::require_word(std::string_view ends) {
  at_end();
  std::size_t size = 0;
  while (size < left_.size() && !is_blank(left_[size]) && ends.find(left_[size]) == std::string_view::npos) ++size;
  if (size == 0) throw invalid_pattern();
  std::string word(left_.substr(0, size));
  left_.remove_prefix(size);
  return word;
}

std::string PatternReader::require_quoted(char quote) {
  require(std::string(1, quote));
  std::string text;
  while (!left_.empty() && left_.front() != quote) {
    if (left_.front() == '\\' && left_.size() > 1) left_.remove_prefix(1);
    text += left_.front();
    left_.remove_prefix(1);
  }
  require(std::string(1, quote));
  return text;
}

std::optional<Comparator> PatternReader::take_comparator() {
  for (const auto& [comparator, word] : kWords<Comparator>)
    if (take(word)) return comparator;
  return std::nullopt;
}

Comparison PatternReader::require_comparison(std::string_view ends) {
  const auto comparator = take_comparator();
  if (!comparator) throw invalid_pattern();
  Comparison out{.comparator = *comparator};
  at_end();
  if (next() == '%') throw wire::Error::not_implemented("FilterLogEvents", "filterPattern with a regular expression");
  if (next() == '"') {
    out.operand.text = require_quoted('"');
  } else {
    out.operand.text = require_word(ends);
    out.operand.number = number_of_text(out.operand.text);
  }
  if (out.comparator != Comparator::kEqual && out.comparator != Comparator::kNotEqual && !out.operand.number)
    throw invalid_pattern();
  return out;
}

}  // namespace hanbat::logs
