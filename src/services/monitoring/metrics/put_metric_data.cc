// PutMetricData: values on their way into the rows of their metrics.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "services/monitoring/metrics/metric_store.h"
#include "services/monitoring/monitoring.h"

namespace hanbat::monitoring {
namespace {

constexpr std::size_t kMostData = 1000;
constexpr std::size_t kMostValues = 150;
constexpr Milliseconds kOldest = std::chrono::hours(14 * 24);
constexpr Milliseconds kNewest = std::chrono::hours(2);

[[noreturn]] void refuse(const std::string& message) { throw InvalidParameterValueException(message); }

/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
void check_number(double value, const std::string& parameter) {
  static const double kMost = std::pow(2.0, 360);
  if (std::isnan(value)) refuse("The value NaN for parameter " + parameter + " is invalid.");
  if (std::fabs(value) > kMost)
    refuse(
        fmt::format("The value {} for parameter {} is invalid: it is outside of -2^360 to 2^360.", value, parameter));
}

void check_dimensions(const std::vector<Dimension>& dimensions, const std::string& parameter) {
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    const std::string here = fmt::format("{}.member.{}", parameter, i + 1);
    const auto check = [&](const std::string& text, const char* member) {
      const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      const bool blank = text.find_first_not_of(" \t\n") == text.npos;
      if (!ascii || blank || text.starts_with(':'))
        refuse(fmt::format("The value {} for parameter {}.{} is invalid.", text, here, member));
    };
    check(dimensions[i].name, "Name");
    check(dimensions[i].value, "Value");
  }
}

void check_time(Timestamp at, Timestamp now, const std::string& parameter) {
  if (at < now - kOldest)
    refuse("The parameter " + parameter + " must specify a time no more than two weeks in the past.");
  if (at > now + kNewest)
    refuse("The parameter " + parameter + " must specify a time no more than two hours in the future.");
}

[[noreturn]] void refuse_both(const std::string& here, const char* one, const char* other) {
  throw InvalidParameterCombinationException(fmt::format(
      "The parameters {0}.{1} and {0}.{2} are mutually exclusive and you have specified both.", here, one, other));
}

/// What the datum tells, in whichever of the three ways.
Summary summary_of(const MetricDatum& datum, const std::string& here) {
  Summary out;
  if (datum.value && datum.statistic_values) refuse_both(here, "Value", "StatisticValues");
  if (datum.value && datum.values) refuse_both(here, "Value", "Values");
  if (datum.values && datum.statistic_values) refuse_both(here, "Values", "StatisticValues");
  if (datum.value) {
    check_number(*datum.value, here + ".Value");
    out.add(*datum.value);
    return out;
  }
  if (datum.values) {
    if (datum.values->size() > kMostValues)
      refuse(fmt::format("The collection {}.Values must not have a size greater than {}.", here, kMostValues));
    if (datum.counts && datum.counts->size() != datum.values->size())
      refuse(fmt::format("The parameters {0}.Values and {0}.Counts must be of the same size.", here));
    for (std::size_t i = 0; i < datum.values->size(); ++i) {
      const double times = datum.counts ? (*datum.counts)[i] : 1;
      check_number((*datum.values)[i], fmt::format("{}.Values.member.{}", here, i + 1));
      check_number(times, fmt::format("{}.Counts.member.{}", here, i + 1));
      if (times <= 0)
        refuse(fmt::format("The value {} for parameter {}.Counts.member.{} is invalid.", times, here, i + 1));
      out.add((*datum.values)[i], times);
    }
    return out;
  }
  if (!datum.statistic_values) return out;
  const StatisticSet& set = *datum.statistic_values;
  const std::string there = here + ".StatisticValues";
  check_number(set.sample_count, there + ".SampleCount");
  check_number(set.sum, there + ".Sum");
  check_number(set.minimum, there + ".Minimum");
  check_number(set.maximum, there + ".Maximum");
  if (set.sample_count <= 0)
    refuse(fmt::format("The value {} for parameter {}.SampleCount is invalid.", set.sample_count, there));
  if (set.minimum > set.maximum)
    refuse(fmt::format("The parameter {0}.Minimum must not be greater than the parameter {0}.Maximum.", there));
  out.add_set(set.sample_count, set.sum, set.minimum, set.maximum);
  return out;
}

}  // namespace

PutMetricDataOutput Monitoring::put_metric_data(region::Request& rq, const PutMetricDataInput& in) {
  rq.authorize("cloudwatch:PutMetricData", "*", {{"cloudwatch:namespace", {in.namespace_}}});

  // AWS's own namespaces are for its services.
  if (in.namespace_.starts_with("AWS/") && rq.caller.kind != region::Caller::Kind::kService)
    refuse("The value " + in.namespace_ + " for parameter Namespace is invalid.");
  if (!in.metric_data || in.metric_data->empty())
    throw MissingRequiredParameterException("The parameter MetricData is required.");
  if (in.metric_data->size() > kMostData)
    refuse(fmt::format("The collection MetricData must not have a size greater than {}.", kMostData));
  std::vector<std::pair<MetricKey, Point>> points;
  for (std::size_t i = 0; i < in.metric_data->size(); ++i) {
    const MetricDatum& datum = (*in.metric_data)[i];
    const std::string here = fmt::format("MetricData.member.{}", i + 1);
    if (datum.dimensions) check_dimensions(*datum.dimensions, here + ".Dimensions");
    const Timestamp at = datum.timestamp.value_or(rq.now());
    check_time(at, rq.now(), here + ".Timestamp");
    const int resolution = datum.storage_resolution.value_or(60);
    if (resolution != 1 && resolution != 60)
      refuse(fmt::format("The value {} for parameter {}.StorageResolution is not supported: it is 1 or 60.", resolution,
                         here));
    Point point{.at = at.ms / 1000,
                .resolution = resolution,
                .unit = datum.unit.value_or("None"),
                .summary = summary_of(datum, here)};
    if (point.summary.empty())
      throw MissingRequiredParameterException(
          fmt::format("The parameter {0}.Value, {0}.Values or {0}.StatisticValues is required.", here));
    point.at -= point.at % resolution;
    points.emplace_back(
        MetricKey{in.namespace_, datum.metric_name, dimensions_of(datum.dimensions, here + ".Dimensions")},
        std::move(point));
  }

  const region::Place place{rq.account, rq.region};
  const region::BillClock bill = region::find_bill_clock(rq.tx);
  std::int64_t first_of_hour = 0;
  for (const auto& [key, point] : points) {
    const MadeMetric metric = make_metric(rq.tx, place, key, rq.now(), bill);
    first_of_hour += metric.first_of_hour;
    add_point(rq.tx, metric.id, point);
  }
  meter_metrics(rq, first_of_hour);
  calls_.add(rq);

  return {};
}

}  // namespace hanbat::monitoring
