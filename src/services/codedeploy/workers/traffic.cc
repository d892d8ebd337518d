// BlockTraffic and AllowTraffic: the service itself takes an instance out of its target groups or puts it back, with
// the group's service role, and waits until the balancer has drained it or finds it healthy.
#include "gen/elasticloadbalancing/client.h"
#include "services/codedeploy/workers/workers.h"
#include "store/typed_tasks.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

namespace elb = elasticloadbalancing;

constexpr Milliseconds kTrafficPoll{250};

bool is_block(const TrafficTask& task) { return task.event == LifecycleEventName::kBlockTraffic; }

std::string state_of(const elb::Client& client, const std::string& target_group, const std::string& instance,
                     std::string& description) {
  elb::DescribeTargetHealthInput in;
  in.target_group_arn = target_group;
  elb::TargetDescription target;
  target.id = instance;
  in.targets = std::vector<elb::TargetDescription>{target};
  std::string state = "unused";
  for (const auto& health : client.describe_target_health(in).target_health_descriptions.value_or(
           std::vector<elb::TargetHealthDescription>{})) {
    if (!health.target || health.target->id != instance || !health.target_health) continue;
    state = health.target_health->state.value_or("");
    description = health.target_health->description.value_or(health.target_health->reason.value_or(""));
    // No balancer listens for this group, so no health check will ever pass.
    if (state == "unused" && health.target_health->reason == "Target.NotInUse") state = "healthy";
    if (state == "draining") return state;
  }
  return state;
}

void ask(const elb::Client& client, const std::string& target_group, const TrafficTask& task) {
  elb::TargetDescription target;
  target.id = task.instance;
  if (is_block(task))
    client.deregister_targets({.target_group_arn = target_group, .targets = {target}});
  else
    client.register_targets({.target_group_arn = target_group, .targets = {target}});
}

/// Asks the balancer, if that has not been done, and says what is waited for; "" when it has come.
std::string waited_for(region::Region& home, const Deployment& d, const TrafficTask& task) {
  const elb::Client client(home, service_role(home, d), d.region);
  std::string waiting_for;
  for (const std::string& target_group : d.target_group_arns) {
    if (!task.asked) ask(client, target_group, task);
    std::string description;
    const std::string state = state_of(client, target_group, task.instance, description);
    if (is_block(task) ? state == "draining" : state != "healthy")
      waiting_for = target_group + ": " + state + " " + description;
  }
  return waiting_for;
}

Outcome failed(const std::string& message) {
  Outcome outcome{.succeeded = false, .diagnostics = std::nullopt};
  Diagnostics& diagnostics = outcome.diagnostics.emplace();
  diagnostics.error_code = "UnknownError";
  diagnostics.script_name = "";
  diagnostics.message = message;
  diagnostics.log_tail = "";
  return outcome;
}

}  // namespace

void Workers::move_traffic(store::TaskRun& run, const TrafficTask& task) {
  const auto found = home_.db.read([&](store::Tx& tx) { return find_deployment(tx, task.deployment); });
  if (!found) return;
  const auto report = [&](const Outcome& outcome) {
    run.finish([&](store::Tx& tx) {
      workflow_.on(tx, task.deployment, [&](Deployment& d) {
        return d.report(home_.clock.now(), task.instance, word_of(task.event), outcome);
      });
    });
  };
  std::string waiting_for;
  try {
    waiting_for = waited_for(home_, *found, task);
  } catch (const wire::Error& error) {
    if (is_denial(error)) return report(failed(no_permission(*found, "AmazonElasticLoadBalancing").message));
    if (error.status() >= 500) throw;
    return report(failed(error.message()));
  }
  if (waiting_for.empty()) return report({.succeeded = true, .diagnostics = std::nullopt});
  if (home_.clock.now() - task.since >= kTrafficLimit)
    return report(failed("The instance " + task.instance +
                         (is_block(task) ? " is still draining in " : " did not become healthy in ") + waiting_for));
  TrafficTask next = task;
  next.asked = true;
  store::again(run, kTrafficPoll, next);
}

void Workers::abandon_traffic(store::Tx& tx, const TrafficTask& task, std::string_view why) {
  workflow_.on(tx, task.deployment, [&](Deployment& d) {
    return d.report(home_.clock.now(), task.instance, word_of(task.event), failed(std::string(why)));
  });
}

}  // namespace hanbat::codedeploy
