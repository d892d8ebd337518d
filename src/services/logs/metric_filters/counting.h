// What a call's events come to in metrics: those that the group's metric filters make, and CloudWatch Logs' own.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "region/request.h"
#include "services/logs/patterns/filter_pattern.h"
#include "services/logs/store.h"

namespace hanbat::logs {

/// Counts the events of one PutLogEvents. A filter that matches makes a value of each of its transformations: a number,
/// or what a field of the event says; without a number, or without a field that is a dimension, it makes none.
class MetricCounts {
 public:
  MetricCounts(store::Tx& tx, const StreamRow& stream);

  void add(const InputLogEvent& event);
  /// Puts what was counted to CloudWatch, in the request's transaction; does nothing in a region without one. `bytes`
  /// are those of the events.
  void publish(region::Request& rq, const std::string& group, std::int64_t bytes);

 private:
  using MetricFilterRow = region::Resource<MetricFilter>;

  struct Filter {
    MetricFilterRow row;
    FilterPattern pattern;
    bool matched = false;
  };
  /// A metric and a minute of it.
  struct Place {
    std::string metric_namespace, name, unit;
    std::map<std::string, std::string> dimensions;
    std::int64_t minute = 0;
    auto operator<=>(const Place&) const = default;
  };

  void add(const Filter& filter, const InputLogEvent& event, const std::map<std::string, std::string>& fields);

  std::vector<Filter> filters_;
  std::map<Place, std::map<double, double>> values_;  // value → how often
  std::int64_t events_ = 0;
};

/// The value that is told of a minute in which events came and none of them matched.
void put_default(region::Region& home, store::Tx& tx, const region::Resource<MetricFilter>& filter, Timestamp minute);

}  // namespace hanbat::logs
