// How metrics grow old: points are kept by the second, then by the minute, five minutes and the hour, then go.
#pragma once

#include <string_view>

#include "base/json.h"
#include "region/region.h"

namespace hanbat::monitoring {

/// Lets points grow old, every ten minutes.
struct AgeTask {
  static constexpr std::string_view kKind = "monitoring.age";

  Json to_json() const { return Json::object(); }
  static AgeTask from_json(const Json&) { return {}; }
};

class Retention {
 public:
  explicit Retention(region::Region& home) : home_(home) {}

  void start();

 private:
  /// One transaction's worth of work; false when there is no more.
  bool age_some(store::Tx& tx);

  region::Region& home_;
};

}  // namespace hanbat::monitoring
