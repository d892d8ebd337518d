// The bodies of the service's tasks.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace hanbat::elasticloadbalancing {

/// Hands all balancers to the host side. Its key is always "all".
struct ApplyBalancers {
  static constexpr std::string_view kKind = "elb.apply";
  static constexpr std::string_view kKey = "all";
  Json to_json() const { return Json::object(); }
  static ApplyBalancers from_json(const Json&) { return {}; }
};

/// Tells CloudWatch every minute what the targets were asked and how they are. Its key is always "all".
struct MeasureBalancers {
  static constexpr std::string_view kKind = "elb.metrics";
  static constexpr std::string_view kKey = "all";
  Json to_json() const { return Json::object(); }
  static MeasureBalancers from_json(const Json&) { return {}; }
};

/// Waits until a draining target serves no request.
struct DrainTarget {
  static constexpr std::string_view kKind = "elb.drain";
  std::string group_arn;
  std::string id;
  int port = 0;

  std::string key() const { return group_arn + "|" + id + "|" + std::to_string(port); }
  Json to_json() const { return Json::object({{"group", group_arn}, {"id", id}, {"port", port}}); }
  static DrainTarget from_json(const Json& json) {
    return {json.text("group"), json.text("id"), static_cast<int>(json.integer("port"))};
  }
};

}  // namespace hanbat::elasticloadbalancing
