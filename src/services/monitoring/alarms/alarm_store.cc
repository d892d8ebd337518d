#include "services/monitoring/alarms/alarm_store.h"

#include "base/arn.h"

namespace hanbat::monitoring {

AlarmState Alarm::state() const {
  return std::visit([](const auto& one) { return require_word<AlarmState>(one.state_value.value()); }, is);
}

bool Alarm::actions_enabled() const {
  return std::visit([](const auto& one) { return one.actions_enabled.value_or(true); }, is);
}

std::string Alarm::description() const {
  return std::visit([](const auto& one) { return one.alarm_description.value_or(""); }, is);
}

std::vector<std::string> Alarm::actions_of(AlarmState state) const {
  return std::visit(
      [&](const auto& one) {
        const auto& list = state == AlarmState::kOk      ? one.ok_actions
                           : state == AlarmState::kAlarm ? one.alarm_actions
                                                         : one.insufficient_data_actions;
        return list.value_or(std::vector<std::string>{});
      },
      is);
}

Json Alarm::to_json() const {
  const Json body = std::visit([](const auto& one) { return wire::to_json(one); }, is);
  return Json::object({{"type", type()}, {"alarm", body}});
}

Alarm Alarm::from_json(const Json& json) {
  if (json.text("type") == "CompositeAlarm") return {wire::from_json<CompositeAlarm>(json["alarm"])};
  return {wire::from_json<MetricAlarm>(json["alarm"])};
}

std::string alarm_arn(const region::Place& place, std::string_view name) {
  return make_arn("cloudwatch", place.region, place.account, "alarm:" + std::string(name));
}

std::optional<AlarmRow> find_alarm(store::Tx& tx, const region::Place& place, std::string_view name) {
  return region::find<Alarm>(tx, place, alarm_arn(place, name));
}

}  // namespace hanbat::monitoring
