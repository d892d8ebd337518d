#include "services/codedeploy/workers/workers.h"

#include <spdlog/spdlog.h>

#include "services/codedeploy/codedeploy.h"
#include "store/typed_tasks.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

// With the store's backoff about five minutes of trying.
constexpr int kAttempts = 16;

}  // namespace

region::Caller service_role(region::Region& home, const Deployment& d) {
  return home.assume_role(d.service_role, kPrincipal, d.id(),
                          group_arn({d.account, d.region}, d.info.application_name.value_or(""),
                                    d.info.deployment_group_name.value_or("")));
}

Reason no_permission(const Deployment& d, const std::string& service) {
  return {"IAM_ROLE_PERMISSIONS",
          "The IAM role " + d.service_role +
              " does not give you permission to perform operations in the following AWS service: " + service +
              ". Contact your AWS administrator if you need help. If you are an AWS administrator, you can grant "
              "permissions to your users or groups by creating IAM policies."};
}

bool is_denial(const wire::Error& error) {
  return error.code() == "UnauthorizedOperation" || error.code() == "AccessDenied" ||
         error.code() == "AccessDeniedException";
}

void Workers::start() {
  store::handle<PlanTask>(
      home_.tasks, [this](store::TaskRun& run, const PlanTask& task) { plan(run, task); },
      {.max_attempts = kAttempts, .give_up = [this](store::Tx& tx, const store::NewTask& task, std::string_view why) {
         abandon_plan(tx, PlanTask::from_json(task.body), why);
       }});
  store::handle<TrafficTask>(
      home_.tasks, [this](store::TaskRun& run, const TrafficTask& task) { move_traffic(run, task); },
      {.max_attempts = kAttempts, .give_up = [this](store::Tx& tx, const store::NewTask& task, std::string_view why) {
         abandon_traffic(tx, TrafficTask::from_json(task.body), why);
       }});
  store::handle<WakeTask>(home_.tasks, [this](store::TaskRun& run, const WakeTask& task) { wake(run, task); });
  store::handle<PublishTask>(
      home_.tasks, [this](store::TaskRun&, const PublishTask&) { publish_agent(); },
      {.max_attempts = kAttempts, .give_up = [](store::Tx&, const store::NewTask&, std::string_view why) {
         spdlog::error("codedeploy: the agent could not be put into its bucket: {}", why);
       }});
  if (!home_.settings.guest_programs.empty())
    home_.db.write([&](store::Tx& tx) { store::add_task(home_.tasks, tx, PublishTask{}, "agent"); });
}

void Workers::wake(store::TaskRun& run, const WakeTask& task) {
  run.finish([&](store::Tx& tx) {
    workflow_.on(tx, task.deployment, [&](Deployment& d) { return d.wake(home_.clock.now(), task.instance); });
  });
}

}  // namespace hanbat::codedeploy
