// GetMetricStatistics: the statistics of one metric, period by period.
#include <fmt/format.h>

#include "services/monitoring/metrics/statistic.h"
#include "services/monitoring/metrics/window.h"
#include "services/monitoring/monitoring.h"

namespace hanbat::monitoring {
namespace {

constexpr std::int64_t kMostPoints = 1440;

struct Asked {
  std::vector<std::pair<std::string, Statistic>> plain;
  std::vector<std::pair<std::string, Statistic>> extended;
};

Asked asked_of(const GetMetricStatisticsInput& in) {
  if (in.statistics && in.extended_statistics)
    throw InvalidParameterCombinationException(
        "The parameters Statistics and ExtendedStatistics are mutually exclusive and you have specified both.");
  if (!in.statistics && !in.extended_statistics)
    throw MissingRequiredParameterException(
        "At least one of the parameters Statistics and ExtendedStatistics must be specified.");
  Asked out;
  if (in.statistics)
    for (const std::string& name : *in.statistics) out.plain.emplace_back(name, *Statistic::parse_plain(name));
  if (in.extended_statistics)
    for (const std::string& name : *in.extended_statistics) {
      const auto one = Statistic::parse(name);
      if (!one || one->is_plain())
        throw InvalidParameterValueException("The value " + name +
                                             " for parameter ExtendedStatistics is not supported.");
      out.extended.emplace_back(name, *one);
    }
  return out;
}

void put_plain(Datapoint& point, std::string_view name, double value) {
  if (name == "SampleCount") point.sample_count = value;
  if (name == "Average") point.average = value;
  if (name == "Sum") point.sum = value;
  if (name == "Minimum") point.minimum = value;
  if (name == "Maximum") point.maximum = value;
}

}  // namespace

GetMetricStatisticsOutput Monitoring::get_metric_statistics(region::Request& rq, const GetMetricStatisticsInput& in) {
  rq.authorize("cloudwatch:GetMetricStatistics", "*");
  calls_.add(rq);

  if (in.start_time >= in.end_time)
    throw InvalidParameterValueException("The parameter StartTime must be less than the parameter EndTime.");
  if (!is_period(in.period))
    throw InvalidParameterValueException("The parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60: " +
                                         std::to_string(in.period));
  const Asked asked = asked_of(in);
  const Window window = window_of(in.start_time, in.end_time, in.period, rq.now());
  if (window.periods() > kMostPoints)
    throw InvalidParameterCombinationException(fmt::format(
        "You have requested up to {} datapoints, which exceeds the limit of {}. You may reduce the datapoints "
        "requested by increasing Period, or decreasing the time range.",
        window.periods(), kMostPoints));
  const MetricKey key{in.namespace_, in.metric_name, dimensions_of(in.dimensions, "Dimensions")};

  // What was measured in different units is told apart.
  std::map<std::pair<std::int64_t, std::string>, Summary> found;
  if (const auto metric = find_metric(rq.tx, {rq.account, rq.region}, key))
    for (const Point& point : points_of(rq.tx, *metric, {window.start, window.end}, window.period, in.unit))
      found[{window.begin_of(point.at), point.unit}].merge(point.summary);
  GetMetricStatisticsOutput out{.datapoints = std::vector<Datapoint>(), .label = in.metric_name};
  for (const auto& [where, summary] : found) {
    Datapoint point{.timestamp = Timestamp{where.first * 1000}, .unit = where.second};
    for (const auto& [name, statistic] : asked.plain) put_plain(point, name, statistic.of(summary).value());
    for (const auto& [name, statistic] : asked.extended) {
      if (!point.extended_statistics) point.extended_statistics.emplace();
      if (const auto value = statistic.of(summary)) (*point.extended_statistics)[name] = *value;
    }
    if (asked.extended.empty() || (point.extended_statistics && !point.extended_statistics->empty()))
      out.datapoints->push_back(std::move(point));
  }
  return out;
}

}  // namespace hanbat::monitoring
