// What targets were asked, counted from one look of the host side's to the next.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "host/balancers/spec.h"

namespace hanbat::elasticloadbalancing {

/// Group's last part, address, port.
using TargetKey = std::tuple<std::string, std::string, int>;

/// Counters begin anew with the host side's daemon. Any thread.
class Traffic {
 public:
  void note(const host::TargetHealth& seen);
  /// What came since it was taken last.
  std::map<TargetKey, host::TargetCounters> take();

 private:
  std::mutex mutex_;
  std::map<TargetKey, host::TargetCounters> last_;
  std::map<TargetKey, host::TargetCounters> came_;
};

}  // namespace hanbat::elasticloadbalancing
