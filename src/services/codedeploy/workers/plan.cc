// The plan of a deployment: which instances it goes to, in which order, asked of EC2 with the group's service role.
#include <algorithm>
#include <map>

#include "gen/ec2/client.h"
#include "gen/elasticloadbalancing/client.h"
#include "services/codedeploy/groups/tag_filters.h"
#include "services/codedeploy/workers/workers.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

namespace elb = elasticloadbalancing;

/// What the service role found.
struct Targets {
  std::vector<std::string> instances;
  std::map<std::string, std::string> on_premises;  // ARNs of those among them that are no EC2 instances
  std::vector<std::string> target_groups;
};

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

/// In order of their names, as those that are deployed to one after the other.
void find_on_premises(region::Region& home, const Deployment& d, const DeploymentGroupInfo& group, Targets& targets) {
  for (const OnPremises& each :
       home.db.read([&](store::Tx& tx) { return region::list_by_name<InstanceInfo>(tx, {d.account, d.region}, {}); })) {
    if (!is_registered(each) || !wants_on_premises(group, tags_of(each.shape))) continue;
    targets.instances.push_back(*each.name);
    targets.on_premises[*each.name] = *each.shape.instance_arn;
  }
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

/// Throws what may pass, so that the task is tried again; a Reason is for ever.
std::variant<Targets, Reason> find_targets(region::Region& home, const Deployment& d,
                                           const DeploymentGroupInfo& group) {
  region::Caller role;
  try {
    role = service_role(home, d);
  } catch (const wire::Error&) {
    return Reason{"IAM_ROLE_MISSING",
                  "The service role " + d.service_role + " could not be assumed by AWS CodeDeploy."};
  }
  Targets targets;
  try {
    if (looks_for_ec2(group)) targets.instances = find_instances(home, role, d, group);
    find_on_premises(home, d, group, targets);
  } catch (const wire::Error& error) {
    if (is_denial(error)) return no_permission(d, "AmazonEC2");
    if (error.status() == 503 || error.status() == 500) throw;
    return Reason{"INTERNAL_ERROR", error.message()};
  }
  try {
    if (d.moves_traffic()) targets.target_groups = find_target_groups(home, role, d);
  } catch (const wire::Error& error) {
    if (is_denial(error)) return no_permission(d, "AmazonElasticLoadBalancing");
    if (error.status() >= 500) throw;
    return Reason{"ELASTIC_LOAD_BALANCING_INVALID",
                  "The specified target group could not be found: " + error.message()};
  }
  return targets;
}

/// {instance, whether it is healthy}: those that do not serve first, then those with another revision.
std::vector<std::pair<std::string, bool>> in_order(const std::map<std::string, HostRecord>& known, const Deployment& d,
                                                   const std::vector<std::string>& instances) {
  const std::string revision = location_text(*d.info.revision);
  const auto healthy = [&](const std::string& instance) {
    const auto host = known.find(instance);
    return host != known.end() && host->second.healthy;
  };
  const auto outdated = [&](const std::string& instance) {
    return !healthy(instance) || known.at(instance).revision != revision;
  };
  std::vector<std::pair<std::string, bool>> hosts;
  for (const std::string& instance : instances)
    if (!d.info.update_outdated_instances_only.value_or(false) || outdated(instance))
      hosts.emplace_back(instance, healthy(instance));
  std::stable_sort(hosts.begin(), hosts.end(), [&](const auto& a, const auto& b) {
    return std::pair(a.second, !outdated(a.first)) < std::pair(b.second, !outdated(b.first));
  });
  return hosts;
}

}  // namespace

void Workers::plan(store::TaskRun& run, const PlanTask& task) {
  const auto found = home_.db.read([&](store::Tx& tx) { return find_deployment(tx, task.deployment); });
  if (!found || !region::find_next(kDeploymentMachine, found->status(), DeploymentEvent::kBegin)) return;
  const auto refuse = [&](const Reason& why) {
    run.finish([&](store::Tx& tx) {
      workflow_.on(tx, task.deployment,
                   [&](Deployment& d) { return d.fail(home_.clock.now(), why.code, why.message); });
    });
  };
  const auto group =
      home_.db.read([&](store::Tx& tx) { return region::find<DeploymentGroupInfo>(tx, found->group_id); });
  if (!group) return refuse({"DEPLOYMENT_GROUP_MISSING", "The deployment group was deleted."});

  const auto outcome = find_targets(home_, *found, group->shape);
  if (const auto* why = std::get_if<Reason>(&outcome)) return refuse(*why);
  const Targets& targets = std::get<Targets>(outcome);
  run.finish([&](store::Tx& tx) {
    const auto hosts = in_order(hosts_of(tx, found->group_id), *found, targets.instances);
    workflow_.on(tx, task.deployment, [&](Deployment& d) {
      d.target_group_arns = targets.target_groups;
      return d.begin(home_.clock.now(), hosts, targets.on_premises);
    });
  });
}

void Workers::abandon_plan(store::Tx& tx, const PlanTask& task, std::string_view why) {
  workflow_.on(tx, task.deployment,
               [&](Deployment& d) { return d.fail(home_.clock.now(), "INTERNAL_ERROR", std::string(why)); });
}

}  // namespace hanbat::codedeploy
