#include "services/monitoring/usage.h"

#include <algorithm>

#include "base/arn.h"
#include "services/monitoring/verdicts/subject.h"
#include "wire/operation.h"

namespace hanbat::monitoring {
namespace {

constexpr const char* kBillName = "AmazonCloudWatch";
constexpr int kSecondsOfAMinute = 60;

/// What has no resource of its own.
std::string metrics_arn(const region::Request& rq) { return make_arn("cloudwatch", rq.region, rq.account, "metric/*"); }

bool is_free(const region::Request& rq) { return rq.caller.kind == region::Caller::Kind::kService; }

std::int64_t metrics_in(const std::vector<MetricDataQuery>& queries) {
  return std::ranges::count_if(queries, [](const MetricDataQuery& query) { return query.metric_stat.has_value(); });
}

region::Use use_of(const Alarm& alarm) {
  if (alarm.composite()) return {kBillName, "CW:CompositeAlarmMonitorUsage", "Unknown", region::UsageUnit::kMonths};
  const MetricAlarm& metric = *alarm.metric();
  const bool often = period_of(metric) < kSecondsOfAMinute;
  return {kBillName, often ? "CW:HighResAlarmMonitorUsage" : "CW:AlarmMonitorUsage", "Unknown",
          region::UsageUnit::kMonths, std::max<std::int64_t>(1, metrics_in(queries_of(metric)))};
}

}  // namespace

void meter(store::Tx& tx, Timestamp now, const AlarmRow& alarm) {
  region::meter(tx, now, alarm.place, alarm.id, {use_of(alarm.shape)});
}

void end_metering(store::Tx& tx, Timestamp now, const AlarmRow& alarm) {
  region::meter(tx, now, alarm.place, alarm.id, {});
}

void meter_metrics(region::Request& rq, std::int64_t metrics) {
  if (metrics == 0 || is_free(rq)) return;
  // A line of one hour, so each metric is billed for its share of the month.
  region::meter_event(rq.tx, rq.now(), {rq.account, rq.region}, metrics_arn(rq),
                      {kBillName, "CW:MetricMonitorUsage", "MetricStorage", region::UsageUnit::kMonths, metrics});
}

void CallCount::add(const region::Request& rq) {
  if (is_free(rq)) return;
  usage_.add_once(rq, {rq.account, rq.region}, metrics_arn(rq),
                  {kBillName, "CW:Requests", std::string(rq.operation.name), region::UsageUnit::kRequests});
}

void CallCount::add_metrics(const region::Request& rq, const std::vector<MetricDataQuery>& queries) {
  const std::int64_t metrics = metrics_in(queries);
  if (metrics == 0 || is_free(rq)) return;
  usage_.add_once(rq, {rq.account, rq.region}, metrics_arn(rq),
                  {kBillName, "CW:GMD-Metrics", std::string(rq.operation.name), region::UsageUnit::kRequests, metrics});
}

}  // namespace hanbat::monitoring
