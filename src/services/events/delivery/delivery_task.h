// What the task carries that brings one event to one target.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "gen/events/model.h"
#include "wire/shape.h"

namespace hanbat::events {

struct DeliveryTask {
  static constexpr std::string_view kKind = "events.target";
  std::string rule;
  std::string rule_arn;
  Target target;  // as it was when the event came
  Json event;
  Timestamp since{0};      // when it came
  std::int64_t tries = 0;  // that failed

  Json to_json() const {
    return Json::object({{"rule", rule},
                         {"rule_arn", rule_arn},
                         {"target", wire::to_json(target)},
                         {"event", event},
                         {"since", since.ms},
                         {"tries", tries}});
  }
  static DeliveryTask from_json(const Json& json) {
    return {.rule = json.text("rule"),
            .rule_arn = json.text("rule_arn"),
            .target = wire::from_json<Target>(json["target"]),
            .event = json["event"],
            .since = {json.integer("since")},
            .tries = json.integer("tries")};
  }
};

}  // namespace hanbat::events
