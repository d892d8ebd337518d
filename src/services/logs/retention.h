// The worker of CloudWatch Logs: it removes events that are older than their group keeps them.
#pragma once

#include <string_view>

#include "base/json.h"
#include "region/region.h"
#include "services/logs/store.h"

namespace hanbat::logs {

/// Removes what has expired, every hour.
struct ExpireTask {
  static constexpr std::string_view kKind = "logs.expire";

  Json to_json() const { return Json::object(); }
  static ExpireTask from_json(const Json&) { return {}; }
};

class Retention {
 public:
  explicit Retention(region::Region& home) : home_(home) {}

  void start();

 private:
  void expire(store::Tx& tx, const GroupRow& group);

  region::Region& home_;
};

}  // namespace hanbat::logs
