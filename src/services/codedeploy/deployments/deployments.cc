// Deployments: started, read, listed, stopped.
#include <algorithm>
#include <cctype>

#include "region/page.h"
#include "services/codedeploy/codedeploy.h"
#include "services/codedeploy/groups/names.h"
#include "services/codedeploy/groups/revisions.h"
#include "services/codedeploy/groups/rollback.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

constexpr std::size_t kMostDeployments = 25;  // of BatchGetDeployments

bool is_deployment_id(const std::string& id) {
  return id.size() == 11 && id.starts_with("d-") &&
         std::all_of(id.begin() + 2, id.end(), [](unsigned char c) { return std::isupper(c) || std::isdigit(c); });
}

Deployment new_deployment(const region::Request& rq, const CreateDeploymentInput& in, const Group& group,
                          const DeploymentConfigInfo& config, const RevisionLocation& revision) {
  Deployment d;
  d.account = rq.account;
  d.region = rq.region;
  d.group_id = group.id;
  d.service_role = *group.shape.service_role_arn;
  d.health_rule = config.minimum_healthy_hosts.value_or(MinimumHealthyHosts{});
  d.info.deployment_id = new_deployment_id();
  d.info.application_name = in.application_name;
  d.info.deployment_group_name = group.name;
  d.info.deployment_config_name = config.deployment_config_name;
  d.info.previous_revision = group.shape.target_revision;
  d.info.revision = revision;
  d.info.status = word_of(DeploymentStatus::kCreated);
  d.info.create_time = rq.now();
  d.info.description = in.description;
  d.info.creator = word_of(DeploymentCreator::kUser);
  d.info.ignore_application_stop_failures = in.ignore_application_stop_failures.value_or(false);
  d.info.auto_rollback_configuration =
      in.auto_rollback_configuration ? in.auto_rollback_configuration : group.shape.auto_rollback_configuration;
  d.info.update_outdated_instances_only = in.update_outdated_instances_only.value_or(false);
  d.info.deployment_style = group.shape.deployment_style;
  d.info.load_balancer_info = group.shape.load_balancer_info;
  d.info.file_exists_behavior = in.file_exists_behavior.value_or("DISALLOW");
  d.info.compute_platform = word_of(ComputePlatform::kServer);
  d.info.instance_termination_wait_time_started = false;
  return d;
}

/// The deployment as the API shows it: AWS's messages are of other platforms' deployments, and tell none of these.
DeploymentInfo describe(const Deployment& d) {
  DeploymentInfo shown = d.info;
  shown.deployment_status_messages.emplace();
  return shown;
}

/// What a deployment may say of itself, besides what is looked up.
void check_options(const CreateDeploymentInput& in) {
  check_description(in.description.value_or(""));
  if (const std::string behavior = in.file_exists_behavior.value_or("");
      in.file_exists_behavior && !find_word<FileExistsBehavior>(behavior))
    throw InvalidFileExistsBehaviorException(
        "An invalid fileExistsBehavior option was specified to determine how AWS CodeDeploy handles files or "
        "directories that already exist in a deployment target location but weren't part of the previous successful "
        "deployment. Valid values include \"DISALLOW,\" \"OVERWRITE,\" and \"RETAIN.\"");
  if (in.auto_rollback_configuration) check_rollback("CreateDeployment", *in.auto_rollback_configuration);
  if (in.target_instances)
    throw InvalidTargetInstancesException(
        "The target instance configuration is invalid: configuration data for target instances was entered for an "
        "in-place deployment.");
}

}  // namespace

Deployment CodeDeploy::require_deployment(region::Request& rq, std::string_view action, const std::string& id) {
  const auto found = find_deployment(rq.tx, place_of(rq), id);
  authorize(rq, action,
            found ? group_arn(place_of(rq), *found->info.application_name, *found->info.deployment_group_name)
                  : group_arn(place_of(rq), "*", "*"));
  if (!is_deployment_id(id))
    throw InvalidDeploymentIdException("Specified DeploymentId is not in the valid format: " + id);
  if (!found) throw DeploymentDoesNotExistException("The deployment " + id + " could not be found");
  return *found;
}

