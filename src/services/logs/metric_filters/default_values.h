// The values that metric filters tell of minutes in which events came and none of them matched.
// Source: CloudWatch Logs User Guide, "Creating metrics from log events using filters": the default value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "region/region.h"
#include "services/logs/store.h"

namespace hanbat::logs {

/// Looks, when a minute is over, whether an event of it matched.
struct DefaultValueTask {
  static constexpr std::string_view kKind = "logs.default-value";

  std::string filter;       // its row's id
  std::int64_t minute = 0;  // ms, when events came

  Json to_json() const { return Json::object({{"filter", filter}, {"minute", minute}}); }
  static DefaultValueTask from_json(const Json& json) { return {json.text("filter"), json.integer("minute")}; }
};

class DefaultValues {
 public:
  explicit DefaultValues(region::Region& home) : home_(home) {}

  void start();

 private:
  region::Region& home_;
};

/// Notes for a filter with a default value that events came now, and whether one of them matched.
void note_arrival(region::Request& rq, region::Resource<MetricFilter> filter, bool matched);

}  // namespace hanbat::logs
