#include "services/monitoring/alarms/change_event.h"

#include <fmt/format.h>

#include "base/text.h"
#include "services/monitoring/verdicts/subject.h"

namespace hanbat::monitoring {
namespace {

/// "2026-11-30T06:00:00.123+0000"
std::string time_text(Timestamp at) {
  return format_utc(at, "%Y-%m-%dT%H:%M:%S") + fmt::format(".{:03}+0000", at.ms % 1000);
}

Json state_json(const Alarm& alarm) {
  return std::visit(
      [](const auto& one) {
        Json out = Json::object({{"value", one.state_value.value()}, {"reason", one.state_reason.value_or("")}});
        if (one.state_reason_data) out["reasonData"] = *one.state_reason_data;
        if (one.state_updated_timestamp) out["timestamp"] = time_text(*one.state_updated_timestamp);
        return out;
      },
      alarm.is);
}

Json state_history(const Alarm& alarm) {
  return std::visit(
      [](const auto& one) {
        Json out =
            Json::object({{"stateValue", one.state_value.value()}, {"stateReason", one.state_reason.value_or("")}});
        if (one.state_reason_data) {
          // A caller may have said anything (SetAlarmState).
          try {
            out["stateReasonData"] = Json::parse(*one.state_reason_data);
          } catch (const JsonError&) {
            out["stateReasonData"] = *one.state_reason_data;
          }
        }
        return out;
      },
      alarm.is);
}

Json query_json(const MetricDataQuery& query) {
  Json out = Json::object({{"id", query.id}});
  if (query.expression) out["expression"] = *query.expression;
  if (query.label) out["label"] = *query.label;
  if (query.metric_stat) {
    const MetricStat& stat = *query.metric_stat;
    Json dimensions = Json::object();
    if (stat.metric.dimensions)
      for (const Dimension& one : *stat.metric.dimensions) dimensions[one.name] = one.value;
    Json told = Json::object({{"metric", Json::object({{"namespace", stat.metric.namespace_.value_or("")},
                                                       {"name", stat.metric.metric_name.value_or("")},
                                                       {"dimensions", dimensions}})},
                              {"period", stat.period},
                              {"stat", stat.stat}});
    if (stat.unit) told["unit"] = *stat.unit;
    out["metricStat"] = std::move(told);
  }
  out["returnData"] = query.return_data.value_or(true);
  return out;
}

AlarmHistoryItem item_of(const AlarmRow& row, const char* type, std::string summary, const Json& data, Timestamp now) {
  AlarmHistoryItem out;
  out.alarm_name = *row.name;
  out.alarm_type = std::string(row.shape.type());
  out.history_item_type = type;
  out.history_summary = std::move(summary);
  out.history_data = data.dump();
  out.timestamp = now;
  return out;
}

}  // namespace

Json reason_data(const MetricAlarm& alarm, const Verdict& verdict, const Values& values, Timestamp now) {
  Json recent = Json::array(), evaluated = Json::array();
  for (const std::int64_t at : verdict.evaluated) {
    const double value = values.at(at);
    recent.push_back(value);
    evaluated.push_back(Json::object({{"timestamp", time_text({at * 1000})}, {"value", value}}));
  }
  Json out = Json::object({{"version", "1.0"}, {"queryDate", time_text(now)}});
  if (!verdict.evaluated.empty()) out["startDate"] = time_text({verdict.evaluated.back() * 1000});
  if (alarm.statistic) out["statistic"] = *alarm.statistic;
  if (alarm.extended_statistic) out["extendedStatistic"] = *alarm.extended_statistic;
  if (alarm.unit) out["unit"] = *alarm.unit;
  out["period"] = period_of(alarm);
  out["recentDatapoints"] = std::move(recent);
  out["threshold"] = alarm.threshold.value();
  out["evaluatedDatapoints"] = std::move(evaluated);
  return out;
}

AlarmHistoryItem history_of_change(const AlarmRow& row, const Alarm& before, Timestamp now) {
  const Json data =
      Json::object({{"version", "1.0"}, {"oldState", state_history(before)}, {"newState", state_history(row.shape)}});
  return item_of(row, "StateUpdate",
                 fmt::format("Alarm updated from {} to {}", word_of(before.state()), word_of(row.shape.state())), data,
                 now);
}

AlarmHistoryItem history_of_configuration(const AlarmRow& row, std::string_view type, const Alarm* before,
                                          Timestamp now) {
  const std::string done = type == "Create" ? "created" : type == "Update" ? "updated" : "deleted";
  Json data = Json::object({{"version", "1.0"}, {"type", type}});
  data[done + "Alarm"] = row.shape.to_json()["alarm"];
  if (before) data["previousAlarm"] = before->to_json()["alarm"];
  return item_of(row, "ConfigurationUpdate", fmt::format("Alarm \"{}\" {}", *row.name, done), data, now);
}

AlarmHistoryItem history_of_action(const std::string& alarm, std::string_view alarm_type, const ActionTask& task,
                                   const std::string& failure, Timestamp now) {
  AlarmHistoryItem out;
  out.alarm_name = alarm;
  out.alarm_type = std::string(alarm_type);
  out.history_item_type = "Action";
  out.history_summary = failure.empty()
                            ? "Successfully executed action " + task.action
                            : "Failed to execute action " + task.action + ". Received error: \"" + failure + "\"";
  Json data = Json::object({{"actionState", failure.empty() ? "Succeeded" : "Failed"},
                            {"stateUpdateTimestamp", task.changed.ms},
                            {"notificationResource", task.action}});
  if (!failure.empty()) data["error"] = failure;
  out.history_data = data.dump();
  out.timestamp = now;
  return out;
}

Json configuration_of(const Alarm& alarm) {
  Json out = Json::object();
  if (!alarm.description().empty()) out["description"] = alarm.description();
  if (const CompositeAlarm* composite = alarm.composite()) {
    out["alarmRule"] = composite->alarm_rule.value();
    return out;
  }
  Json metrics = Json::array();
  for (const MetricDataQuery& query : queries_of(*alarm.metric())) metrics.push_back(query_json(query));
  out["metrics"] = std::move(metrics);
  return out;
}

region::Event event_of_change(const AlarmRow& row, const Alarm& before) {
  return {.source = "aws.cloudwatch",
          .detail_type = "CloudWatch Alarm State Change",
          .resources = {row.id},
          .detail = Json::object({{"alarmName", *row.name},
                                  {"state", state_json(row.shape)},
                                  {"previousState", state_json(before)},
                                  {"configuration", configuration_of(row.shape)}})};
}

region::Event event_of_configuration(const AlarmRow& row, std::string_view type, const Alarm* before) {
  Json detail = Json::object({{"alarmName", *row.name},
                              {"operation", lower(type)},
                              {"state", state_json(row.shape)},
                              {"configuration", configuration_of(row.shape)}});
  if (before) detail["previousConfiguration"] = configuration_of(*before);
  return {.source = "aws.cloudwatch",
          .detail_type = "CloudWatch Alarm Configuration Change",
          .resources = {row.id},
          .detail = std::move(detail)};
}

}  // namespace hanbat::monitoring
