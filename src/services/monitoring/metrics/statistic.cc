#include "services/monitoring/metrics/statistic.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

namespace hanbat::monitoring {
namespace {

std::optional<double> number_of(std::string_view text) {
  double out = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || result.ec != std::errc() || result.ptr != text.data() + text.size() || !std::isfinite(out))
    return std::nullopt;
  return out;
}

/// A percentage from 0 to 100 with at most ten digits behind the point.
std::optional<double> percent_of(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (text.empty() || text.find_first_not_of("0123456789.") != text.npos ||
      (dot != text.npos && text.size() - dot > 11))
    return std::nullopt;
  const auto out = number_of(text);
  return out && *out <= 100 ? out : std::nullopt;
}

/// The value below which so many of the values lie, or that itself: that of the nearest rank.
double at_rank(const Summary& summary, double percent) {
  const double wanted = percent / 100 * summary.count;
  double passed = 0;
  for (const auto& [value, times] : summary.values()) {
    passed += times;
    if (passed >= wanted * (1 - 1e-12)) return value;
  }
  return summary.greatest;
}

}  // namespace

std::optional<Statistic> Statistic::parse_plain(std::string_view text) {
  static constexpr std::pair<std::string_view, Kind> kPlain[] = {{"SampleCount", Kind::kSampleCount},
                                                                 {"Average", Kind::kAverage},
                                                                 {"Sum", Kind::kSum},
                                                                 {"Minimum", Kind::kMinimum},
                                                                 {"Maximum", Kind::kMaximum}};
  for (const auto& [word, kind] : kPlain) {
    if (text != word) continue;
    Statistic out;
    out.kind_ = kind;
    return out;
  }
  return std::nullopt;
}

bool Statistic::read_range(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) return false;
  const std::string_view from = text.substr(0, colon), to = text.substr(colon + 1);
  if (from.empty() && to.empty()) return false;
  in_percent_ = from.ends_with('%') || to.ends_with('%');
  const auto end_of = [&](std::string_view end) {
    if (!in_percent_) return number_of(end);
    return end.ends_with('%') ? percent_of(end.substr(0, end.size() - 1)) : std::nullopt;
  };
  low_.reset();
  has_high_ = !to.empty();
  if (!from.empty() && !(low_ = end_of(from))) return false;
  if (!to.empty()) {
    const auto high = end_of(to);
    if (!high || (low_ && *low_ > *high)) return false;
    high_ = *high;
  }
  return true;
}

std::optional<Statistic> Statistic::parse(std::string_view text) {
  if (auto plain = parse_plain(text)) return plain;
  Statistic out;
  if (text == "IQM") {
    out.kind_ = Kind::kTrimmedMean;
    out.low_ = 25;
    out.high_ = 75;
    return out;
  }
  if (text.starts_with('p')) {
    const auto percent = percent_of(text.substr(1));
    if (!percent) return std::nullopt;
    out.kind_ = Kind::kPercentile;
    out.high_ = *percent;
    return out;
  }
  static constexpr std::pair<std::string_view, Kind> kRanged[] = {{"tm", Kind::kTrimmedMean},
                                                                  {"wm", Kind::kWinsorizedMean},
                                                                  {"tc", Kind::kTrimmedCount},
                                                                  {"ts", Kind::kTrimmedSum},
                                                                  {"pr", Kind::kPercentileRank}};
  if (text.size() < 3) return std::nullopt;
  for (const auto& [word, kind] : kRanged) {
    const std::string_view rest = text.substr(2);
    out.kind_ = kind;
    if (text.starts_with(word) && kind != Kind::kPercentileRank) {
      // tm99: without the one percent of the greatest.
      const auto percent = percent_of(rest);
      if (!percent) return std::nullopt;
      out.high_ = *percent;
      return out;
    }
    const bool upper = text[0] == word[0] - 32 && text[1] == word[1] - 32;
    if (!upper) continue;
    if (!rest.starts_with('(') || !rest.ends_with(')') || !out.read_range(rest.substr(1, rest.size() - 2)))
      return std::nullopt;
    if (kind == Kind::kPercentileRank && out.in_percent_) return std::nullopt;
    return out;
  }
  return std::nullopt;
}

std::optional<double> Statistic::of(const Summary& summary) const {
  if (summary.empty()) return std::nullopt;
  switch (kind_) {
    case Kind::kSampleCount:
      return summary.count;
    case Kind::kAverage:
      return summary.sum / summary.count;
    case Kind::kSum:
      return summary.sum;
    case Kind::kMinimum:
      return summary.least;
    case Kind::kMaximum:
      return summary.greatest;
    case Kind::kPercentile:
    case Kind::kTrimmedMean:
    case Kind::kWinsorizedMean:
    case Kind::kTrimmedCount:
    case Kind::kTrimmedSum:
    case Kind::kPercentileRank:
      break;
  }
  return of_values(summary);
}

std::optional<double> Statistic::of_values(const Summary& summary) const {
  if (!summary.knows_values() || summary.least < 0) return std::nullopt;
  if (kind_ == Kind::kPercentile) return high_ == 0 ? summary.least : at_rank(summary, high_);
  // Where the range begins and ends, counted in values from the least on.
  double from = 0, to = summary.count;
  if (in_percent_) {
    from = low_.value_or(0) / 100 * summary.count;
    if (has_high_) to = high_ / 100 * summary.count;
  } else {
    double passed = 0;
    to = 0;
    for (const auto& [value, times] : summary.values()) {
      passed += times;
      // What lies above the lower end, the upper one included.
      if (low_ && value <= *low_) from = passed;
      if (!has_high_ || value <= high_) to = passed;
    }
  }
  if (kind_ == Kind::kPercentileRank) return (std::max(to, from) - from) / summary.count * 100;
  double count = 0, sum = 0, passed = 0;
  std::optional<double> first, last;
  for (const auto& [value, times] : summary.values()) {
    const double inside = std::min(passed + times, to) - std::max(passed, from);
    passed += times;
    if (inside <= 0) continue;
    if (!first) first = value;
    last = value;
    count += inside;
    sum += value * inside;
  }
  if (kind_ == Kind::kTrimmedCount) return count;
  if (count == 0) return std::nullopt;
  if (kind_ == Kind::kTrimmedSum) return sum;
  if (kind_ == Kind::kTrimmedMean) return sum / count;
  // Those outside count as the nearest inside.
  return (sum + *first * from + *last * (summary.count - to)) / summary.count;
}

}  // namespace hanbat::monitoring
