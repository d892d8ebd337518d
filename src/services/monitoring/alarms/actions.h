// What alarms do when they come into a state: which actions AWS takes, and which are carried out here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "services/monitoring/alarms/alarm_store.h"

namespace hanbat::monitoring {

enum class InstanceAction { kStop, kTerminate, kReboot };

/// The action on an instance of arn:aws:automate:<region>:ec2:<action> and of the older
/// arn:aws:swf:<region>:<account>:action/actions/AWS_EC2.InstanceId.<Action>/1.0; nothing for another ARN.
std::optional<InstanceAction> instance_action_of(std::string_view arn);

/// Throws ValidationError for an action that AWS does not take of such an alarm, 501 for one on an instance that is not
/// built (recover).
void check_actions(std::string_view operation, const Alarm& alarm);

/// Carries out one action of an alarm that came into a state.
struct ActionTask {
  static constexpr std::string_view kKind = "monitoring.action";

  std::string alarm;     // its ARN
  std::string action;    // an ARN
  std::string instance;  // "" of what is not about one
  Timestamp changed{0};  // when the alarm came into the state

  Json to_json() const;
  static ActionTask from_json(const Json& json);
};

}  // namespace hanbat::monitoring

template <>
inline constexpr auto hanbat::kWords<hanbat::monitoring::InstanceAction> =
    std::to_array<hanbat::Word<hanbat::monitoring::InstanceAction>>(
        {{hanbat::monitoring::InstanceAction::kStop, "stop"},
         {hanbat::monitoring::InstanceAction::kTerminate, "terminate"},
         {hanbat::monitoring::InstanceAction::kReboot, "reboot"}});
