#include "services/elasticloadbalancing/workers/traffic.h"

#include <utility>

namespace hanbat::elasticloadbalancing {
namespace {

using Counter = std::int64_t host::TargetCounters::*;
constexpr Counter kCounters[] = {&host::TargetCounters::requests,     &host::TargetCounters::connection_errors,
                                 &host::TargetCounters::answered_2xx, &host::TargetCounters::answered_3xx,
                                 &host::TargetCounters::answered_4xx, &host::TargetCounters::answered_5xx};

}  // namespace

void Traffic::note(const host::TargetHealth& seen) {
  const TargetKey key{seen.target_group_id, seen.ip, seen.port};
  const std::scoped_lock lock(mutex_);
  // What was counted before the first look belongs to no minute.
  const auto [last, is_new] = last_.emplace(key, seen.counters);
  if (is_new) return;
  host::TargetCounters& came = came_[key];
  for (const Counter counter : kCounters) {
    const std::int64_t now = seen.counters.*counter, before = last->second.*counter;
    came.*counter += now >= before ? now - before : now;
  }
  last->second = seen.counters;
}

std::map<TargetKey, host::TargetCounters> Traffic::take() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(came_, {});
}

}  // namespace hanbat::elasticloadbalancing
