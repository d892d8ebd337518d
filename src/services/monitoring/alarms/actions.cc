#include "services/monitoring/alarms/actions.h"

#include <algorithm>

#include "base/arn.h"
#include "base/text.h"
#include "services/monitoring/refusal.h"
#include "services/monitoring/verdicts/subject.h"

namespace hanbat::monitoring {
namespace {

/// "stop" of either form of ARN; nothing for another.
std::optional<std::string> instance_word(std::string_view arn) {
  const auto parsed = parse_arn(arn);
  if (!parsed) return std::nullopt;
  // arn:aws:automate:ap-northeast-2:ec2:stop has the service where others have the account.
  if (parsed->service == "automate" && parsed->account == "ec2") return parsed->resource;
  constexpr std::string_view kOld = "action/actions/AWS_EC2.InstanceId.";
  if (parsed->service != "swf" || !parsed->resource.starts_with(kOld)) return std::nullopt;
  return lower(parsed->resource.substr(kOld.size(), parsed->resource.find('/', kOld.size()) - kOld.size()));
}

/// Whether AWS takes the ARN as an alarm's action, beside those on instances.
bool is_taken(const Arn& arn, bool composite) {
  static constexpr std::string_view kOfAll[] = {"sns", "lambda", "ssm", "ssm-incidents", "aiops"};
  if (std::ranges::find(kOfAll, arn.service) != std::end(kOfAll)) return true;
  return !composite && arn.service == "autoscaling" && arn.resource.starts_with("scalingPolicy:");
}

void check_action(std::string_view operation, const Alarm& alarm, const std::string& action) {
  const auto arn = parse_arn(action);
  if (!arn) throw_invalid("Invalid arn syntax: " + action);
  if (const auto word = instance_word(action); word && !alarm.composite()) {
    if (*word == "recover") throw wire::Error::not_implemented(operation, "the action " + action);
    if (!find_word<InstanceAction>(*word)) throw_invalid("Invalid action: " + action);
    if (!instance_of(*alarm.metric()))
      throw_invalid("The action " + action + " needs an alarm of a metric that has the dimension InstanceId.");
    return;
  }
  if (!is_taken(*arn, alarm.composite() != nullptr)) throw_invalid("Invalid action: " + action);
}

}  // namespace

std::optional<InstanceAction> instance_action_of(std::string_view arn) {
  const auto word = instance_word(arn);
  return word ? find_word<InstanceAction>(*word) : std::nullopt;
}

void check_actions(std::string_view operation, const Alarm& alarm) {
  for (const AlarmState state : {AlarmState::kOk, AlarmState::kAlarm, AlarmState::kInsufficientData})
    for (const std::string& action : alarm.actions_of(state)) check_action(operation, alarm, action);
}

Json ActionTask::to_json() const {
  return Json::object({{"alarm", alarm}, {"action", action}, {"instance", instance}, {"changed", changed.ms}});
}

ActionTask ActionTask::from_json(const Json& json) {
  return {json.text("alarm"), json.text("action"), json.text("instance"), {json.integer("changed")}};
}

}  // namespace hanbat::monitoring
