#include "services/monitoring/metrics/retention.h"

#include <iterator>

#include "services/monitoring/alarms/history_store.h"
#include "services/monitoring/metrics/metric_store.h"
#include "store/typed_tasks.h"

namespace hanbat::monitoring {
namespace {

constexpr Milliseconds kEvery = std::chrono::minutes(10);
constexpr std::size_t kAtOnce = 500;  // points in a transaction
constexpr Milliseconds kHistoryKept = std::chrono::hours(30 * 24);

}  // namespace

void Retention::start() {
  store::handle<AgeTask>(home_.tasks, [this](store::TaskRun& run, const AgeTask&) {
    bool more = true;
    while (more && !run.stop().stop_requested()) more = home_.db.write([this](store::Tx& tx) { return age_some(tx); });
    run.again(kEvery, [this](store::Tx& tx) {
      const Timestamp now = home_.clock.now();
      remove_metrics_without_points(tx, now - std::chrono::hours(455 * 24));
      remove_history_before(tx, now - kHistoryKept);
    });
  });
  home_.db.write([this](store::Tx& tx) { store::add_task(home_.tasks, tx, AgeTask{}, "all"); });
}

bool Retention::age_some(store::Tx& tx) {
  const std::int64_t now = home_.clock.now().ms / 1000;
  bool more = false;
  for (std::size_t i = 0; i < std::size(kResolutions); ++i) {
    const auto old = points_before(tx, kResolutions[i].seconds, now - kResolutions[i].kept, kAtOnce);
    more = more || old.size() == kAtOnce;
    for (const auto& [metric, point] : old) {
      remove_point(tx, metric, point);
      if (i + 1 == std::size(kResolutions)) continue;
      Point coarser = point;
      coarser.resolution = kResolutions[i + 1].seconds;
      coarser.at -= coarser.at % coarser.resolution;
      add_point(tx, metric, coarser);
    }
  }
  return more;
}

}  // namespace hanbat::monitoring
