// The workers of alarms: each is evaluated when a period ends, and what its change of state asks for is done.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "region/region.h"
#include "services/monitoring/alarms/actions.h"
#include "services/monitoring/alarms/alarm_store.h"

namespace hanbat::monitoring {

/// Looks at a metric alarm, again and again; its key is the alarm's ARN.
struct WatchTask {
  static constexpr std::string_view kKind = "monitoring.watch";

  std::string alarm;  // its ARN

  Json to_json() const { return Json::object({{"alarm", alarm}}); }
  static WatchTask from_json(const Json& json) { return {json.text("alarm")}; }
};

/// A state that an alarm comes into, and why.
struct Change {
  AlarmState state;
  std::string reason;
  Json reason_data = {};  // null: none
};

class AlarmWatch {
 public:
  explicit AlarmWatch(region::Region& home) : home_(home) {}

  void start();
  /// Begins to watch, or looks at once.
  void add(store::Tx& tx, const AlarmRow& row);
  void stop(store::Tx& tx, const AlarmRow& row);
  /// Puts the alarm into the state: row, history, event, actions, and the composite alarms that depend on it.
  void change(store::Tx& tx, AlarmRow row, const Change& change) { this->change(tx, std::move(row), change, 0); }
  /// What the rule of a composite alarm comes to now, where that is another state than it is in.
  std::optional<Change> judge_composite(store::Tx& tx, const AlarmRow& row);
  /// Tells that an alarm was made, changed or removed: "Create", "Update", "Delete".
  void note_configuration(store::Tx& tx, const AlarmRow& row, std::string_view type, const Alarm* before = nullptr);

 private:
  void watch(store::TaskRun& run, const WatchTask& task);
  void act(store::TaskRun& run, const ActionTask& task);
  std::optional<Change> judge_metric(store::Tx& tx, const AlarmRow& row);
  void change(store::Tx& tx, AlarmRow row, const Change& change, int depth);
  /// Does it as CloudWatch, in a transaction of its own; "" or why it failed.
  std::string carry_out(const ActionTask& task, const region::Place& place);

  region::Region& home_;
};

}  // namespace hanbat::monitoring