CreateDeploymentOutput CodeDeploy::create_deployment(region::Request& rq, const CreateDeploymentInput& in) {
  const Place place = place_of(rq);
  const std::string group_name = in.deployment_group_name.value_or("");
  authorize(rq, "codedeploy:CreateDeployment", group_arn(place, in.application_name, group_name));

  if (group_name.empty()) throw DeploymentGroupNameRequiredException("Deployment Group name is missing");
  const Group group = require_group(rq.tx, place, in.application_name, group_name);
  const std::string config_name = in.deployment_config_name.value_or(*group.shape.deployment_config_name);
  rq.authorize("codedeploy:GetDeploymentConfig", config_arn(place, config_name));
  const DeploymentConfigInfo config = require_config(rq.tx, place, config_name);
  const RevisionLocation revision = require_s3_revision("CreateDeployment", in.revision);
  check_options(in);
  if (const auto active = find_active_deployment(rq.tx, place, group.id))
    throw DeploymentLimitExceededException("The Deployment Group '" + group_name +
                                           "' already has an active Deployment '" + *active + "'");

  const Deployment d = new_deployment(rq, in, group, config, revision);
  workflow_.start(rq.tx, d);

  CreateDeploymentOutput out;
  out.deployment_id = d.id();
  return out;
}

GetDeploymentOutput CodeDeploy::get_deployment(region::Request& rq, const GetDeploymentInput& in) {
  GetDeploymentOutput out;
  out.deployment_info = describe(require_deployment(rq, "codedeploy:GetDeployment", in.deployment_id));
  return out;
}

BatchGetDeploymentsOutput CodeDeploy::batch_get_deployments(region::Request& rq, const BatchGetDeploymentsInput& in) {
  BatchGetDeploymentsOutput out;
  out.deployments_info.emplace();
  if (in.deployment_ids.empty()) throw DeploymentIdRequiredException("Deployment ID is missing");
  check_batch(in.deployment_ids.size(), kMostDeployments);
  for (const std::string& id : in.deployment_ids) try {
      out.deployments_info->push_back(describe(require_deployment(rq, "codedeploy:BatchGetDeployments", id)));
    } catch (const DeploymentDoesNotExistException&) {
      // Told by its absence: the operation documents no error for it.
    }
  return out;
}

ListDeploymentsOutput CodeDeploy::list_deployments(region::Request& rq, const ListDeploymentsInput& in) {
  const Place place = place_of(rq);
  authorize(rq, "codedeploy:ListDeployments",
            group_arn(place, in.application_name.value_or("*"), in.deployment_group_name.value_or("*")));

  const std::string application = in.application_name.value_or(""), group = in.deployment_group_name.value_or("");
  if (application.empty() && !group.empty()) throw ApplicationNameRequiredException("Application name is missing");
  if (group.empty() && !application.empty())
    throw DeploymentGroupNameRequiredException("Deployment Group name is missing");
  DeploymentQuery query{.statuses = in.include_only_statuses.value_or(std::vector<std::string>{})};
  if (!group.empty()) query.group_id = require_group(rq.tx, place, application, group).id;
  if (in.create_time_range) {
    query.from = in.create_time_range->start;
    query.to = in.create_time_range->end;
    if (query.from && query.to && *query.to < *query.from)
      throw InvalidTimeRangeException("The specified time range was specified in an invalid format.");
  }
  const region::Pager pager(rq, in);
  const auto page = pager.cut_read(find_deployments(rq.tx, place, query, pager.after(), pager.size() + 1),
                                   [](const auto& row) { return region::creation_key(row); });

  ListDeploymentsOutput out;
  out.deployments.emplace();
  for (const auto& row : page.items) out.deployments->push_back(row.id);
  out.next_token = page.next_token;
  return out;
}

StopDeploymentOutput CodeDeploy::stop_deployment(region::Request& rq, const StopDeploymentInput& in) {
  const Deployment found = require_deployment(rq, "codedeploy:StopDeployment", in.deployment_id);
  if (!found.active())
    throw DeploymentAlreadyCompletedException("The deployment " + in.deployment_id + " has already completed.");

  workflow_.on(rq.tx, in.deployment_id, [&](Deployment& d) {
    if (in.auto_rollback_enabled) {
      AutoRollbackConfiguration& rollback = d.info.auto_rollback_configuration.emplace();
      rollback.enabled = *in.auto_rollback_enabled;
      rollback.events = std::vector<std::string>{std::string(word_of(AutoRollbackEvent::kStopOnRequest))};
    }
    return d.stop(rq.now(), "The deployment was stopped by " + rq.caller.arn + ".");
  });

  StopDeploymentOutput out;
  const auto after = find_deployment(rq.tx, in.deployment_id);
  const bool running = after && after->info.deployment_overview->in_progress.value_or(0) > 0;
  out.status = running ? "Pending" : "Succeeded";
  out.status_message =
      running ? "No further instances will be deployed to; events in progress are let finish." : "Deployment stopped.";
  return out;
}

}  // namespace hanbat::codedeploy
