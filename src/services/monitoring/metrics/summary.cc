#include "services/monitoring/metrics/summary.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>

namespace hanbat::monitoring {
namespace {

constexpr std::size_t kMostStretches = 1000;
constexpr double kWidth = 1.01;

std::string shortest_text(double value) {
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

double parse_number(std::string_view text) {
  double out = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size())
    throw std::invalid_argument("no summary's number: " + std::string(text));
  return out;
}

/// The middle of the stretch that the value lies in, of those that are each so much wider than the one before.
double rounded(double value, double width) {
  if (value == 0) return 0;
  const double middle = std::pow(width, std::floor(std::log(std::fabs(value)) / std::log(width)) + 0.5);
  return std::isfinite(middle) ? std::copysign(middle, value) : value;
}

/// The next word, taken off the text; nothing at its end.
std::optional<std::string_view> next_word(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view out = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return out;
}

}  // namespace

void Summary::add(double value, double times) {
  count += times;
  sum += value * times;
  least = std::min(least, value);
  greatest = std::max(greatest, value);
  if (!known_) return;
  values_[value] += times;
  fold();
}

void Summary::add_set(double set_count, double set_sum, double set_least, double set_greatest) {
  if (set_least == set_greatest && set_sum == set_least * set_count) return add(set_least, set_count);
  count += set_count;
  sum += set_sum;
  least = std::min(least, set_least);
  greatest = std::max(greatest, set_greatest);
  known_ = exact_ = false;
  values_.clear();
}

void Summary::merge(const Summary& other) {
  count += other.count;
  sum += other.sum;
  least = std::min(least, other.least);
  greatest = std::max(greatest, other.greatest);
  exact_ = exact_ && other.exact_;
  known_ = known_ && other.known_;
  if (!known_) return values_.clear();
  for (const auto& [value, times] : other.values_) values_[value] += times;
  fold();
}

void Summary::fold() {
  if (values_.size() <= limit_) return;
  exact_ = false;
  // Values that are far apart from each other are told by wider stretches, so that a row stays small.
  for (double width = kWidth; values_.size() > kMostDifferent; width *= width) {
    std::map<double, double> folded;
    for (const auto& [value, times] : values_) folded[std::clamp(rounded(value, width), least, greatest)] += times;
    values_ = std::move(folded);
    if (values_.size() <= kMostStretches) break;
  }
  limit_ = std::max(kMostDifferent, 2 * values_.size());
}

std::string Summary::text() const {
  std::string out;
  if (!exact_) {
    out = '=' + shortest_text(count) + ' ' + shortest_text(sum) + ' ' + shortest_text(least) + ' ' +
          shortest_text(greatest);
    if (!known_) return out + " ?";
  }
  for (const auto& [value, times] : values_) {
    if (!out.empty()) out += ' ';
    out += shortest_text(value);
    if (times != 1) out += '*' + shortest_text(times);
  }
  return out;
}

Summary Summary::parse(std::string_view text) {
  Summary out;
  const auto value_of = [&] {
    const auto word = next_word(text);
    if (!word) throw std::invalid_argument("a summary ends too early");
    return parse_number(*word);
  };
  const bool told = text.starts_with('=');
  if (told) {
    text.remove_prefix(1);
    out.exact_ = false;
    out.count = value_of();
    out.sum = value_of();
    out.least = value_of();
    out.greatest = value_of();
  }
  while (const auto word = next_word(text)) {
    if (*word == "?") {
      out.known_ = false;
      continue;
    }
    const std::size_t star = word->find('*');
    const double value = parse_number(word->substr(0, star));
    const double times = star == word->npos ? 1 : parse_number(word->substr(star + 1));
    out.values_[value] += times;
    if (told) continue;
    out.count += times;
    out.sum += value * times;
    out.least = std::min(out.least, value);
    out.greatest = std::max(out.greatest, value);
  }
  return out;
}

}  // namespace hanbat::monitoring
