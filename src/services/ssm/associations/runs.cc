#include "services/ssm/associations/runs.h"

#include <algorithm>
#include <set>

#include "base/schedule.h"
#include "services/ssm/commands/begin.h"
#include "services/ssm/ssm.h"
#include "services/ssm/targets/targets.h"
#include "store/patience.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr Seconds kDelivery{3600};  // how long an instance's agent may be away

/// The association's document as it is now, carried out with its parameters. Throws what stands in the way.
CommandRow run_of(region::Region& home, store::Tx& tx, const AssociationRow& association) {
  const AssociationDescription& shape = association.shape;
  const Place& place = association.place;
  const Document document = require_document(tx, place, shape.name.value_or(""), {.version = shape.document_version});
  const auto service = home.identity().service_caller(place.account, "ssm.amazonaws.com");
  const Plan plan = require_plan(document, shape.parameters.value_or(Parameters{}), home.as(tx, service, place.region),
                                 "StartAssociationsOnce");
  CommandRow row = command_of(document, plan, place, home.clock.now(), kDelivery);
  row.own["association"] = association.id;
  row.shape.document_version = shape.document_version;
  row.shape.comment = "";
  row.shape.parameters = shape.parameters;
  row.shape.targets = shape.targets;
  return row;
}

/// The managed ones among those that the association is for; none when its targets cannot be found out.
std::set<std::string> instances_of(region::Region& home, store::Tx& tx, const AssociationRow& row) {
  std::set<std::string> ids;
  for (const std::string& id :
       targeted_instances(home, tx, row.place, row.shape.targets.value_or(std::vector<Target>{})))
    if (find_instance(tx, row.place, id)) ids.insert(id);
  return ids;
}

std::optional<Timestamp> next_time(const AssociationRow& row, Timestamp now) {
  if (!row.shape.schedule_expression) return std::nullopt;
  const auto schedule = Schedule::parse(*row.shape.schedule_expression);
  return schedule ? schedule->next(now) : std::nullopt;
}

/// Its last run could not begin.
void set_failed(AssociationRow& row, Timestamp now, std::string why) {
  AssociationStatus& status = row.shape.status.emplace();
  status.date = now;
  status.name = "Failed";
  status.message = std::move(why);
}

}  // namespace

void AssociationRuns::start() {
  store::handle<AssociationTask>(home_.tasks, [this](store::TaskRun& task, const AssociationTask&) { look(task); },
                                 {.max_attempts = store::kAttemptsOfFiveMinutes,
                                  .give_up = [this](store::Tx& tx, const store::NewTask& task, std::string_view why) {
                                    give_up(tx, task.key, why);
                                  }});
}

void AssociationRuns::look(store::TaskRun& task) {
  const auto row = home_.db.read([&](store::Tx& tx) { return region::find<AssociationDescription>(tx, task.key()); });
  if (!row) return;
  const auto run = [&](store::Tx& tx) {
    if (auto found = region::find<AssociationDescription>(tx, task.key())) run_what_is_due(tx, *found);
  };
  const Timestamp now = home_.clock.now();
  const auto kept = row->own.contains("next") ? std::optional(Timestamp{row->own.integer("next")}) : std::nullopt;
  const auto next = kept && *kept > now ? kept : next_time(*row, now);
  if (next) return task.again(*next - now, run);
  task.finish(run);
}

void AssociationRuns::run_what_is_due(store::Tx& tx, AssociationRow& row) {
  const Timestamp now = home_.clock.now();
  const bool due = row.own.contains("next") && row.own.integer("next") <= now.ms;
  if (due || !row.own.contains("next"))
    if (const auto next = next_time(row, now)) row.own["next"] = next->ms;
  const bool all = due || row.own.flag("once");
  row.own["once"] = false;
  std::set<std::string> ids = instances_of(home_, tx, row);
  if (!all) {
    const bool only_by_schedule = row.shape.apply_only_at_cron_interval.value_or(false);
    std::erase_if(ids, [&](const std::string& id) { return only_by_schedule || row.own["runs"].contains(id); });
  }
  if (!ids.empty()) try {
      const CommandRow command = run_of(home_, tx, row);
      begin(home_, tx, command, ids);
      for (const std::string& id : ids) row.own["runs"][id] = command.id;
      row.own["last"] = now.ms;
      row.shape.status.reset();
    } catch (const wire::Error& error) {
      // Its document or a parameter that it names is gone since; the next time that it is due is another try.
      set_failed(row, now, error.code() + ": " + error.what());
    }
  region::update(tx, row);
}

/// The run is failed, with the reason as the association's status; its schedule goes on.
void AssociationRuns::give_up(store::Tx& tx, const std::string& id, std::string_view why) {
  auto row = region::find<AssociationDescription>(tx, id);
  if (!row) return;
  const Timestamp now = home_.clock.now();
  set_failed(*row, now, "The region could not run the association: " + std::string(why));
  row->own["once"] = false;
  const auto next = next_time(*row, now);
  if (next) {
    row->own["next"] = next->ms;
    store::add_task(home_.tasks, tx, AssociationTask{row->place}, id, *next);
  }
  region::update(tx, *row);
}

void wake(region::Region& home, store::Tx& tx, const AssociationRow& row) {
  store::add_task(home.tasks, tx, AssociationTask{row.place}, row.id);
}

void run_associations_of(region::Region& home, store::Tx& tx, const Place& place, const std::string& document,
                         std::string_view version) {
  for (AssociationRow& row : region::list_by_age<AssociationDescription>(tx, place, {.parent = document})) {
    if (row.shape.document_version != version || row.shape.apply_only_at_cron_interval.value_or(false)) continue;
    row.own["once"] = true;
    region::update(tx, row);
    wake(home, tx, row);
  }
}

void wake_associations(region::Region& home, store::Tx& tx, const Place& place, const std::string& instance) {
  for (const AssociationRow& row : region::list<AssociationDescription>(tx, place))
    if (const Json* runs = row.own.find("runs"); !runs || !runs->contains(instance)) wake(home, tx, row);
}

}  // namespace hanbat::ssm
