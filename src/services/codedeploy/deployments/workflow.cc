#include "services/codedeploy/deployments/workflow.h"

#include <algorithm>

#include "base/ids.h"

namespace hanbat::codedeploy {
namespace {

std::string state_of_event(const std::string& status) {
  if (status == "InProgress") return "START";
  if (status == "Succeeded") return "SUCCESS";
  if (status == "Failed") return "FAILURE";
  if (status == "Stopped") return "STOP";
  return status;
}

std::string wake_key(const Deployment& d, std::string_view instance) { return d.id() + "/" + std::string(instance); }

bool wants_rollback(const AutoRollbackConfiguration& config, std::string_view event) {
  const auto& events = config.events;
  return config.enabled.value_or(false) && events && std::find(events->begin(), events->end(), event) != events->end();
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

void Workflow::start(store::Tx& tx, const Deployment& deployment) {
  store_.put(tx, deployment);
  const Place place{deployment.account, deployment.region};
  const Timestamp now = home_.clock.now();
  RevisionRow revision{.location = *deployment.info.revision, .description = {}, .registered = now};
  if (auto known = store_.find_revision(tx, place, *deployment.info.application_name, revision.location))
    revision = *known;
  if (revision.first_used.ms == 0) revision.first_used = now;
  revision.last_used = now;
  store_.put(tx, place, *deployment.info.application_name, revision);
  home_.tasks.add(tx,
                  {.kind = kPlanTask, .key = deployment.id(), .body = Json::object({{"deployment", deployment.id()}})});
}

void Workflow::on(store::Tx& tx, std::string_view id, const std::function<Effects(Deployment&)>& event) {
  auto deployment = store_.find_deployment(tx, id);
  if (!deployment) return;
  const Effects effects = event(*deployment);
  for (const Effect& effect : effects) apply(tx, *deployment, effect);
  store_.put(tx, *deployment);
}

void Workflow::apply(store::Tx& tx, Deployment& d, const Effect& effect) {
  if (const auto* send = std::get_if<SendCommand>(&effect)) {
    store_.insert(tx, {send->command, d.account, d.region, send->instance, d.id(), d.group_id, send->event, "Pending"});
    home_.notify(tx, commands_topic(send->instance));
  } else if (const auto* cancel = std::get_if<CancelCommand>(&effect)) {
    store_.set_status(tx, cancel->command, "Failed");
  } else if (const auto* move = std::get_if<MoveTraffic>(&effect)) {
    home_.tasks.add(tx, {.kind = kTrafficTask,
                         .key = command_id(d.id(), move->instance, move->event),
                         .body = Json::object({{"deployment", d.id()},
                                               {"instance", move->instance},
                                               {"event", move->event},
                                               {"since", home_.clock.now().ms}})});
  } else if (const auto* wake = std::get_if<WakeAt>(&effect)) {
    home_.tasks.add(tx, {.kind = kWakeTask,
                         .key = wake_key(d, wake->instance),
                         .body = Json::object({{"deployment", d.id()}, {"instance", wake->instance}}),
                         .due = wake->at});
  } else if (const auto* host = std::get_if<HostChanged>(&effect)) {
    host_changed(tx, d, *host);
  } else if (const auto* changed = std::get_if<DeploymentChanged>(&effect)) {
    deployment_changed(tx, d, changed->status);
  }
}

void Workflow::host_changed(store::Tx& tx, Deployment& d, const HostChanged& change) {
  if (change.status == "Succeeded")
    store_.put_host(tx, d.group_id, change.instance, true, location_text(*d.info.revision));
  if (change.status == "Failed") store_.put_host(tx, d.group_id, change.instance, false, std::nullopt);
  if (change.status != "InProgress") home_.tasks.cancel(tx, kWakeTask, wake_key(d, change.instance));
  if (change.status == "Skipped") return;
  const Place place{d.account, d.region};
  const Host* host = d.find_host(change.instance);
  home_.publish(tx, d.account, d.region,
                {.source = "aws.codedeploy",
                 .detail_type = "CodeDeploy Instance State-change Notification",
                 .resources = {place.group_arn(*d.info.application_name, *d.info.deployment_group_name),
                               place.application_arn(*d.info.application_name),
                               host ? *host->target.target_arn : change.instance},
                 .detail = Json::object({{"instanceId", change.instance},
                                         {"region", d.region},
                                         {"state", state_of_event(change.status)},
                                         {"application", *d.info.application_name},
                                         {"deploymentId", d.id()},
                                         {"instanceGroupId", d.group_id},
                                         {"deploymentGroup", *d.info.deployment_group_name}})});
}

void Workflow::deployment_changed(store::Tx& tx, Deployment& d, const std::string& status) {
  const Place place{d.account, d.region};
  home_.publish(tx, d.account, d.region,
                {.source = "aws.codedeploy",
                 .detail_type = "CodeDeploy Deployment State-change Notification",
                 .resources = {place.group_arn(*d.info.application_name, *d.info.deployment_group_name),
                               place.application_arn(*d.info.application_name)},
                 .detail = Json::object({{"instanceGroupId", d.group_id},
                                         {"region", d.region},
                                         {"application", *d.info.application_name},
                                         {"deploymentId", d.id()},
                                         {"state", state_of_event(status)},
                                         {"deploymentGroup", *d.info.deployment_group_name}})});
  if (!is_active(status)) ended(tx, d);
}

void Workflow::ended(store::Tx& tx, Deployment& d) {
  auto group = store_.find_group_by_id(tx, d.group_id);
  if (!group) return;
  group->last_attempted_deployment = last_info(d);
  if (d.info.status == "Succeeded") {
    group->last_successful_deployment = last_info(d);
    group->target_revision = d.info.revision;
  }
  store_.put(tx, {d.account, d.region}, *group);
  const char* reason = d.info.status == "Stopped" ? "DEPLOYMENT_STOP_ON_REQUEST" : "DEPLOYMENT_FAILURE";
  if (d.info.status != "Succeeded" && d.info.auto_rollback_configuration &&
      wants_rollback(*d.info.auto_rollback_configuration, reason))
    roll_back(tx, d, *group);
}

void Workflow::roll_back(store::Tx& tx, Deployment& d, const DeploymentGroupInfo& group) {
  RollbackInfo& told = d.info.rollback_info.emplace();
  const bool is_rollback = d.info.creator == "codeDeployRollback";
  if (is_rollback || !group.target_revision) {
    told.rollback_message = is_rollback
                                ? "A rollback is not rolled back."
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
  back.info.status = "Created";
  back.info.creator = "codeDeployRollback";
  back.info.create_time = home_.clock.now();
  back.info.start_time.reset();
  back.info.complete_time.reset();
  back.info.error_information.reset();
  back.info.deployment_overview.reset();
  back.info.previous_revision = group.target_revision;
  back.info.revision = group.target_revision;
  back.info.rollback_info.emplace();
  back.info.rollback_info->rollback_triggering_deployment_id = d.id();
  back.info.rollback_info->rollback_message = "The deployment was rolled back automatically.";
  told.rollback_deployment_id = back.id();
  told.rollback_message = "A rollback deployment has been started.";
  start(tx, back);
}

}  // namespace hanbat::codedeploy
