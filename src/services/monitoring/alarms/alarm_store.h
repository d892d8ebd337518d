// Alarms as rows: one kind for those of metrics and for composite ones, since they share their names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/words.h"
#include "gen/monitoring/model.h"
#include "region/resources.h"

namespace hanbat::monitoring {

enum class AlarmState { kOk, kAlarm, kInsufficientData };

/// An alarm of either type, which have most members in common.
struct Alarm {
  std::variant<MetricAlarm, CompositeAlarm> is;

  const MetricAlarm* metric() const { return std::get_if<MetricAlarm>(&is); }
  const CompositeAlarm* composite() const { return std::get_if<CompositeAlarm>(&is); }
  MetricAlarm* metric() { return std::get_if<MetricAlarm>(&is); }
  CompositeAlarm* composite() { return std::get_if<CompositeAlarm>(&is); }
  /// "MetricAlarm" or "CompositeAlarm"
  std::string_view type() const { return metric() ? "MetricAlarm" : "CompositeAlarm"; }

  AlarmState state() const;
  bool actions_enabled() const;
  std::string description() const;
  /// What is done when the alarm comes into the state.
  std::vector<std::string> actions_of(AlarmState state) const;

  Json to_json() const;
  static Alarm from_json(const Json& json);
};

std::string alarm_arn(const region::Place& place, std::string_view name);

}  // namespace hanbat::monitoring

/// An alarm by its place and name; its id is its ARN.
template <>
struct hanbat::region::KindOf<hanbat::monitoring::Alarm> {
  static constexpr std::string_view kRows = "monitoring/alarm";
  static std::string arn(const Resource<hanbat::monitoring::Alarm>& row) { return row.id; }
};

template <>
inline constexpr auto hanbat::kWords<hanbat::monitoring::AlarmState> =
    std::to_array<hanbat::Word<hanbat::monitoring::AlarmState>>(
        {{hanbat::monitoring::AlarmState::kOk, "OK"},
         {hanbat::monitoring::AlarmState::kAlarm, "ALARM"},
         {hanbat::monitoring::AlarmState::kInsufficientData, "INSUFFICIENT_DATA"}});

namespace hanbat::monitoring {

using AlarmRow = region::Resource<Alarm>;

std::optional<AlarmRow> find_alarm(store::Tx& tx, const region::Place& place, std::string_view name);

}  // namespace hanbat::monitoring
