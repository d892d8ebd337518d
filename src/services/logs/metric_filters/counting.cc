#include "services/logs/metric_filters/counting.h"

#include <cmath>
#include <tuple>

#include "gen/monitoring/client.h"
#include "region/region.h"
#include "services/logs/metric_filters/default_values.h"
#include "services/logs/patterns/json_pattern.h"

namespace hanbat::logs {
namespace {

constexpr std::string_view kPrincipal = "logs.amazonaws.com";
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::size_t kMostValues = 150;  // of one datum
constexpr std::size_t kMostData = 1000;   // of one call

/// CloudWatch's number has to be finite and not too large.
bool is_value(double number) { return std::isfinite(number) && std::fabs(number) <= std::pow(2.0, 360); }

/// What "$size" or "$.size" is of an event that matched.
std::optional<std::string> field_of(const std::string& field, const std::string& message,
                                    const std::map<std::string, std::string>& fields) {
  if (const auto found = fields.find(field); found != fields.end()) return found->second;
  return value_named(field, message);
}

monitoring::Client metrics(region::Region& home, store::Tx& tx, const region::Place& place) {
  return monitoring::Client(home.as(tx, home.identity().service_caller(place.account, kPrincipal), place.region));
}

monitoring::MetricDatum datum_of(const std::string& name, const std::optional<std::string>& unit, Timestamp at) {
  monitoring::MetricDatum out;
  out.metric_name = name;
  out.unit = unit;
  out.timestamp = at;
  return out;
}

void put(const monitoring::Client& client, const std::string& space, std::vector<monitoring::MetricDatum>& data) {
  if (data.empty()) return;
  client.put_metric_data({.metric_data = std::move(data), .namespace_ = space});
  data.clear();
}

}  // namespace

MetricCounts::MetricCounts(store::Tx& tx, const StreamRow& stream) {
  for (MetricFilterRow& row : region::list_in<MetricFilter>(tx, std::to_string(stream.group_id))) {
    FilterPattern pattern(*row.shape.filter_pattern);
    filters_.push_back({std::move(row), std::move(pattern)});
  }
}

void MetricCounts::add(const InputLogEvent& event) {
  ++events_;
  for (Filter& filter : filters_) {
    const auto fields = filter.pattern.match(event.message);
    if (!fields) continue;
    filter.matched = true;
    add(filter, event, *fields);
  }
}

void MetricCounts::add(const Filter& filter, const InputLogEvent& event,
                       const std::map<std::string, std::string>& fields) {
  for (const MetricTransformation& one : *filter.row.shape.metric_transformations) {
    const std::optional<std::string> said =
        one.metric_value.starts_with('$') ? field_of(one.metric_value, event.message, fields) : one.metric_value;
    const auto number = said ? number_of_text(*said) : std::nullopt;
    if (!number || !is_value(*number)) continue;
    Place place{one.metric_namespace,
                one.metric_name,
                one.unit.value_or("None"),
                {},
                event.timestamp - event.timestamp % kMinuteMs};
    bool complete = true;
    if (one.dimensions)
      for (const auto& [name, field] : *one.dimensions) {
        const auto value = field_of(field, event.message, fields);
        complete = complete && value && !value->empty();
        if (complete) place.dimensions[name] = value->substr(0, 1024);
      }
    if (complete) values_[place][*number] += 1;
  }
}

void MetricCounts::publish(region::Request& rq, const std::string& group, std::int64_t bytes) {
  if (!rq.home.find_service("monitoring")) return;
  const region::Place here{rq.account, rq.region};
  const auto client = metrics(rq.home, rq.tx, here);
  std::map<std::string, std::vector<monitoring::MetricDatum>> data;
  for (const auto& [place, values] : values_) {
    std::vector<monitoring::MetricDatum>& all = data[place.metric_namespace];
    for (const auto& [value, times] : values) {
      if (all.empty() || !all.back().values || all.back().values->size() == kMostValues ||
          value == values.begin()->first) {
        if (all.size() == kMostData) put(client, place.metric_namespace, all);
        monitoring::MetricDatum datum = datum_of(place.name, place.unit, {place.minute});
        if (!place.dimensions.empty()) datum.dimensions.emplace();
        for (const auto& [name, of] : place.dimensions) datum.dimensions->push_back({.name = name, .value = of});
        datum.values.emplace();
        datum.counts.emplace();
        all.push_back(std::move(datum));
      }
      all.back().values->push_back(value);
      all.back().counts->push_back(times);
    }
  }
  for (auto& [space, all] : data) put(client, space, all);

  std::vector<monitoring::MetricDatum> own;
  for (const auto& [name, unit, value] :
       {std::tuple("IncomingLogEvents", "Count", events_), std::tuple("IncomingBytes", "Bytes", bytes)}) {
    monitoring::MetricDatum datum = datum_of(name, unit, rq.now());
    datum.dimensions = std::vector<monitoring::Dimension>{{.name = "LogGroupName", .value = group}};
    datum.value = static_cast<double>(value);
    own.push_back(std::move(datum));
  }
  put(client, "AWS/Logs", own);
  for (Filter& filter : filters_) note_arrival(rq, std::move(filter.row), filter.matched);
}

void put_default(region::Region& home, store::Tx& tx, const region::Resource<MetricFilter>& filter, Timestamp minute) {
  const auto client = metrics(home, tx, filter.place);
  for (const MetricTransformation& one : *filter.shape.metric_transformations) {
    if (!one.default_value || !is_value(*one.default_value)) continue;
    std::vector<monitoring::MetricDatum> data{datum_of(one.metric_name, one.unit, minute)};
    data.front().value = *one.default_value;
    put(client, one.metric_namespace, data);
  }
}

}  // namespace hanbat::logs
