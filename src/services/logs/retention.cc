#include "services/logs/retention.h"

#include "services/logs/store.h"
#include "store/typed_tasks.h"

namespace hanbat::logs {
namespace {

constexpr Milliseconds kEvery = std::chrono::hours(1);

}  // namespace

void Retention::start() {
  store::handle<ExpireTask>(home_.tasks, [this](store::TaskRun& run, const ExpireTask&) {
    run.again(kEvery, [this](store::Tx& tx) { expire(tx); });
  });
  home_.db.write([this](store::Tx& tx) { store::add_task(home_.tasks, tx, ExpireTask{}, "all"); });
}

void Retention::expire(store::Tx& tx) {
  for (const GroupRow& group : region::list_all<GroupFacts>(tx)) {
    if (!group.shape.retention) continue;
    const std::chrono::hours kept(24 * *group.shape.retention);
    remove_events_before(tx, group, (home_.clock.now() - kept).ms);
  }
}

}  // namespace hanbat::logs
