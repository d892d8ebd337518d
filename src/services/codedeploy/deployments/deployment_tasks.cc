// What the Deployment machine asks for: finding the instances, moving traffic, watching deadlines. Each task acts with
// the group's service role and may happen twice.
#include <algorithm>

#include "gen/ec2/client.h"
#include "gen/elasticloadbalancing/client.h"
#include "services/codedeploy/codedeploy.h"
#include "services/codedeploy/groups/tag_filters.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

namespace elb = elasticloadbalancing;

constexpr const char* kPrincipal = "codedeploy.amazonaws.com";
constexpr Milliseconds kTrafficPoll{250};

/// Why a deployment cannot begin, as GetDeployment tells it.
struct CannotBegin {
  std::string code, message;
};

CannotBegin no_permission(const Deployment& d, const std::string& service) {
  return {"IAM_ROLE_PERMISSIONS",
          "The IAM role " + d.service_role +
              " does not give you permission to perform operations in the following AWS service: " + service +
              ". Contact your AWS administrator if you need help. If you are an AWS administrator, you can grant "
              "permissions "
              "to your users or groups by creating IAM policies."};
}

bool is_denial(const wire::Error& error) {
  return error.code() == "UnauthorizedOperation" || error.code() == "AccessDenied" ||
         error.code() == "AccessDeniedException";
}

region::Caller service_role(region::Region& home, const Deployment& d) {
  region::Caller caller =
      home.assume_role(d.service_role, kPrincipal, d.id(),
                       Place{d.account, d.region}.group_arn(d.info.application_name.value_or(""),
                                                            d.info.deployment_group_name.value_or("")));
  caller.held_by = kPrincipal;
  return caller;
}

std::vector<std::string> find_instances(region::Region& home, const region::Caller& role, const Deployment& d,
                                        const DeploymentGroupInfo& group) {
  ec2::Client client(home, role, d.region);
  ec2::DescribeInstancesInput in;
  ec2::Filter& running = in.filters.emplace().emplace_back();
  running.name = "instance-state-name";
  running.values = std::vector<std::string>{"running"};
  std::vector<std::string> out;
  do {
    const ec2::DescribeInstancesOutput page = client.describe_instances(in);
    for (const auto& reservation : page.reservations.value_or(std::vector<ec2::Reservation>{}))
      for (const auto& instance : reservation.instances.value_or(std::vector<ec2::Instance>{})) {
        Tags tags;
        for (const auto& tag : instance.tags.value_or(std::vector<ec2::Tag>{}))
          tags[tag.key.value_or("")] = tag.value.value_or("");
        if (instance.instance_id && wants(group, tags)) out.push_back(*instance.instance_id);
      }
    in.next_token = page.next_token;
  } while (in.next_token && !in.next_token->empty());
  return out;
}

std::vector<std::string> find_target_groups(region::Region& home, const region::Caller& role, const Deployment& d) {
  std::vector<std::string> names, arns;
  for (const TargetGroupInfo& target_group : *d.info.load_balancer_info->target_group_info_list)
    names.push_back(target_group.name.value_or(""));
  elb::DescribeTargetGroupsInput in;
  in.names = names;
  for (const auto& target_group : elb::Client(home, role, d.region)
                                      .describe_target_groups(in)
                                      .target_groups.value_or(std::vector<elb::TargetGroup>{}))
    if (target_group.target_group_arn) arns.push_back(*target_group.target_group_arn);
  if (arns.size() < names.size()) throw wire::Error("TargetGroupNotFound", 400, "One or more target groups not found");
  return arns;
}

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

}  // namespace

