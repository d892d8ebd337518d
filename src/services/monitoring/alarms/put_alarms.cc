// Alarms as they are put and taken away, and what a caller may do to their states.
#include <algorithm>

#include "region/tag_keys.h"
#include "services/monitoring/monitoring.h"
#include "services/monitoring/refusal.h"
#include "services/monitoring/verdicts/alarm_rule.h"
#include "services/monitoring/verdicts/subject.h"

namespace hanbat::monitoring {
namespace {

constexpr const char* kUnchecked = "Unchecked: Initial alarm creation";

MetricAlarm alarm_of(const PutMetricAlarmInput& in) {
  MetricAlarm out;
  out.alarm_name = in.alarm_name;
  out.alarm_description = in.alarm_description;
  out.actions_enabled = in.actions_enabled.value_or(true);
  out.ok_actions = in.ok_actions.value_or(std::vector<std::string>{});
  out.alarm_actions = in.alarm_actions.value_or(std::vector<std::string>{});
  out.insufficient_data_actions = in.insufficient_data_actions.value_or(std::vector<std::string>{});
  out.metric_name = in.metric_name;
  out.namespace_ = in.namespace_;
  out.statistic = in.statistic;
  out.extended_statistic = in.extended_statistic;
  out.dimensions = in.dimensions;
  out.period = in.period;
  out.unit = in.unit;
  out.evaluation_periods = in.evaluation_periods;
  out.datapoints_to_alarm = in.datapoints_to_alarm;
  out.threshold = in.threshold;
  out.comparison_operator = in.comparison_operator;
  out.treat_missing_data = in.treat_missing_data;
  out.evaluate_low_sample_count_percentile = in.evaluate_low_sample_count_percentile;
  out.metrics = in.metrics;
  // A list without elements is as one that is not there.
  if (out.metrics && out.metrics->empty()) out.metrics.reset();
  if (out.metrics && out.dimensions && out.dimensions->empty()) out.dimensions.reset();
  return out;
}

CompositeAlarm alarm_of(const PutCompositeAlarmInput& in) {
  CompositeAlarm out;
  out.alarm_name = in.alarm_name;
  out.alarm_description = in.alarm_description;
  out.alarm_rule = in.alarm_rule;
  out.actions_enabled = in.actions_enabled.value_or(true);
  out.ok_actions = in.ok_actions.value_or(std::vector<std::string>{});
  out.alarm_actions = in.alarm_actions.value_or(std::vector<std::string>{});
  out.insufficient_data_actions = in.insufficient_data_actions.value_or(std::vector<std::string>{});
  return out;
}

/// The alarm of the caller's that a rule names, by its name or its ARN.
std::optional<AlarmRow> find_in_rule(store::Tx& tx, const region::Place& place, const std::string& named) {
  constexpr std::string_view kKind = ":alarm:";
  const std::size_t at = named.find(kKind);
  if (!named.starts_with("arn:") || at == named.npos) return find_alarm(tx, place, named);
  auto found = find_alarm(tx, place, named.substr(at + kKind.size()));
  if (found && found->id != named) return std::nullopt;  // another account's or region's of that name
  return found;
}

}  // namespace

void Monitoring::ask_put(region::Request& rq, std::string_view action, const std::string& name,
                         const std::optional<std::vector<std::string>>& actions,
                         const std::optional<std::vector<Tag>>& tags) const {
  region::ConditionKeys keys = region::request_tag_keys(region::tag_map(tags));
  if (tags && !tags->empty()) ask_alarm(rq, "cloudwatch:TagResource", name, keys);
  if (actions && !actions->empty()) keys["cloudwatch:AlarmActions"] = *actions;
  ask_alarm(rq, action, name, std::move(keys));
}

void Monitoring::keep(region::Request& rq, AlarmRow row, const std::optional<std::vector<Tag>>& tags) {
  const region::Place place{rq.account, rq.region};
  const auto before = find_alarm(rq.tx, place, *row.name);
  if (before && before->shape.type() != row.shape.type())
    throw_invalid("An alarm of the name " + *row.name + " exists, and is of another type.");
  row.id = alarm_arn(place, *row.name);
  row.place = place;
  row.created = before ? before->created : rq.now();
  std::visit(
      [&](auto& alarm) {
        alarm.alarm_arn = row.id;
        alarm.alarm_configuration_updated_timestamp = rq.now();
        alarm.state_value = std::string(word_of(AlarmState::kInsufficientData));
        alarm.state_reason = kUnchecked;
        alarm.state_updated_timestamp = alarm.state_transitioned_timestamp = rq.now();
        if (!before) return;
        const auto& old = std::get<std::decay_t<decltype(alarm)>>(before->shape.is);
        alarm.state_value = old.state_value;
        alarm.state_reason = old.state_reason;
        alarm.state_reason_data = old.state_reason_data;
        alarm.state_updated_timestamp = old.state_updated_timestamp;
        alarm.state_transitioned_timestamp = old.state_transitioned_timestamp;
      },
      row.shape.is);
  if (before) {
    region::update(rq.tx, row);
  } else {
    region::insert(rq.tx, row);
    // Tags of an alarm that there is are changed by TagResource alone.
    if (tags) region::put_tags(rq.tx, row.id, region::tag_pairs(*tags), kTagRules);
  }
  meter(rq.tx, rq.now(), row);
  watch_.note_configuration(rq.tx, row, before ? "Update" : "Create", before ? &before->shape : nullptr);
  if (row.shape.metric()) return watch_.add(rq.tx, row);
  if (const auto change = watch_.judge_composite(rq.tx, row)) watch_.change(rq.tx, std::move(row), *change);
}

PutMetricAlarmOutput Monitoring::put_metric_alarm(region::Request& rq, const PutMetricAlarmInput& in) {
  ask_put(rq, "cloudwatch:PutMetricAlarm", in.alarm_name, in.alarm_actions, in.tags);

  AlarmRow row;
  row.name = in.alarm_name;
  row.shape.is = alarm_of(in);
  check_subject(rq.operation.name, *row.shape.metric());
  check_actions(rq.operation.name, row.shape);
  keep(rq, std::move(row), in.tags);

  return {};
}

PutCompositeAlarmOutput Monitoring::put_composite_alarm(region::Request& rq, const PutCompositeAlarmInput& in) {
  ask_put(rq, "cloudwatch:PutCompositeAlarm", in.alarm_name, in.alarm_actions, in.tags);

  AlarmRow row;
  row.name = in.alarm_name;
  row.shape.is = alarm_of(in);
  for (const std::string& named : AlarmRule::parse(rq.operation.name, in.alarm_rule).alarms()) {
    const region::Place place{rq.account, rq.region};
    if (named == in.alarm_name || named == alarm_arn(place, in.alarm_name))
      throw_invalid("The AlarmRule of " + in.alarm_name + " must not name itself.");
    if (!find_in_rule(rq.tx, place, named))
      throw_invalid("Could not save the composite alarm as alarms [" + named + "] in the alarm rule do not exist");
  }
  check_actions(rq.operation.name, row.shape);
  keep(rq, std::move(row), in.tags);

  return {};
}

SetAlarmStateOutput Monitoring::set_alarm_state(region::Request& rq, const SetAlarmStateInput& in) {
  ask_alarm(rq, "cloudwatch:SetAlarmState", in.alarm_name);

  Change change{require_word<AlarmState>(in.state_value), in.state_reason, {}};
  if (in.state_reason_data) {
    try {
      change.reason_data = Json::parse(*in.state_reason_data);
    } catch (const JsonError&) {
      throw InvalidFormatFault("StateReasonData is not valid JSON");
    }
  }
  auto row = find_alarm(rq.tx, {rq.account, rq.region}, in.alarm_name);
  if (!row) throw ResourceNotFound("There is no alarm of the name " + in.alarm_name + ".");
  watch_.change(rq.tx, *std::move(row), change);

  return {};
}

void Monitoring::set_actions_enabled(region::Request& rq, std::string_view action,
                                     const std::vector<std::string>& names, bool enabled) {
  for (const std::string& name : names) ask_alarm(rq, action, name);

  // A name that there is not is passed over, as AWS does.
  for (const std::string& name : names) {
    auto row = find_alarm(rq.tx, {rq.account, rq.region}, name);
    if (!row || row->shape.actions_enabled() == enabled) continue;
    const Alarm before = row->shape;
    std::visit(
        [&](auto& alarm) {
          alarm.actions_enabled = enabled;
          alarm.alarm_configuration_updated_timestamp = rq.now();
        },
        row->shape.is);
    region::update(rq.tx, *row);
    watch_.note_configuration(rq.tx, *row, "Update", &before);
  }
}

EnableAlarmActionsOutput Monitoring::enable_alarm_actions(region::Request& rq, const EnableAlarmActionsInput& in) {
  set_actions_enabled(rq, "cloudwatch:EnableAlarmActions", in.alarm_names, true);
  return {};
}

DisableAlarmActionsOutput Monitoring::disable_alarm_actions(region::Request& rq, const DisableAlarmActionsInput& in) {
  set_actions_enabled(rq, "cloudwatch:DisableAlarmActions", in.alarm_names, false);
  return {};
}

DeleteAlarmsOutput Monitoring::delete_alarms(region::Request& rq, const DeleteAlarmsInput& in) {
  for (const std::string& name : in.alarm_names) ask_alarm(rq, "cloudwatch:DeleteAlarms", name);

  std::vector<AlarmRow> rows;
  for (const std::string& name : in.alarm_names) {
    auto row = find_alarm(rq.tx, {rq.account, rq.region}, name);
    if (!row) throw ResourceNotFound("There is no alarm of the name " + name + ".");
    rows.push_back(*std::move(row));
  }
  if (rows.size() > 1 &&
      std::ranges::any_of(rows, [](const AlarmRow& row) { return row.shape.composite() != nullptr; }))
    throw_invalid("Only one composite alarm can be deleted at a time, and no metric alarms with it.");
  for (const AlarmRow& row : rows) {
    watch_.stop(rq.tx, row);
    watch_.note_configuration(rq.tx, row, "Delete");
    end_metering(rq.tx, rq.now(), row);
    region::remove(rq.tx, row);
  }

  return {};
}

}  // namespace hanbat::monitoring
