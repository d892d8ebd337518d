// The worker of Run Command: it ends invocations whose time is over.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "region/region.h"
#include "services/ssm/commands/store.h"

namespace hanbat::ssm {

/// Looks at the deadlines of a command, whose id is the task's key.
struct DeadlineTask {
  static constexpr std::string_view kKind = "ssm.deadline";
  Place place;

  Json to_json() const { return Json::object({{"account", place.account}, {"region", place.region}}); }
  static DeadlineTask from_json(const Json& json) { return {{json.text("account"), json.text("region")}}; }
};

class Deadlines {
 public:
  explicit Deadlines(region::Region& home) : home_(home) {}

  void start();

 private:
  void expire(store::TaskRun& run, const Place& place);

  region::Region& home_;
};

/// Has the command looked at right after the time.
void watch_deadline(region::Region& home, store::Tx& tx, const Place& place, const std::string& command,
                    Timestamp deadline);

}  // namespace hanbat::ssm
