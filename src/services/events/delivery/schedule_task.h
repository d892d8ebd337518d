// What the task carries that fires a scheduled rule.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "services/events/rules/store.h"

namespace hanbat::events {

struct ScheduleTask {
  static constexpr std::string_view kKind = "events.schedule";
  BusKey bus;
  std::string rule;
  std::string schedule;  // as it was when the firing was planned
  Timestamp at{0};       // when it should fire

  Json to_json() const {
    return Json::object({{"account", bus.account},
                         {"region", bus.region},
                         {"bus", bus.name},
                         {"rule", rule},
                         {"schedule", schedule},
                         {"at", at.ms}});
  }
  static ScheduleTask from_json(const Json& json) {
    return {.bus = {json.text("account"), json.text("region"), json.text("bus")},
            .rule = json.text("rule"),
            .schedule = json.text("schedule"),
            .at = {json.integer("at")}};
  }
};

}  // namespace hanbat::events
