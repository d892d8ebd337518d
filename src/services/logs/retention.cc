#include "services/logs/retention.h"

#include "services/logs/store.h"
#include "store/typed_tasks.h"

namespace hanbat::logs {
namespace {

constexpr Milliseconds kEvery = std::chrono::hours(1);

std::vector<std::string> ids_of_groups_that_expire(store::Tx& tx) {
  std::vector<std::string> ids;
  for (const GroupRow& group : region::list_all<GroupFacts>(tx))
    if (group.shape.retention) ids.push_back(group.id);
  return ids;
}

}  // namespace

void Retention::start() {
  store::handle<ExpireTask>(home_.tasks, [this](store::TaskRun& run, const ExpireTask&) {
    // Who looks through all groups is in no writer's way.
    const auto groups = home_.db.read([](store::Tx& tx) { return ids_of_groups_that_expire(tx); });
    run.again(kEvery, [&](store::Tx& tx) {
      for (const std::string& id : groups)
        if (const auto group = region::find<GroupFacts>(tx, id)) expire(tx, *group);
    });
  });
  home_.db.write([this](store::Tx& tx) { store::add_task(home_.tasks, tx, ExpireTask{}, "all"); });
}

void Retention::expire(store::Tx& tx, const GroupRow& group) {
  if (!group.shape.retention) return;
  const std::chrono::hours kept(24 * *group.shape.retention);
  remove_events_before(tx, group, (home_.clock.now() - kept).ms);
}

}  // namespace hanbat::logs
