#include "services/monitoring/verdicts/verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace hanbat::monitoring {
namespace {

/// "3.0", as Java writes a double.
std::string number(double value) {
  std::string out = fmt::format("{}", value);
  if (out.find_first_of(".en") == out.npos) out += ".0";
  return out;
}

std::string comparison_words(Comparison comparison) {
  switch (comparison) {
    case Comparison::kGreaterOrEqual:
      return "greater than or equal to";
    case Comparison::kGreater:
      return "greater than";
    case Comparison::kLess:
      return "less than";
    case Comparison::kLessOrEqual:
      return "less than or equal to";
  }
  return {};
}

/// What there is of the last periods.
struct Seen {
  std::vector<std::pair<std::int64_t, double>> there;  // the newest first
  int oldest_age = 0;                                  // in periods, 1 is the newest
};

Seen seen_of(const Window& window, const Values& values) {
  Seen out;
  int age = 0;
  for (std::int64_t at = window.end - window.period; at >= window.start; at -= window.period) {
    ++age;
    const auto found = values.find(at);
    if (found == values.end()) continue;
    out.there.emplace_back(*found);
    out.oldest_age = age;
  }
  return out;
}

std::string plural(int count) { return count == 1 ? "datapoint" : "datapoints"; }

/// "Threshold Crossed: 1 out of the last 1 datapoints [7.0 (30/11/26 06:00:00)] was greater than the threshold (5.0)
/// (minimum 1 datapoint for OK -> ALARM transition)."
std::string crossed(const Threshold& threshold, const Seen& seen, AlarmState from, AlarmState to) {
  const bool alarm = to == AlarmState::kAlarm;
  std::vector<std::string> told;
  for (const auto& [at, value] : seen.there)
    if (threshold.is_breached_by(value) == alarm)
      told.push_back(number(value) + format_utc({at * 1000}, " (%d/%m/%y %H:%M:%S)"));
  const int needed = alarm ? threshold.to_alarm : threshold.periods - threshold.to_alarm + 1;
  const int filled = threshold.periods - static_cast<int>(seen.there.size());
  std::string out = "Threshold Crossed: ";
  if (seen.there.empty())
    return out + fmt::format("no datapoints were received for {} {} and {} missing {} treated as [{}].",
                             threshold.periods, threshold.periods == 1 ? "period" : "periods", threshold.periods,
                             threshold.periods == 1 ? "datapoint was" : "datapoints were",
                             alarm ? "Breaching" : "NonBreaching");
  out += fmt::format("{} out of the last {} datapoints [{}] {} {}{} the threshold ({})", told.size(), threshold.periods,
                     join(told, ", "), told.size() == 1 ? "was" : "were", alarm ? "" : "not ",
                     comparison_words(threshold.comparison), number(threshold.value));
  if (filled > 0 && (threshold.missing == Missing::kBreaching || threshold.missing == Missing::kNotBreaching))
    out += fmt::format(" and {} missing {} treated as [{}]", filled, filled == 1 ? "datapoint was" : "datapoints were",
                       threshold.missing == Missing::kBreaching ? "Breaching" : "NonBreaching");
  return out +
         fmt::format(" (minimum {} {} for {} -> {} transition).", needed, plural(needed), word_of(from), word_of(to));
}

/// The state, or nothing: it stays as it is.
std::optional<AlarmState> state_of(const Threshold& threshold, const Seen& seen) {
  const auto of = [](bool alarm) { return alarm ? AlarmState::kAlarm : AlarmState::kOk; };
  const int there = static_cast<int>(seen.there.size());
  const auto is_breaching = [&](const auto& one) { return threshold.is_breached_by(one.second); };
  const auto breaching = static_cast<int>(std::ranges::count_if(seen.there, is_breaching));
  const int filled = threshold.periods - there;
  if (filled <= 0) return of(breaching >= threshold.to_alarm);
  switch (threshold.missing) {
    case Missing::kBreaching:
      return of(breaching + filled >= threshold.to_alarm);
    case Missing::kNotBreaching:
      return of(breaching >= threshold.to_alarm);
    case Missing::kMissing:
    case Missing::kIgnore:
      break;
  }
  if (breaching >= threshold.to_alarm) return AlarmState::kAlarm;
  if (breaching < there) return AlarmState::kOk;
  if (threshold.missing == Missing::kIgnore) return std::nullopt;
  if (there == 0) return AlarmState::kInsufficientData;
  // All there is breaches, and nothing came since: what is missing would have to be an alarm's end.
  if (seen.oldest_age >= threshold.to_alarm) return AlarmState::kAlarm;
  return std::nullopt;
}

}  // namespace

bool Threshold::is_breached_by(double given) const {
  switch (comparison) {
    case Comparison::kGreaterOrEqual:
      return given >= value;
    case Comparison::kGreater:
      return given > value;
    case Comparison::kLess:
      return given < value;
    case Comparison::kLessOrEqual:
      return given <= value;
  }
  return false;
}

std::optional<Verdict> judge(const Threshold& threshold, const Window& window, const Values& values, AlarmState state) {
  Seen seen = seen_of(window, values);
  // Where enough is there, the newest of it count, wherever they lie in the range.
  if (seen.there.size() > static_cast<std::size_t>(threshold.periods))
    seen.there.resize(static_cast<std::size_t>(threshold.periods));
  const auto wanted = state_of(threshold, seen);
  if (!wanted || *wanted == state) return std::nullopt;
  Verdict out{.state = *wanted, .reason = {}, .evaluated = {}};
  for (const auto& [at, value] : seen.there) out.evaluated.push_back(at);
  out.reason = *wanted == AlarmState::kInsufficientData
                   ? fmt::format("Insufficient Data: {} {} unknown.", threshold.periods,
                                 threshold.periods == 1 ? "datapoint was" : "datapoints were")
                   : crossed(threshold, seen, state, *wanted);
  return out;
}

}  // namespace hanbat::monitoring
