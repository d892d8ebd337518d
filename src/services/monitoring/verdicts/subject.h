// What a metric alarm watches: its threshold, and the queries that make the series which is held against it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/monitoring/model.h"
#include "services/monitoring/verdicts/verdict.h"

namespace hanbat::monitoring {

/// Throws ValidationError for an alarm that cannot be evaluated, 501 for one that is not built (anomaly bands).
void check_subject(std::string_view operation, const MetricAlarm& alarm);

Threshold threshold_of(const MetricAlarm& alarm);
/// The queries, of which one returns data: those of the alarm, or the one that it is about.
std::vector<MetricDataQuery> queries_of(const MetricAlarm& alarm);
const MetricDataQuery& returned_of(const std::vector<MetricDataQuery>& queries);
/// Seconds in one of the periods that are held against the threshold.
int period_of(const MetricAlarm& alarm);
/// The metric alarms' InstanceId, of whichever metric has one.
std::optional<std::string> instance_of(const MetricAlarm& alarm);
/// Whether the alarm is about that metric, also in an expression.
bool watches(const MetricAlarm& alarm, const MetricKey& key);

}  // namespace hanbat::monitoring
