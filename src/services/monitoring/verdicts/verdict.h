// What an alarm's state ought to be, of the values of its last periods. Pure.
// Source: CloudWatch User Guide, "Configuring how CloudWatch alarms treat missing data".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/monitoring/alarms/alarm_store.h"
#include "services/monitoring/metrics/window.h"

namespace hanbat::monitoring {

enum class Missing { kMissing, kIgnore, kBreaching, kNotBreaching };
enum class Comparison { kGreaterOrEqual, kGreater, kLess, kLessOrEqual };

struct Threshold {
  Comparison comparison = Comparison::kGreater;
  double value = 0;
  int periods = 1;   // that are looked at
  int to_alarm = 1;  // of them that breach
  Missing missing = Missing::kMissing;

  bool is_breached_by(double value) const;
  /// How many periods are looked at where some are without a value: two more.
  int range() const { return periods + 2; }
};

struct Verdict {
  AlarmState state;
  std::string reason;                   // in AWS's words
  std::vector<std::int64_t> evaluated;  // the periods that were, the newest first
};

/// `window` has threshold.range() periods; `values` those of them that have one. Nothing when the state stays as it is.
std::optional<Verdict> judge(const Threshold& threshold, const Window& window, const Values& values, AlarmState state);

}  // namespace hanbat::monitoring

template <>
inline constexpr auto hanbat::kWords<hanbat::monitoring::Missing> =
    std::to_array<hanbat::Word<hanbat::monitoring::Missing>>(
        {{hanbat::monitoring::Missing::kMissing, "missing"},
         {hanbat::monitoring::Missing::kIgnore, "ignore"},
         {hanbat::monitoring::Missing::kBreaching, "breaching"},
         {hanbat::monitoring::Missing::kNotBreaching, "notBreaching"}});

template <>
inline constexpr auto hanbat::kWords<hanbat::monitoring::Comparison> =
    std::to_array<hanbat::Word<hanbat::monitoring::Comparison>>(
        {{hanbat::monitoring::Comparison::kGreaterOrEqual, "GreaterThanOrEqualToThreshold"},
         {hanbat::monitoring::Comparison::kGreater, "GreaterThanThreshold"},
         {hanbat::monitoring::Comparison::kLess, "LessThanThreshold"},
         {hanbat::monitoring::Comparison::kLessOrEqual, "LessThanOrEqualToThreshold"}});
