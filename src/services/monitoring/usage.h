// What CloudWatch bills beside logs: alarms while they are there, metrics of an account's own in each hour in which
// they have a value, and the calls that AWS counts. What services of the region put of themselves is free, as their
// namespaces are on AWS.
// Source: https://aws.amazon.com/cloudwatch/pricing/
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gen/monitoring/model.h"
#include "region/batched_usage.h"
#include "region/request.h"
#include "services/monitoring/alarms/alarm_store.h"

namespace hanbat::monitoring {

/// An alarm costs by its metrics, and more when it looks more often than once a minute.
void meter(store::Tx& tx, Timestamp now, const AlarmRow& alarm);
/// What is deleted ends what it used. Called before the row goes, with its tags.
void end_metering(store::Tx& tx, Timestamp now, const AlarmRow& alarm);
/// So many metrics of the caller's own had their first value of the hour.
void meter_metrics(region::Request& rq, std::int64_t metrics);

/// The calls that are billed, by the call or by the metric asked for; written once a minute.
class CallCount {
 public:
  explicit CallCount(region::Region& home) : usage_(home, "monitoring.count-calls") {}
  void start() { usage_.start(); }

  /// PutMetricData, GetMetricStatistics, ListMetrics. What a service of the region asks is free.
  void add(const region::Request& rq);
  /// GetMetricData, by the metrics that it asks for.
  void add_metrics(const region::Request& rq, const std::vector<MetricDataQuery>& queries);

 private:
  region::BatchedUsage usage_;
};

}  // namespace hanbat::monitoring
