// The Deployment machine: which instances a deployment is on, which lifecycle event each is in, and what follows from a
// report, a deadline or a stop. Pure: it changes its own state and says what has to be done (Effects).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/codedeploy/model.h"
#include "services/codedeploy/deployments/statuses.h"
#include "services/codedeploy/words.h"

namespace hanbat::codedeploy {

/// An instance in a deployment.
///
///   Pending ──its turn──▶ InProgress ──last event done──▶ Succeeded
///      │                      ├──an event fails──▶ Failed    (what follows is Skipped)
///      └──stop, or too few healthy──▶ Skipped ◀──stop, after the event in progress
struct Host {
  InstanceTarget target;     // with its lifecycle events
  bool was_healthy = false;  // whether it counted as healthy when the deployment began
  Timestamp deadline{0};     // of the event in progress

  TargetStatus status() const { return require_word<TargetStatus>(*target.status); }
};

EventStatus status_of(const LifecycleEvent& event);

/// What an agent or the balancer says of an event.
struct Outcome {
  bool succeeded = false;
  std::optional<Diagnostics> diagnostics;
};

/// The agent of the instance is to run the event; `command` names this order once and for all.
struct SendCommand {
  std::string instance, event, command;
};
/// An order that is not to be carried out any more.
struct CancelCommand {
  std::string command;
};
/// The service itself takes the instance out of its target groups, or puts it back, and waits.
struct MoveTraffic {
  std::string instance;
  LifecycleEventName event;  // BlockTraffic or AllowTraffic
};
/// Look at the instance's deadline then.
struct WakeAt {
  std::string instance;
  Timestamp at;
};
struct HostChanged {
  std::string instance;
  TargetStatus status;
};
/// The deployment began, or has ended.
struct DeploymentChanged {
  DeploymentStatus status;
};
using Effect = std::variant<SendCommand, CancelCommand, MoveTraffic, WakeAt, HostChanged, DeploymentChanged>;
using Effects = std::vector<Effect>;

/// How many hosts the configuration wants healthy at all times, of so many.
int minimum_healthy(const MinimumHealthyHosts& rule, int hosts);

inline constexpr Seconds kPickupLimit{300};  // an agent that polls takes an order at once
inline constexpr Seconds kEventLimit{3660};  // an event's scripts may take an hour together
inline constexpr Seconds kTrafficLimit{3600};

inline constexpr std::string_view kOneAtATime = "CodeDeployDefault.OneAtATime";
inline constexpr std::string_view kHalfAtATime = "CodeDeployDefault.HalfAtATime";
inline constexpr std::string_view kAllAtOnce = "CodeDeployDefault.AllAtOnce";

/// A deployment.
///
///   Created ──begin──▶ InProgress ──all hosts done, enough healthy──▶ Succeeded
///      │                   ├──too few can stay healthy──▶ Failed
///      └──fail──▶ Failed   └──stop──▶ Stopped
struct Deployment {
  DeploymentInfo info;
  std::string account;
  std::string region;
  std::string group_id;
  std::string service_role;
  MinimumHealthyHosts health_rule;
  std::vector<std::string> target_group_arns;  // of the load balancer info, once looked up
  std::vector<Host> hosts;
  int must_be_healthy = 0;

  const std::string& id() const { return *info.deployment_id; }
  DeploymentStatus status() const { return require_word<DeploymentStatus>(*info.status); }
  bool active() const { return is_active(status()); }
  Host* find_host(std::string_view instance);
  bool moves_traffic() const;

  /// The targets are known: {instance, whether it is healthy}, in the order in which they are to be deployed, and the
  /// ARNs of those that are on-premises instances, which no load balancer sends traffic to.
  Effects begin(Timestamp now, const std::vector<std::pair<std::string, bool>>& instances,
                const std::map<std::string, std::string>& on_premises = {});
  /// It cannot begin.
  Effects fail(Timestamp now, std::string code, std::string message);
  /// The agent has taken the order. False when it is not to carry it out.
  bool acknowledge(Timestamp now, std::string_view instance, std::string_view event, Effects& effects);
  /// An event in progress has ended. Of an event that is over already, nothing follows.
  Effects report(Timestamp now, std::string_view instance, std::string_view event, const Outcome& outcome);
  /// A deadline may have passed.
  Effects wake(Timestamp now, std::string_view instance);
  Effects stop(Timestamp now, std::string message);

  Json to_json() const;
  static Deployment from_json(const Json& json);

 private:
  int count(TargetStatus status) const;
  int healthy() const;
  bool one_at_a_time() const { return info.deployment_config_name == kOneAtATime; }
  bool can_start(const Host& host) const;
  void start_event(Host& host, LifecycleEvent& event, Timestamp now, Effects& effects);
  void next_event(Host& host, Timestamp now, Effects& effects);
  void end_host(Host& host, StepEvent how, Timestamp now, Effects& effects);
  void skip_rest(Host& host);
  void proceed(Timestamp now, Effects& effects);
  void finish(DeploymentEvent how, Timestamp now, Effects& effects);
  void count_overview();
};

/// The name of an order: the same for the same event of the same instance in the same deployment.
std::string command_id(std::string_view deployment, std::string_view instance, std::string_view event);

}  // namespace hanbat::codedeploy
