// What became of a deployment on each instance: targets, and the same in the older form of "deployment instances".
#include <algorithm>

#include "region/page.h"
#include "services/codedeploy/codedeploy.h"
#include "services/codedeploy/groups/names.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

constexpr std::size_t kMostTargets = 25;  // of BatchGetDeploymentTargets and BatchGetDeploymentInstances

DeploymentTarget target_of(const Host& host) {
  DeploymentTarget out;
  out.deployment_target_type = "InstanceTarget";
  out.instance_target = host.target;
  return out;
}

InstanceSummary summary_of(const Host& host) {
  InstanceSummary out;
  out.deployment_id = host.target.deployment_id;
  out.instance_id = host.target.target_arn;
  out.status = host.target.status;
  out.last_updated_at = host.target.last_updated_at;
  out.lifecycle_events = host.target.lifecycle_events;
  return out;
}

// Instances are named by id or by ARN.
const Host* find(const Deployment& d, const std::string& name) {
  for (const Host& host : d.hosts)
    if (host.target.target_id == name || host.target.target_arn == name) return &host;
  return nullptr;
}

const Host& require_target(const Deployment& d, const std::string& name) {
  if (const Host* host = find(d, name)) return *host;
  throw DeploymentTargetDoesNotExistException("The deployment target " + name + " does not exist in deployment " +
                                              d.id());
}

/// Source: TargetStatus in CodeDeploy's API reference.
bool is_target_status(std::string_view text) {
  constexpr std::string_view kStatuses[] = {"Failed",  "InProgress", "Pending", "Ready",
                                            "Skipped", "Succeeded",  "Unknown"};
  return std::ranges::find(kStatuses, text) != std::end(kStatuses);
}

const Host& require_instance(const Deployment& d, const std::string& name) {
  if (const Host* host = find(d, name)) return *host;
  throw InstanceDoesNotExistException("The instance " + name + " does not exist in deployment " + d.id());
}

/// Which environment an instance is in can be asked of a blue/green deployment alone; here all are in place.
[[noreturn]] void refuse_environments() {
  throw InvalidDeploymentInstanceTypeException(
      "An instance type was specified for an in-place deployment. Instance types are supported for blue/green "
      "deployments only.");
}

bool contains(const std::vector<std::string>& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// A page of the instances of these statuses, or of all, in the order in which they are deployed to.
region::Page<std::string> page_of(const region::Pager& pager, const Deployment& d,
                                  const std::optional<std::vector<std::string>>& statuses) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < d.hosts.size(); ++i)
    if (!statuses || contains(*statuses, *d.hosts[i].target.status)) indices.push_back(i);
  const auto page = pager.cut(std::move(indices), [](std::size_t i) { return region::page_key(static_cast<int>(i)); });
  region::Page<std::string> out{.items = {}, .next_token = page.next_token};
  for (const std::size_t i : page.items) out.items.push_back(*d.hosts[i].target.target_id);
  return out;
}

}  // namespace

ListDeploymentTargetsOutput CodeDeploy::list_deployment_targets(region::Request& rq,
                                                                const ListDeploymentTargetsInput& in) {
  const Deployment d = require_deployment(rq, "codedeploy:ListDeploymentTargets", in.deployment_id);

  std::optional<std::vector<std::string>> statuses;
  for (const auto& [name, values] : in.target_filters.value_or(std::map<std::string, std::vector<std::string>>{})) {
    if (name != "TargetStatus") refuse_environments();
    for (const std::string& value : values)
      if (!is_target_status(value))
        throw InvalidInstanceStatusException("The specified instance status does not exist: " + value);
    if (!values.empty()) statuses = values;
  }

  auto page = page_of(region::Pager(rq, in), d, statuses);

  ListDeploymentTargetsOutput out;
  out.target_ids = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

GetDeploymentTargetOutput CodeDeploy::get_deployment_target(region::Request& rq, const GetDeploymentTargetInput& in) {
  const Deployment d = require_deployment(rq, "codedeploy:GetDeploymentTarget", in.deployment_id);

  GetDeploymentTargetOutput out;
  out.deployment_target = target_of(require_target(d, in.target_id));
  return out;
}

BatchGetDeploymentTargetsOutput CodeDeploy::batch_get_deployment_targets(region::Request& rq,
                                                                         const BatchGetDeploymentTargetsInput& in) {
  const Deployment d = require_deployment(rq, "codedeploy:BatchGetDeploymentTargets", in.deployment_id);

  if (in.target_ids.empty()) throw DeploymentTargetIdRequiredException("A deployment target ID was not provided.");
  if (in.target_ids.size() > kMostTargets)
    throw DeploymentTargetListSizeExceededException("The maximum number of targets that can be associated is 25.");
  BatchGetDeploymentTargetsOutput out;
  out.deployment_targets.emplace();
  for (const std::string& id : in.target_ids) out.deployment_targets->push_back(target_of(require_target(d, id)));
  return out;
}

ListDeploymentInstancesOutput CodeDeploy::list_deployment_instances(region::Request& rq,
                                                                    const ListDeploymentInstancesInput& in) {
  const Deployment d = require_deployment(rq, "codedeploy:ListDeploymentInstances", in.deployment_id);

  if (in.instance_type_filter && !in.instance_type_filter->empty()) refuse_environments();
  auto page = page_of(region::Pager(rq, in), d, in.instance_status_filter);

  ListDeploymentInstancesOutput out;
  out.instances_list = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

GetDeploymentInstanceOutput CodeDeploy::get_deployment_instance(region::Request& rq,
                                                                const GetDeploymentInstanceInput& in) {
  const Deployment d = require_deployment(rq, "codedeploy:GetDeploymentInstance", in.deployment_id);

  GetDeploymentInstanceOutput out;
  out.instance_summary = summary_of(require_instance(d, in.instance_id));
  return out;
}

BatchGetDeploymentInstancesOutput CodeDeploy::batch_get_deployment_instances(
    region::Request& rq, const BatchGetDeploymentInstancesInput& in) {
  const Deployment d = require_deployment(rq, "codedeploy:BatchGetDeploymentInstances", in.deployment_id);

  if (in.instance_ids.empty()) throw InstanceIdRequiredException("The instance ID was not specified.");
  check_batch(in.instance_ids.size(), kMostTargets);
  BatchGetDeploymentInstancesOutput out;
  out.instances_summary.emplace();
  for (const std::string& id : in.instance_ids) try {
      out.instances_summary->push_back(summary_of(require_instance(d, id)));
    } catch (const InstanceDoesNotExistException& unknown) {
      out.error_message = unknown.message();  // the others are told
    }
  return out;
}

}  // namespace hanbat::codedeploy
