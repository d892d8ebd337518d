#include "services/monitoring/verdicts/subject.h"

#include <algorithm>

#include "services/monitoring/math/question.h"
#include "services/monitoring/metrics/statistic.h"
#include "services/monitoring/refusal.h"

namespace hanbat::monitoring {
namespace {

void require(bool there, std::string_view name) {
  if (!there) throw_invalid("The parameter " + std::string(name) + " is required.");
}

void check_period(int period, int periods) {
  if (period != 10 && period != 20 && period != 30 && period % 60 != 0)
    throw_invalid("Period must be 10, 20, 30 or a multiple of 60");
  constexpr std::int64_t kDay = 86'400, kWeek = 7 * kDay;
  const std::int64_t whole = static_cast<std::int64_t>(period) * periods;
  if (period < 3600 ? whole > kDay : whole > kWeek)
    throw_invalid(
        period < 3600
            ? "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400)."
            : "Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800).");
}

void check_metric(const MetricAlarm& alarm) {
  require(alarm.namespace_.has_value(), "Namespace");
  require(alarm.period.has_value(), "Period");
  if (alarm.statistic.has_value() == alarm.extended_statistic.has_value())
    throw_invalid("Exactly one of the parameters Statistic and ExtendedStatistic must be specified.");
  if (alarm.extended_statistic) {
    const auto statistic = Statistic::parse(*alarm.extended_statistic);
    if (!statistic || statistic->is_plain())
      throw_invalid("The value " + *alarm.extended_statistic + " for parameter ExtendedStatistic is not supported.");
  }
  dimensions_of(alarm.dimensions, "Dimensions");
}

void check_metrics(std::string_view operation, const MetricAlarm& alarm) {
  if (alarm.namespace_ || alarm.dimensions || alarm.period || alarm.unit || alarm.statistic || alarm.extended_statistic)
    throw_invalid(
        "The parameter Metrics must not be specified together with MetricName, Namespace, Dimensions, Period, "
        "Unit, Statistic or ExtendedStatistic.");
  constexpr std::size_t kMost = 20;
  if (alarm.metrics->size() > kMost) throw_invalid("The collection Metrics must not have a size greater than 20.");
  check_queries(operation, *alarm.metrics, Searching::kRefused);
  const auto returned =
      std::ranges::count_if(*alarm.metrics, [](const auto& one) { return one.return_data.value_or(true); });
  if (returned != 1) throw_invalid("Exactly one element of the metrics list should return data.");
}

}  // namespace

void check_subject(std::string_view operation, const MetricAlarm& alarm) {
  require(alarm.evaluation_periods.has_value(), "EvaluationPeriods");
  require(alarm.comparison_operator.has_value(), "ComparisonOperator");
  if (!find_word<Comparison>(*alarm.comparison_operator))
    throw wire::Error::not_implemented(operation, "ComparisonOperator " + *alarm.comparison_operator);
  require(alarm.threshold.has_value(), "Threshold");
  if (alarm.metric_name.has_value() == alarm.metrics.has_value())
    throw_invalid("Exactly one of the parameters MetricName and Metrics must be specified.");
  if (alarm.metrics)
    check_metrics(operation, alarm);
  else
    check_metric(alarm);
  check_period(period_of(alarm), *alarm.evaluation_periods);
  if (alarm.datapoints_to_alarm.value_or(1) > *alarm.evaluation_periods)
    throw_invalid("DatapointsToAlarm must not be greater than EvaluationPeriods.");
  if (alarm.treat_missing_data && !find_word<Missing>(*alarm.treat_missing_data))
    throw_invalid("The value " + *alarm.treat_missing_data + " for parameter TreatMissingData is not supported.");
  if (alarm.evaluate_low_sample_count_percentile && *alarm.evaluate_low_sample_count_percentile != "evaluate" &&
      *alarm.evaluate_low_sample_count_percentile != "ignore")
    throw_invalid("The value " + *alarm.evaluate_low_sample_count_percentile +
                  " for parameter EvaluateLowSampleCountPercentile is not supported.");
}

Threshold threshold_of(const MetricAlarm& alarm) {
  const int periods = alarm.evaluation_periods.value();
  return {.comparison = require_word<Comparison>(alarm.comparison_operator.value()),
          .value = alarm.threshold.value(),
          .periods = periods,
          .to_alarm = alarm.datapoints_to_alarm.value_or(periods),
          .missing = require_word<Missing>(alarm.treat_missing_data, Missing::kMissing)};
}

std::vector<MetricDataQuery> queries_of(const MetricAlarm& alarm) {
  if (alarm.metrics) return *alarm.metrics;
  MetricDataQuery query;
  query.id = "m1";
  query.metric_stat.emplace();
  query.metric_stat->metric = {
      .dimensions = alarm.dimensions, .metric_name = alarm.metric_name, .namespace_ = alarm.namespace_};
  query.metric_stat->period = alarm.period.value();
  query.metric_stat->stat = alarm.extended_statistic ? *alarm.extended_statistic : alarm.statistic.value();
  query.metric_stat->unit = alarm.unit;
  return {std::move(query)};
}

const MetricDataQuery& returned_of(const std::vector<MetricDataQuery>& queries) {
  return *std::ranges::find_if(queries, [](const auto& one) { return one.return_data.value_or(true); });
}

int period_of(const MetricAlarm& alarm) {
  if (alarm.period) return *alarm.period;
  const MetricDataQuery& returned = returned_of(*alarm.metrics);
  if (returned.metric_stat) return returned.metric_stat->period;
  if (returned.period) return *returned.period;
  int out = 0;
  for (const MetricDataQuery& one : *alarm.metrics)
    if (one.metric_stat) out = std::max(out, one.metric_stat->period);
  return out ? out : 60;
}

std::optional<std::string> instance_of(const MetricAlarm& alarm) {
  for (const MetricDataQuery& query : queries_of(alarm)) {
    if (!query.metric_stat || !query.metric_stat->metric.dimensions) continue;
    for (const Dimension& one : *query.metric_stat->metric.dimensions)
      if (one.name == "InstanceId") return one.value;
  }
  return std::nullopt;
}

bool watches(const MetricAlarm& alarm, const MetricKey& key) {
  return std::ranges::any_of(queries_of(alarm), [&](const MetricDataQuery& query) {
    return query.metric_stat && key_of(query.metric_stat->metric) == key;
  });
}

}  // namespace hanbat::monitoring
