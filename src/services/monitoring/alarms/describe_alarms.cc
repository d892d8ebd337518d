// Alarms and their history as callers see them.
#include <algorithm>

#include "base/text.h"
#include "region/pick.h"
#include "services/monitoring/alarms/history_store.h"
#include "services/monitoring/metrics/statistic.h"
#include "services/monitoring/monitoring.h"
#include "services/monitoring/refusal.h"
#include "services/monitoring/verdicts/subject.h"

namespace hanbat::monitoring {
namespace {

constexpr region::PageSizes kAlarmPages{.usual = 50, .most = 100};
constexpr region::PageSizes kHistoryPages{.usual = 100, .most = 100};

/// Of metric alarms alone, unless the caller names types.
bool is_of_type(const std::optional<std::vector<std::string>>& types, std::string_view type) {
  if (!types || types->empty()) return type == "MetricAlarm";
  return std::ranges::find(*types, type) != types->end();
}

bool is_asked_for(const DescribeAlarmsInput& in, const Alarm& alarm) {
  if (!is_of_type(in.alarm_types, alarm.type())) return false;
  if (in.state_value && *in.state_value != word_of(alarm.state())) return false;
  if (!in.action_prefix) return true;
  for (const AlarmState state : {AlarmState::kOk, AlarmState::kAlarm, AlarmState::kInsufficientData})
    for (const std::string& action : alarm.actions_of(state))
      if (action.starts_with(*in.action_prefix)) return true;
  return false;
}

void add_alarm(DescribeAlarmsOutput& out, Alarm alarm) {
  if (alarm.metric())
    out.metric_alarms->push_back(*alarm.metric());
  else
    out.composite_alarms->push_back(*alarm.composite());
}

}  // namespace

DescribeAlarmsOutput Monitoring::describe_alarms(region::Request& rq, const DescribeAlarmsInput& in) {
  ask_alarm(rq, "cloudwatch:DescribeAlarms", "*");

  if (in.alarm_names && in.alarm_name_prefix)
    throw_invalid("AlarmNamePrefix must not be specified together with AlarmNames.");
  const region::Place place{rq.account, rq.region};
  const region::Pager pager(rq, in, kAlarmPages);
  DescribeAlarmsOutput out;
  out.metric_alarms.emplace();
  out.composite_alarms.emplace();
  region::Page<AlarmRow> page;
  if (in.alarm_names) {
    std::vector<AlarmRow> rows;
    for (const std::string& name : *in.alarm_names)
      if (auto row = find_alarm(rq.tx, place, name); row && is_asked_for(in, row->shape))
        rows.push_back(*std::move(row));
    page = pager.cut(std::move(rows), [](const AlarmRow& row) { return *row.name; });
  } else {
    const std::string prefix = in.alarm_name_prefix.value_or("");
    page = region::pick(
        pager,
        [&](const std::optional<std::string>& after, std::size_t most) {
          return region::list_by_name<Alarm>(rq.tx, place, {.prefix = prefix, .after = after, .most = most});
        },
        [&](const AlarmRow& row) { return is_asked_for(in, row.shape); },
        [](const AlarmRow& row) { return *row.name; });
  }
  out.next_token = page.next_token;
  for (AlarmRow& row : page.items) add_alarm(out, std::move(row.shape));
  return out;
}

DescribeAlarmsForMetricOutput Monitoring::describe_alarms_for_metric(region::Request& rq,
                                                                     const DescribeAlarmsForMetricInput& in) {
  rq.authorize("cloudwatch:DescribeAlarmsForMetric", "*");

  if (in.extended_statistic) {
    const auto statistic = Statistic::parse(*in.extended_statistic);
    if (!statistic || statistic->is_plain())
      throw_invalid("The value " + *in.extended_statistic + " for parameter ExtendedStatistic is not supported.");
  }
  const MetricKey key{in.namespace_, in.metric_name, dimensions_of(in.dimensions, "Dimensions")};
  DescribeAlarmsForMetricOutput out{.metric_alarms = std::vector<MetricAlarm>()};
  for (AlarmRow& row : region::list<Alarm>(rq.tx, {rq.account, rq.region})) {
    MetricAlarm* alarm = row.shape.metric();
    if (!alarm || !watches(*alarm, key)) continue;
    if ((in.statistic && alarm->statistic != in.statistic) || (in.period && alarm->period != in.period) ||
        (in.extended_statistic && alarm->extended_statistic != in.extended_statistic) ||
        (in.unit && alarm->unit != in.unit))
      continue;
    out.metric_alarms->push_back(std::move(*alarm));
  }
  return out;
}

DescribeAlarmHistoryOutput Monitoring::describe_alarm_history(region::Request& rq,
                                                              const DescribeAlarmHistoryInput& in) {
  ask_alarm(rq, "cloudwatch:DescribeAlarmHistory", in.alarm_name.value_or("*"));

  const region::Pager pager(rq, in, kHistoryPages);
  HistoryRange range{
      .alarm = in.alarm_name,
      .start = in.start_date.value_or(Timestamp{0}),
      .end = in.end_date.value_or(rq.now()),
      .order = in.scan_by == "TimestampAscending" ? region::Order::kAscending : region::Order::kDescending};
  const auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        range.most = most;
        if (after) {
          const std::size_t slash = after->find('/');
          range.after.emplace(Timestamp{std::stoll(after->substr(0, slash))}, std::stoll(after->substr(slash + 1)));
        }
        return list_history(rq.tx, {rq.account, rq.region}, range);
      },
      [&](const HistoryRow& row) {
        return is_of_type(in.alarm_types, row.item.alarm_type.value()) &&
               (!in.history_item_type || row.item.history_item_type == in.history_item_type);
      },
      [](const HistoryRow& row) { return std::to_string(row.item.timestamp->ms) + "/" + std::to_string(row.id); });
  DescribeAlarmHistoryOutput out;
  out.next_token = page.next_token;
  out.alarm_history_items.emplace();
  for (const HistoryRow& row : page.items) out.alarm_history_items->push_back(row.item);
  return out;
}

}  // namespace hanbat::monitoring
