// What CodeDeploy's tasks carry.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "services/codedeploy/words.h"

namespace hanbat::codedeploy {

/// Finds a new deployment's instances, and begins.
struct PlanTask {
  static constexpr std::string_view kKind = "codedeploy.plan";
  std::string deployment;

  Json to_json() const { return Json::object({{"deployment", deployment}}); }
  static PlanTask from_json(const Json& json) { return {.deployment = json.text("deployment")}; }
};

/// Takes an instance out of its target groups, or puts it back, and waits.
struct TrafficTask {
  static constexpr std::string_view kKind = "codedeploy.traffic";
  std::string deployment;
  std::string instance;
  LifecycleEventName event{};  // BlockTraffic or AllowTraffic
  Timestamp since{0};          // when the event began
  bool asked = false;          // whether the balancer has been asked

  Json to_json() const {
    return Json::object({{"deployment", deployment},
                         {"instance", instance},
                         {"event", word_of(event)},
                         {"since", since.ms},
                         {"asked", asked}});
  }
  static TrafficTask from_json(const Json& json) {
    return {.deployment = json.text("deployment"),
            .instance = json.text("instance"),
            .event = require_word<LifecycleEventName>(json.text("event")),
            .since = {json.integer("since")},
            .asked = json.flag("asked")};
  }
};

/// Looks at an instance's deadline.
struct WakeTask {
  static constexpr std::string_view kKind = "codedeploy.wake";
  std::string deployment;
  std::string instance;

  Json to_json() const { return Json::object({{"deployment", deployment}, {"instance", instance}}); }
  static WakeTask from_json(const Json& json) {
    return {.deployment = json.text("deployment"), .instance = json.text("instance")};
  }
};

/// Puts the agent into its bucket.
struct PublishTask {
  static constexpr std::string_view kKind = "codedeploy.publish";

  Json to_json() const { return {}; }
  static PublishTask from_json(const Json&) { return {}; }
};

}  // namespace hanbat::codedeploy
