#include "services/ssm/commands/deadlines.h"

#include <algorithm>

#include "services/ssm/targets/rate.h"
#include "store/typed_tasks.h"

namespace hanbat::ssm {
namespace {

constexpr Seconds kAfter{1};

}  // namespace

void Deadlines::start() {
  store::handle<DeadlineTask>(home_.tasks,
                              [this](store::TaskRun& run, const DeadlineTask& task) { expire(run, task.place); });
}

void Deadlines::expire(store::TaskRun& run, const Place& place) {
  const Timestamp now = home_.clock.now();
  std::optional<Timestamp> next;
  for (const Invocation& i : home_.db.read([&](store::Tx& tx) { return invocations_of(tx, place, run.key()); }))
    if (!i.ended() && i.deadline > now) next = next ? std::min(*next, i.deadline) : i.deadline;
  const auto end_late_ones = [&](store::Tx& tx) {
    for (Invocation& i : invocations_of(tx, place, run.key())) {
      if (i.ended() || i.deadline > now) continue;
      timed_out(i, now);
      save(tx, i);
    }
    go_on(home_, tx, place, run.key());
  };
  if (next) return run.again(*next - now + kAfter, end_late_ones);
  run.finish(end_late_ones);
}

void watch_deadline(region::Region& home, store::Tx& tx, const Place& place, const std::string& command,
                    Timestamp deadline) {
  store::add_task(home.tasks, tx, DeadlineTask{place}, command, deadline + kAfter);
}

}  // namespace hanbat::ssm
