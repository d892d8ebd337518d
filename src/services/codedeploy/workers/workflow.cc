#include "services/codedeploy/workers/workflow.h"

#include <algorithm>

#include "base/ids.h"
#include "base/overloaded.h"
#include "services/codedeploy/workers/tasks.h"
#include "store/typed_tasks.h"

namespace hanbat::codedeploy {
namespace {

// The states in CodeDeploy's events:
// https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
std::string_view event_state(DeploymentStatus status) {
  switch (status) {
    case DeploymentStatus::kInProgress:
      return "START";
    case DeploymentStatus::kSucceeded:
      return "SUCCESS";
    case DeploymentStatus::kFailed:
      return "FAILURE";
    case DeploymentStatus::kStopped:
      return "STOP";
    case DeploymentStatus::kReady:
      return "READY";
    case DeploymentStatus::kCreated:
    case DeploymentStatus::kQueued:
    case DeploymentStatus::kBaking:
      break;
  }
  return word_of(status);
}

std::string_view event_state(TargetStatus status) {
  switch (status) {
    case TargetStatus::kInProgress:
      return "START";
    case TargetStatus::kSucceeded:
      return "SUCCESS";
    case TargetStatus::kFailed:
      return "FAILURE";
    case TargetStatus::kReady:
      return "READY";
    case TargetStatus::kPending:
    case TargetStatus::kSkipped:
    case TargetStatus::kUnknown:
      break;
  }
  return word_of(status);
}

std::string wake_key(const Deployment& d, std::string_view instance) { return d.id() + "/" + std::string(instance); }

bool wants_rollback(const AutoRollbackConfiguration& config, AutoRollbackEvent event) {
  const auto& events = config.events;
  return config.enabled.value_or(false) && events &&
         std::find(events->begin(), events->end(), word_of(event)) != events->end();
}

LastDeploymentInfo last_info(const Deployment& d) {
  LastDeploymentInfo out;
  out.deployment_id = d.id();
  out.status = d.info.status;
  out.create_time = d.info.create_time;
  out.end_time = d.info.complete_time;
  return out;
}

}  // namespace

std::string commands_topic(std::string_view instance) { return "codedeploy.commands:" + std::string(instance); }

std::string new_deployment_id() { return "d-" + random_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 9); }

void Workflow::start(store::Tx& tx, const Deployment& d) {
  insert_deployment(tx, d);
  use_revision(tx, {d.account, d.region}, *d.info.application_name, *d.info.revision, home_.clock.now());
  store::add_task(home_.tasks, tx, PlanTask{.deployment = d.id()}, d.id());
}

void Workflow::on(store::Tx& tx, std::string_view id, const std::function<Effects(Deployment&)>& event) {
  auto deployment = find_deployment(tx, id);
  if (!deployment) return;
  const Effects effects = event(*deployment);
  for (const Effect& effect : effects) apply(tx, *deployment, effect);
  update_deployment(tx, *deployment);
}

void Workflow::apply(store::Tx& tx, Deployment& d, const Effect& effect) {
  std::visit(Overloaded{[&](const SendCommand& send) {
                          insert_command(tx, {.id = send.command,
                                              .account = d.account,
                                              .region = d.region,
                                              .instance = send.instance,
                                              .deployment = d.id(),
                                              .group_id = d.group_id,
                                              .event = send.event});
                          home_.notify(tx, commands_topic(send.instance));
                        },
                        [&](const CancelCommand& cancel) {
                          if (const auto command = find_command(tx, cancel.command))
                            advance_command(tx, *command, CommandEvent::kCancel);
                        },
                        [&](const MoveTraffic& move) {
                          store::add_task(home_.tasks, tx,
                                          TrafficTask{.deployment = d.id(),
                                                      .instance = move.instance,
                                                      .event = move.event,
                                                      .since = home_.clock.now()},
                                          command_id(d.id(), move.instance, word_of(move.event)));
                        },
                        [&](const WakeAt& wake) {
                          store::add_task(home_.tasks, tx, WakeTask{.deployment = d.id(), .instance = wake.instance},
                                          wake_key(d, wake.instance), wake.at);
                        },
                        [&](const HostChanged& change) { host_changed(tx, d, change); },
                        [&](const DeploymentChanged& change) { deployment_changed(tx, d, change.status); }},
             effect);
}

