// The rows of metrics: which there are, and what was measured when.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "gen/monitoring/model.h"
#include "region/bill_clock.h"
#include "region/resources.h"
#include "services/monitoring/metrics/summary.h"
#include "services/monitoring/metrics/values.h"
#include "store/database.h"

namespace hanbat::monitoring {

using DimensionPairs = std::vector<std::pair<std::string, std::string>>;

/// What a metric is known by.
struct MetricKey {
  std::string metric_namespace;
  std::string name;
  DimensionPairs dimensions;  // in order of their names

  auto operator<=>(const MetricKey&) const = default;
  std::string dimensions_text() const;
  static DimensionPairs read_dimensions(const std::string& text);
  /// As AWS's shape tells it.
  Metric shape() const;
};

/// The dimensions of a call, in order. Throws InvalidParameterValueException for one that comes twice.
DimensionPairs dimensions_of(const std::optional<std::vector<Dimension>>& given, std::string_view parameter);
MetricKey key_of(const Metric& metric);

struct MetricRow {
  std::int64_t id = 0;
  MetricKey key;
  Timestamp last_put;
};

/// Seconds in which the points of a resolution lie, and how long they are kept so: 3 hours, 15, 63 and 455 days.
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
struct Resolution {
  int seconds;
  std::int64_t kept;  // seconds
};
inline constexpr Resolution kResolutions[] = {
    {1, 3 * 3600LL}, {60, 15 * 86'400LL}, {300, 63 * 86'400LL}, {3600, 455 * 86'400LL}};

struct Point {
  std::int64_t at = 0;  // seconds, where its stretch begins
  int resolution = 60;
  std::string unit;
  Summary summary;
};

std::optional<std::int64_t> find_metric(store::Tx& tx, const region::Place& place, const MetricKey& key);
/// A metric that has a value now.
struct MadeMetric {
  std::int64_t id = 0;
  bool first_of_hour = true;  // whether it is the first of an hour on the bill
};
/// It is made at its first value.
MadeMetric make_metric(store::Tx& tx, const region::Place& place, const MetricKey& key, Timestamp now,
                       const region::BillClock& bill);
/// Adds to what is there of the same stretch and unit.
void add_point(store::Tx& tx, std::int64_t metric, const Point& point);
/// In order of time, those of a resolution up to `coarsest`; of one unit, or of all.
std::vector<Point> points_of(store::Tx& tx, std::int64_t metric, const Stretch& stretch, int coarsest,
                             const std::optional<std::string>& unit);

/// A stretch of the metrics that had a value since, in order of namespace, name and dimensions: those after `after`.
struct MetricRange {
  std::optional<std::string> metric_namespace;
  std::optional<std::string> name;
  std::optional<MetricKey> after;
  Timestamp since;
  std::size_t most = 0;
};
std::vector<MetricRow> list_metrics(store::Tx& tx, const region::Place& place, const MetricRange& range);

/// Points of that resolution that began before, the oldest first; with the ids of their metrics.
std::vector<std::pair<std::int64_t, Point>> points_before(store::Tx& tx, int resolution, std::int64_t before,
                                                          std::size_t most);
void remove_point(store::Tx& tx, std::int64_t metric, const Point& point);
/// Removes the metrics that have no points any more and had their last value before.
void remove_metrics_without_points(store::Tx& tx, Timestamp before);

}  // namespace hanbat::monitoring