void CodeDeploy::plan(store::TaskRun& run) {
  const std::string id = run.body().text("deployment");
  const auto found = home_.db.read([&](store::Tx& tx) { return store_.find_deployment(tx, id); });
  if (!found || found->info.status != "Created") return;
  const auto fail = [&](const CannotBegin& why) {
    run.finish([&](store::Tx& tx) {
      workflow_.on(tx, id, [&](Deployment& d) { return d.fail(home_.clock.now(), why.code, why.message); });
    });
  };
  const auto group = home_.db.read([&](store::Tx& tx) { return store_.find_group_by_id(tx, found->group_id); });
  if (!group) return fail({"DEPLOYMENT_GROUP_MISSING", "The deployment group was deleted."});

  region::Caller role;
  try {
    role = service_role(home_, *found);
  } catch (const wire::Error&) {
    return fail(
        {"IAM_ROLE_MISSING", "The service role " + found->service_role + " could not be assumed by AWS CodeDeploy."});
  }
  std::vector<std::string> instances, target_groups;
  try {
    instances = find_instances(home_, role, *found, *group);
  } catch (const wire::Error& error) {
    if (is_denial(error)) return fail(no_permission(*found, "AmazonEC2"));
    if (error.status() == 503 || error.status() == 500) throw;
    return fail({"INTERNAL_ERROR", error.message()});
  }
  try {
    if (found->moves_traffic()) target_groups = find_target_groups(home_, role, *found);
  } catch (const wire::Error& error) {
    if (is_denial(error)) return fail(no_permission(*found, "AmazonElasticLoadBalancing"));
    if (error.status() >= 500) throw;
    return fail(
        {"ELASTIC_LOAD_BALANCING_INVALID", "The specified target group could not be found: " + error.message()});
  }

  run.finish([&](store::Tx& tx) {
    const auto known = store_.hosts(tx, found->group_id);
    const std::string revision = location_text(*found->info.revision);
    const auto healthy = [&](const std::string& instance) {
      const auto host = known.find(instance);
      return host != known.end() && host->second.first;
    };
    const auto outdated = [&](const std::string& instance) {
      const auto host = known.find(instance);
      return host == known.end() || !host->second.first || host->second.second != revision;
    };
    std::vector<std::pair<std::string, bool>> hosts;
    for (const std::string& instance : instances)
      if (!found->info.update_outdated_instances_only.value_or(false) || outdated(instance))
        hosts.emplace_back(instance, healthy(instance));
    // Those that do not serve come first, then those with another revision.
    std::stable_sort(hosts.begin(), hosts.end(), [&](const auto& a, const auto& b) {
      return std::pair(a.second, !outdated(a.first)) < std::pair(b.second, !outdated(b.first));
    });
    workflow_.on(tx, id, [&](Deployment& d) {
      d.target_group_arns = target_groups;
      return d.begin(home_.clock.now(), hosts);
    });
  });
}

void CodeDeploy::move_traffic(store::TaskRun& run) {
  Json body = run.body();
  const std::string id = body.text("deployment"), instance = body.text("instance"), event = body.text("event");
  const auto found = home_.db.read([&](store::Tx& tx) { return store_.find_deployment(tx, id); });
  if (!found) return;
  const auto report = [&](bool succeeded, const std::string& message) {
    Outcome outcome{.succeeded = succeeded, .diagnostics = std::nullopt};
    if (!succeeded) {
      Diagnostics& diagnostics = outcome.diagnostics.emplace();
      diagnostics.error_code = "UnknownError";
      diagnostics.script_name = "";
      diagnostics.message = message;
      diagnostics.log_tail = "";
    }
    run.finish([&](store::Tx& tx) {
      workflow_.on(tx, id, [&](Deployment& d) { return d.report(home_.clock.now(), instance, event, outcome); });
    });
  };
  const bool block = event == "BlockTraffic";
  std::string waiting_for;
  try {
    const elb::Client client(home_, service_role(home_, *found), found->region);
    for (const std::string& target_group : found->target_group_arns) {
      elb::TargetDescription target;
      target.id = instance;
      if (!body.flag("asked")) {
        if (block) {
          elb::DeregisterTargetsInput in;
          in.target_group_arn = target_group;
          in.targets = {target};
          client.deregister_targets(in);
        } else {
          elb::RegisterTargetsInput in;
          in.target_group_arn = target_group;
          in.targets = {target};
          client.register_targets(in);
        }
      }
      std::string description;
      const std::string state = state_of(client, target_group, instance, description);
      if (block ? state == "draining" : state != "healthy")
        waiting_for = target_group + ": " + state + " " + description;
    }
  } catch (const wire::Error& error) {
    if (is_denial(error)) return report(false, no_permission(*found, "AmazonElasticLoadBalancing").message);
    if (error.status() >= 500) throw;
    return report(false, error.message());
  }
  if (waiting_for.empty()) return report(true, "");
  if (home_.clock.now() - Timestamp{body.integer("since")} >= kTrafficLimit)
    return report(false, "The instance " + instance +
                             (block ? " is still draining in " : " did not become healthy in ") + waiting_for);
  body["asked"] = true;
  run.again(kTrafficPoll, body);
}

void CodeDeploy::wake(store::TaskRun& run) {
  run.finish([&](store::Tx& tx) {
    workflow_.on(tx, run.body().text("deployment"),
                 [&](Deployment& d) { return d.wake(home_.clock.now(), run.body().text("instance")); });
  });
}

}  // namespace hanbat::codedeploy