void Workflow::host_changed(store::Tx& tx, Deployment& d, const HostChanged& change) {
  if (change.status == TargetStatus::kSucceeded)
    put_healthy_host(tx, d.group_id, change.instance, location_text(*d.info.revision));
  if (change.status == TargetStatus::kFailed) put_unhealthy_host(tx, d.group_id, change.instance);
  if (change.status != TargetStatus::kInProgress) home_.tasks.cancel(tx, WakeTask::kKind, wake_key(d, change.instance));
  if (change.status == TargetStatus::kSkipped) return;
  const Place place{d.account, d.region};
  const Host* host = d.find_host(change.instance);
  home_.publish(tx, d.account, d.region,
                {.source = "aws.codedeploy",
                 .detail_type = "CodeDeploy Instance State-change Notification",
                 .resources = {group_arn(place, *d.info.application_name, *d.info.deployment_group_name),
                               application_arn(place, *d.info.application_name),
                               host ? *host->target.target_arn : change.instance},
                 .detail = Json::object({{"instanceId", change.instance},
                                         {"region", d.region},
                                         {"state", event_state(change.status)},
                                         {"application", *d.info.application_name},
                                         {"deploymentId", d.id()},
                                         {"instanceGroupId", d.group_id},
                                         {"deploymentGroup", *d.info.deployment_group_name}})});
}

void Workflow::deployment_changed(store::Tx& tx, Deployment& d, DeploymentStatus status) {
  const Place place{d.account, d.region};
  home_.publish(tx, d.account, d.region,
                {.source = "aws.codedeploy",
                 .detail_type = "CodeDeploy Deployment State-change Notification",
                 .resources = {group_arn(place, *d.info.application_name, *d.info.deployment_group_name),
                               application_arn(place, *d.info.application_name)},
                 .detail = Json::object({{"instanceGroupId", d.group_id},
                                         {"region", d.region},
                                         {"application", *d.info.application_name},
                                         {"deploymentId", d.id()},
                                         {"state", event_state(status)},
                                         {"deploymentGroup", *d.info.deployment_group_name}})});
  if (!is_active(status)) ended(tx, d);
}

void Workflow::ended(store::Tx& tx, Deployment& d) {
  auto group = region::find<DeploymentGroupInfo>(tx, d.group_id);
  if (!group) return;
  const bool succeeded = d.status() == DeploymentStatus::kSucceeded;
  group->shape.last_attempted_deployment = last_info(d);
  if (succeeded) {
    group->shape.last_successful_deployment = last_info(d);
    group->shape.target_revision = d.info.revision;
  }
  region::update(tx, *group);
  const auto reason =
      d.status() == DeploymentStatus::kStopped ? AutoRollbackEvent::kStopOnRequest : AutoRollbackEvent::kFailure;
  if (!succeeded && d.info.auto_rollback_configuration && wants_rollback(*d.info.auto_rollback_configuration, reason))
    roll_back(tx, d, *group);
}

void Workflow::roll_back(store::Tx& tx, Deployment& d, const Group& group) {
  RollbackInfo& rollback = d.info.rollback_info.emplace();
  const bool is_rollback = require_word(d.info.creator, DeploymentCreator::kUser) == DeploymentCreator::kRollback;
  if (is_rollback || !group.shape.target_revision) {
    rollback.rollback_message =
        is_rollback ? "A rollback is not rolled back."
                    : "No successful deployment was found to which this deployment could be rolled back.";
    return;
  }
  Deployment back;
  back.account = d.account;
  back.region = d.region;
  back.group_id = d.group_id;
  back.service_role = d.service_role;
  back.health_rule = d.health_rule;
  back.info = d.info;
  back.info.deployment_id = new_deployment_id();
  back.info.status = word_of(DeploymentStatus::kCreated);
  back.info.creator = word_of(DeploymentCreator::kRollback);
  back.info.create_time = home_.clock.now();
  back.info.start_time.reset();
  back.info.complete_time.reset();
  back.info.error_information.reset();
  back.info.deployment_overview.reset();
  back.info.previous_revision = group.shape.target_revision;
  back.info.revision = group.shape.target_revision;
  back.info.rollback_info.emplace();
  back.info.rollback_info->rollback_triggering_deployment_id = d.id();
  back.info.rollback_info->rollback_message = "The deployment was rolled back automatically.";
  rollback.rollback_deployment_id = back.id();
  rollback.rollback_message = "A rollback deployment has been started.";
  start(tx, back);
}

}  // namespace hanbat::codedeploy
