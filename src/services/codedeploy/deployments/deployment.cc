#include "services/codedeploy/deployments/deployment.h"

#include <algorithm>

namespace hanbat::codedeploy {
namespace {

constexpr const char* kHealthConstraints =
    "The overall deployment failed because too many individual instances failed deployment, too few healthy instances "
    "are available for deployment, or some instances in your deployment group are experiencing problems.";
constexpr const char* kHealthConstraintsInvalid =
    "The deployment can’t start because the minimum number of healthy instances, as defined by your deployment "
    "configuration, are not available. You can reduce the required number of healthy instances by updating your "
    "deployment configuration or increase the number of instances in this deployment group.";
constexpr const char* kNoInstances =
    "The deployment failed because no instances were found for your deployment group. Check your deployment group "
    "settings to make sure the tags for your EC2 instances or Auto Scaling groups correctly identify the instances you "
    "want to deploy to, and then try again.";
constexpr const char* kAgentSilent =
    "CodeDeploy agent was not able to receive the lifecycle event. Check the CodeDeploy agent logs on your host and "
    "make "
    "sure the agent is running and can connect to the CodeDeploy server.";
constexpr const char* kAgentLate =
    "The CodeDeploy agent did not report the end of the lifecycle event within one hour.";

bool is_traffic(LifecycleEventName event) {
  return event == LifecycleEventName::kBlockTraffic || event == LifecycleEventName::kAllowTraffic;
}

/// Whether the event is about taking an instance away from its load balancers and giving it back.
bool is_around_traffic(LifecycleEventName event) {
  switch (event) {
    case LifecycleEventName::kBeforeBlockTraffic:
    case LifecycleEventName::kBlockTraffic:
    case LifecycleEventName::kAfterBlockTraffic:
    case LifecycleEventName::kBeforeAllowTraffic:
    case LifecycleEventName::kAllowTraffic:
    case LifecycleEventName::kAfterAllowTraffic:
      return true;
    case LifecycleEventName::kApplicationStop:
    case LifecycleEventName::kDownloadBundle:
    case LifecycleEventName::kBeforeInstall:
    case LifecycleEventName::kInstall:
    case LifecycleEventName::kAfterInstall:
    case LifecycleEventName::kApplicationStart:
    case LifecycleEventName::kValidateService:
      return false;
  }
  return false;
}

// The hooks of the revision that goes away; IgnoreApplicationStopFailures is about them.
bool is_of_old_revision(LifecycleEventName event) {
  return event == LifecycleEventName::kApplicationStop || event == LifecycleEventName::kBeforeBlockTraffic ||
         event == LifecycleEventName::kAfterBlockTraffic;
}

LifecycleEventName name_of(const LifecycleEvent& event) {
  return require_word<LifecycleEventName>(*event.lifecycle_event_name);
}

LifecycleEvent* find_event(Host& host, std::string_view name) {
  for (LifecycleEvent& event : *host.target.lifecycle_events)
    if (event.lifecycle_event_name == name) return &event;
  return nullptr;
}

LifecycleEvent* event_in_progress(Host& host) {
  for (LifecycleEvent& event : *host.target.lifecycle_events)
    if (status_of(event) == EventStatus::kInProgress) return &event;
  return nullptr;
}

/// Moves a status by the machine's table; false when the event leads nowhere from it.
template <class Machine, class Event>
bool advance(std::optional<std::string>& word, const Machine& machine, Event event) {
  using Status = decltype(machine[0].from);
  const auto next = region::find_next(machine, require_word<Status>(*word), event);
  if (next) word = word_of(*next);
  return next.has_value();
}

Diagnostics unknown_error(std::string message) {
  Diagnostics out;
  out.error_code = "UnknownError";
  out.script_name = "";
  out.message = std::move(message);
  out.log_tail = "";
  return out;
}

ErrorInformation error(std::string code, std::string message) {
  ErrorInformation out;
  out.code = std::move(code);
  out.message = std::move(message);
  return out;
}

}  // namespace

int minimum_healthy(const MinimumHealthyHosts& rule, int hosts) {
  const int value = rule.value.value_or(0);
  switch (require_word(rule.type, MinimumHealthyHostsType::kHostCount)) {
    case MinimumHealthyHostsType::kFleetPercent:
      return (hosts * value + 99) / 100;
    case MinimumHealthyHostsType::kHostCount:
      return value;
  }
  return value;
}

EventStatus status_of(const LifecycleEvent& event) { return require_word<EventStatus>(*event.status); }

std::string command_id(std::string_view deployment, std::string_view instance, std::string_view event) {
  return std::string(deployment) + "/" + std::string(instance) + "/" + std::string(event);
}

Host* Deployment::find_host(std::string_view instance) {
  for (Host& host : hosts)
    if (host.target.target_id == instance) return &host;
  return nullptr;
}

bool Deployment::moves_traffic() const {
  return info.deployment_style &&
         require_word(info.deployment_style->deployment_option, DeploymentOption::kWithoutTrafficControl) ==
             DeploymentOption::kWithTrafficControl;
}

int Deployment::count(TargetStatus status) const {
  return static_cast<int>(
      std::count_if(hosts.begin(), hosts.end(), [&](const Host& host) { return host.status() == status; }));
}

int Deployment::healthy() const {
  return static_cast<int>(std::count_if(hosts.begin(), hosts.end(), [](const Host& host) {
    return host.status() == TargetStatus::kSucceeded || (host.status() == TargetStatus::kPending && host.was_healthy);
  }));
}

// An instance that serves may be taken only while enough others do; one that does not serve costs nothing.
bool Deployment::can_start(const Host& host) const {
  const int in_progress = count(TargetStatus::kInProgress);
  if (one_at_a_time()) return in_progress == 0;
  const int room = std::max(1, static_cast<int>(hosts.size()) - must_be_healthy);
  if (in_progress >= room) return false;
  return !host.was_healthy || healthy() - 1 >= must_be_healthy;
}

Effects Deployment::begin(Timestamp now, const std::vector<std::pair<std::string, bool>>& instances,
                          const std::map<std::string, std::string>& on_premises) {
  if (!region::find_next(kDeploymentMachine, status(), DeploymentEvent::kBegin)) return {};
  const int total = static_cast<int>(instances.size());
  if (total == 0) return fail(now, "NO_INSTANCES", kNoInstances);
  must_be_healthy = minimum_healthy(health_rule, total);
  // The built-in configurations deploy to a single instance too; a custom one is taken at its word.
  if (one_at_a_time()) must_be_healthy = total - 1;
  if (info.deployment_config_name == kHalfAtATime) must_be_healthy = std::min(must_be_healthy, total - 1);
  if (must_be_healthy >= total) return fail(now, "HEALTH_CONSTRAINTS_INVALID", kHealthConstraintsInvalid);

  for (const auto& [instance, is_healthy] : instances) {
    Host& host = hosts.emplace_back();
    host.was_healthy = is_healthy;
    host.target.deployment_id = id();
    host.target.target_id = instance;
    const auto elsewhere = on_premises.find(instance);
    const bool has_traffic = moves_traffic() && elsewhere == on_premises.end();
    host.target.target_arn = elsewhere == on_premises.end()
                                 ? "arn:aws:ec2:" + region + ":" + account + ":instance/" + instance
                                 : elsewhere->second;
    host.target.status = word_of(TargetStatus::kPending);
    host.target.last_updated_at = now;
    host.target.lifecycle_events.emplace();
    for (const auto& [name, word] : kWords<LifecycleEventName>) {
      if (!has_traffic && is_around_traffic(name)) continue;
      LifecycleEvent& event = host.target.lifecycle_events->emplace_back();
      event.lifecycle_event_name = word;
      event.status = word_of(EventStatus::kPending);
    }
  }
  advance(info.status, kDeploymentMachine, DeploymentEvent::kBegin);
  info.start_time = now;
  Effects effects = {DeploymentChanged{status()}};
  proceed(now, effects);
  return effects;
}

Effects Deployment::fail(Timestamp now, std::string code, std::string message) {
  if (!region::find_next(kDeploymentMachine, status(), DeploymentEvent::kRefuse)) return {};
  info.error_information = error(std::move(code), std::move(message));
  Effects effects;
  finish(DeploymentEvent::kRefuse, now, effects);
  return effects;
}

void Deployment::start_event(Host& host, LifecycleEvent& event, Timestamp now, Effects& effects) {
  advance(event.status, kEventMachine, StepEvent::kStart);
  event.start_time = now;
  host.target.last_updated_at = now;
  const std::string& instance = *host.target.target_id;
  if (is_traffic(name_of(event))) {
    host.deadline = now + kTrafficLimit;
    effects.push_back(MoveTraffic{instance, name_of(event)});
  } else {
    const std::string& name = *event.lifecycle_event_name;
    host.deadline = now + kPickupLimit;
    effects.push_back(SendCommand{instance, name, command_id(id(), instance, name)});
  }
  effects.push_back(WakeAt{instance, host.deadline});
}

void Deployment::next_event(Host& host, Timestamp now, Effects& effects) {
  for (LifecycleEvent& event : *host.target.lifecycle_events)
    if (status_of(event) == EventStatus::kPending) return start_event(host, event, now, effects);
  end_host(host, StepEvent::kSucceed, now, effects);
}

void Deployment::end_host(Host& host, StepEvent how, Timestamp now, Effects& effects) {
  if (!advance(host.target.status, kTargetMachine, how)) return;
  host.target.last_updated_at = now;
  host.deadline = {0};
  effects.push_back(HostChanged{*host.target.target_id, host.status()});
}

void Deployment::skip_rest(Host& host) {
  for (LifecycleEvent& event : *host.target.lifecycle_events)
    if (status_of(event) == EventStatus::kPending) advance(event.status, kEventMachine, StepEvent::kSkip);
}

bool Deployment::acknowledge(Timestamp now, std::string_view instance, std::string_view name, Effects& effects) {
  Host* host = find_host(instance);
  LifecycleEvent* event = host ? find_event(*host, name) : nullptr;
  if (!event || status_of(*event) != EventStatus::kInProgress || !active()) return false;
  host->deadline = now + kEventLimit;
  effects.push_back(WakeAt{std::string(instance), host->deadline});
  return true;
}

Effects Deployment::report(Timestamp now, std::string_view instance, std::string_view name, const Outcome& outcome) {
  Host* host = find_host(instance);
  LifecycleEvent* event = host ? find_event(*host, name) : nullptr;
  if (!event || status_of(*event) != EventStatus::kInProgress) return {};

  advance(event->status, kEventMachine, outcome.succeeded ? StepEvent::kSucceed : StepEvent::kFail);
  event->end_time = now;
  event->diagnostics = outcome.diagnostics;
  Effects effects;
  const bool forgiven = info.ignore_application_stop_failures.value_or(false) && is_of_old_revision(name_of(*event));
  if (!outcome.succeeded && !forgiven) {
    skip_rest(*host);
    end_host(*host, StepEvent::kFail, now, effects);
  } else if (!active()) {  // stopped meanwhile: what was in progress was let finish
    skip_rest(*host);
    end_host(*host, StepEvent::kSkip, now, effects);
  } else {
    next_event(*host, now, effects);
  }
  proceed(now, effects);
  return effects;
}

Effects Deployment::wake(Timestamp now, std::string_view instance) {
  Host* host = find_host(instance);
  LifecycleEvent* event = host ? event_in_progress(*host) : nullptr;
  if (!event || host->deadline.ms == 0) return {};
  if (now < host->deadline) return {WakeAt{std::string(instance), host->deadline}};
  if (is_traffic(name_of(*event))) return {};  // the traffic's own task reports what it waited for
  const std::string name = *event->lifecycle_event_name;
  const bool taken = host->deadline - *event->start_time > kPickupLimit;
  Effects effects = {CancelCommand{command_id(id(), instance, name)}};
  for (Effect& effect : report(now, instance, name, {false, unknown_error(taken ? kAgentLate : kAgentSilent)}))
    effects.push_back(std::move(effect));
  return effects;
}

Effects Deployment::stop(Timestamp now, std::string message) {
  if (!region::find_next(kDeploymentMachine, status(), DeploymentEvent::kStop)) return {};
  Effects effects;
  info.error_information = error("MANUAL_STOP", std::move(message));
  for (Host& host : hosts) {
    if (host.status() == TargetStatus::kPending) {
      skip_rest(host);
      end_host(host, StepEvent::kSkip, now, effects);
    } else if (LifecycleEvent* event = host.status() == TargetStatus::kInProgress ? event_in_progress(host) : nullptr) {
      if (is_traffic(name_of(*event)) || host.deadline - *event->start_time > kPickupLimit) continue;
      // No agent has begun with it.
      effects.push_back(CancelCommand{command_id(id(), *host.target.target_id, *event->lifecycle_event_name)});
      advance(event->status, kEventMachine, StepEvent::kSkip);
      skip_rest(host);
      end_host(host, StepEvent::kSkip, now, effects);
    }
  }
  finish(DeploymentEvent::kStop, now, effects);
  return effects;
}

// Begins with the hosts whose turn it is; ends the deployment when nothing is left to do or too few can stay healthy.
void Deployment::proceed(Timestamp now, Effects& effects) {
  if (status() != DeploymentStatus::kInProgress) return count_overview();
  const int total = static_cast<int>(hosts.size());
  const int failed = count(TargetStatus::kFailed);
  const bool hopeless =
      total - failed < must_be_healthy || (one_at_a_time() && failed > 0 && count(TargetStatus::kPending) > 0);
  if (!hopeless) {
    for (Host& host : hosts) {
      if (host.status() != TargetStatus::kPending || !can_start(host)) continue;
      advance(host.target.status, kTargetMachine, StepEvent::kStart);
      effects.push_back(HostChanged{*host.target.target_id, host.status()});
      next_event(host, now, effects);
    }
  }
  if (count(TargetStatus::kInProgress) > 0) return count_overview();
  if (count(TargetStatus::kPending) == 0 && count(TargetStatus::kSucceeded) >= std::max(1, must_be_healthy))
    return finish(DeploymentEvent::kSucceed, now, effects);
  for (Host& host : hosts) {
    if (host.status() != TargetStatus::kPending) continue;
    skip_rest(host);
    end_host(host, StepEvent::kSkip, now, effects);
  }
  info.error_information = error("HEALTH_CONSTRAINTS", kHealthConstraints);
  finish(DeploymentEvent::kFail, now, effects);
}

void Deployment::finish(DeploymentEvent how, Timestamp now, Effects& effects) {
  if (!advance(info.status, kDeploymentMachine, how)) return;
  info.complete_time = now;
  count_overview();
  effects.push_back(DeploymentChanged{status()});
}

void Deployment::count_overview() {
  DeploymentOverview& overview = info.deployment_overview.emplace();
  overview.pending = count(TargetStatus::kPending);
  overview.in_progress = count(TargetStatus::kInProgress);
  overview.succeeded = count(TargetStatus::kSucceeded);
  overview.failed = count(TargetStatus::kFailed);
  overview.skipped = count(TargetStatus::kSkipped);
  overview.ready = 0;
}

Json Deployment::to_json() const {
  Json out = Json::object({{"info", wire::to_json(info)},
                           {"account", account},
                           {"region", region},
                           {"group_id", group_id},
                           {"service_role", service_role},
                           {"health_rule", wire::to_json(health_rule)},
                           {"target_groups", Json(target_group_arns)},
                           {"must_be_healthy", must_be_healthy},
                           {"hosts", Json::array()}});
  for (const Host& host : hosts)
    out["hosts"].push_back(Json::object(
        {{"target", wire::to_json(host.target)}, {"was_healthy", host.was_healthy}, {"deadline", host.deadline.ms}}));
  return out;
}

Deployment Deployment::from_json(const Json& json) {
  Deployment out;
  out.info = wire::from_json<DeploymentInfo>(json["info"]);
  out.account = json.text("account");
  out.region = json.text("region");
  out.group_id = json.text("group_id");
  out.service_role = json.text("service_role");
  out.health_rule = wire::from_json<MinimumHealthyHosts>(json["health_rule"]);
  out.target_group_arns = json.texts("target_groups");
  out.must_be_healthy = static_cast<int>(json.integer("must_be_healthy"));
  for (const Json& host : json["hosts"].items())
    out.hosts.push_back({wire::from_json<InstanceTarget>(host["target"]), host.flag("was_healthy"),
                         Timestamp{host.integer("deadline")}});
  return out;
}

}  // namespace hanbat::codedeploy
