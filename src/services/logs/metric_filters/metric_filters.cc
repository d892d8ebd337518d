// Metric filters as they are kept and tried; counting.h has what they count.
#include <algorithm>

#include "base/ids.h"
#include "region/page.h"
#include "services/logs/logs.h"
#include "services/logs/patterns/filter_pattern.h"

namespace hanbat::logs {
namespace {

constexpr std::size_t kMostOfGroup = 100;
constexpr std::size_t kMostDimensions = 3;
constexpr region::PageSizes kMetricFilterPages{.usual = 50, .most = 50};

using MetricFilterRow = region::Resource<MetricFilter>;

/// A number, or a field of the pattern.
bool is_metric_value(const std::string& value) {
  return (value.starts_with('$') && value.size() > 1) || number_of_text(value).has_value();
}

void check(const MetricTransformation& transformation) {
  if (transformation.metric_namespace.starts_with("AWS/"))
    throw InvalidParameterException("Invalid metric transformation: namespaces that begin with AWS/ are reserved.");
  if (!is_metric_value(transformation.metric_value))
    throw InvalidParameterException(
        "Invalid metric transformation: metric value must be a valid number, or a field of "
        "the filter pattern: " +
        transformation.metric_value);
  if (!transformation.dimensions || transformation.dimensions->empty()) return;
  if (transformation.default_value)
    throw InvalidParameterException(
        "Invalid metric transformation: dimensions and default value are mutually exclusive properties.");
  if (transformation.dimensions->size() > kMostDimensions)
    throw InvalidParameterException("Invalid metric transformation: there can be at most 3 dimensions.");
}

bool is_asked_for(const DescribeMetricFiltersInput& in, const MetricFilter& filter) {
  if (in.log_group_name && !filter.filter_name->starts_with(in.filter_name_prefix.value_or(""))) return false;
  return !in.metric_name ||
         std::any_of(filter.metric_transformations->begin(), filter.metric_transformations->end(),
                     [&](const MetricTransformation& one) {
                       return one.metric_name == *in.metric_name && one.metric_namespace == *in.metric_namespace;
                     });
}

}  // namespace

PutMetricFilterOutput Logs::put_metric_filter(region::Request& rq, const PutMetricFilterInput& in) {
  const GroupRow group = require_group(rq, "logs:PutMetricFilter", in.log_group_name);
  const FilterPattern parsed(in.filter_pattern);
  for (const MetricTransformation& one : in.metric_transformations) check(one);

  const auto before = region::find_named<MetricFilter>(rq.tx, group.place, group.id, in.filter_name);
  MetricFilterRow row = before.value_or(MetricFilterRow{});
  row.shape.filter_pattern = in.filter_pattern;
  row.shape.metric_transformations = in.metric_transformations;
  if (before) {
    region::update(rq.tx, row);
    return {};
  }
  if (region::count<MetricFilter>(rq.tx, group.place, group.id) >= static_cast<std::int64_t>(kMostOfGroup))
    throw LimitExceededException("Resource limit exceeded.");
  row.id = random_uuid();
  row.place = group.place;
  row.scope = group.id;
  row.name = in.filter_name;
  row.created = rq.now();
  row.shape.creation_time = rq.now().ms;
  row.shape.filter_name = in.filter_name;
  row.shape.log_group_name = in.log_group_name;
  region::insert(rq.tx, row);
  return {};
}

DescribeMetricFiltersOutput Logs::describe_metric_filters(region::Request& rq, const DescribeMetricFiltersInput& in) {
  std::string group_id;
  if (in.log_group_name)
    group_id = require_group(rq, "logs:DescribeMetricFilters", *in.log_group_name).id;
  else
    rq.authorize("logs:DescribeMetricFilters", rq.arn("logs", "log-group::log-stream:"));
  if (in.metric_name.has_value() != in.metric_namespace.has_value())
    throw InvalidParameterException("metricName and metricNamespace go together.");

  const region::Pager pager(rq, in, kMetricFilterPages);
  auto rows = region::list<MetricFilter>(rq.tx, place_of(rq));
  std::erase_if(rows, [&](const MetricFilterRow& row) {
    return (in.log_group_name && row.scope != group_id) || !is_asked_for(in, row.shape);
  });
  auto page = pager.cut(std::move(rows),
                        [](const MetricFilterRow& row) { return *row.name + " " + *row.shape.log_group_name; });
  DescribeMetricFiltersOutput out{.metric_filters = std::vector<MetricFilter>(), .next_token = page.next_token};
  for (MetricFilterRow& row : page.items) {
    row.shape.apply_on_transformed_logs = false;  // nothing transforms logs here
    out.metric_filters->push_back(std::move(row.shape));
  }
  return out;
}

DeleteMetricFilterOutput Logs::delete_metric_filter(region::Request& rq, const DeleteMetricFilterInput& in) {
  const GroupRow group = require_group(rq, "logs:DeleteMetricFilter", in.log_group_name);
  const auto row = region::find_named<MetricFilter>(rq.tx, group.place, group.id, in.filter_name);
  if (!row) throw ResourceNotFoundException("The specified metric filter does not exist.");
  region::remove(rq.tx, *row);
  return {};
}

TestMetricFilterOutput Logs::test_metric_filter(region::Request& rq, const TestMetricFilterInput& in) {
  rq.authorize("logs:TestMetricFilter", "*");
  const FilterPattern pattern(in.filter_pattern);
  TestMetricFilterOutput out{.matches = std::vector<MetricFilterMatchRecord>()};
  std::int64_t number = 0;
  for (const std::string& message : in.log_event_messages) {
    ++number;
    if (auto values = pattern.match(message))
      out.matches->push_back(
          {.event_message = message, .event_number = number, .extracted_values = *std::move(values)});
  }
  return out;
}

}  // namespace hanbat::logs
