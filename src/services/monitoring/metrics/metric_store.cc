#include "services/monitoring/metrics/metric_store.h"

#include <algorithm>

#include "base/json.h"

namespace hanbat::monitoring {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr Milliseconds kToldAgain = std::chrono::minutes(5);

MetricRow read_metric(const store::Row& row) {
  return {row.integer(0), {row.text(1), row.text(2), MetricKey::read_dimensions(row.text(3))}, row.timestamp(4)};
}

}  // namespace

std::string MetricKey::dimensions_text() const {
  Json out = Json::array();
  for (const auto& [key, value] : dimensions) out.push_back(Json::array({key, value}));
  return out.dump();
}

DimensionPairs MetricKey::read_dimensions(const std::string& text) {
  DimensionPairs out;
  const Json json = Json::parse(text);
  for (const Json& one : json.items()) out.emplace_back(one.items().at(0).as_string(), one.items().at(1).as_string());
  return out;
}

Metric MetricKey::shape() const {
  Metric out{.dimensions = std::vector<Dimension>(), .metric_name = name, .namespace_ = metric_namespace};
  for (const auto& [key, value] : dimensions) out.dimensions->push_back({.name = key, .value = value});
  return out;
}

DimensionPairs dimensions_of(const std::optional<std::vector<Dimension>>& given, std::string_view parameter) {
  DimensionPairs out;
  if (!given) return out;
  for (const Dimension& one : *given) out.emplace_back(one.name, one.value);
  std::sort(out.begin(), out.end());
  for (std::size_t i = 1; i < out.size(); ++i)
    if (out[i].first == out[i - 1].first)
      throw InvalidParameterValueException("The parameter " + std::string(parameter) +
                                           " must not contain the same dimension twice: " + out[i].first);
  return out;
}

MetricKey key_of(const Metric& metric) {
  return {metric.namespace_.value_or(""), metric.metric_name.value_or(""),
          dimensions_of(metric.dimensions, "Dimensions")};
}

std::optional<std::int64_t> find_metric(store::Tx& tx, const region::Place& place, const MetricKey& key) {
  const auto row = tx.find(
      "SELECT id FROM monitoring_metrics WHERE account = ? AND region = ? AND namespace = ? AND name = ? AND "
      "dimensions = ?",
      place.account, place.region, key.metric_namespace, key.name, key.dimensions_text());
  if (!row) return std::nullopt;
  return row->integer(0);
}

MadeMetric make_metric(store::Tx& tx, const region::Place& place, const MetricKey& key, Timestamp now,
                       const region::BillClock& bill) {
  const std::string dimensions = key.dimensions_text();
  const auto row = tx.find(
      "SELECT id, last_put FROM monitoring_metrics WHERE account = ? AND region = ? AND namespace = ? AND name = ? AND "
      "dimensions = ?",
      place.account, place.region, key.metric_namespace, key.name, dimensions);
  if (row) {
    const Timestamp last = row->timestamp(1);
    const bool another_hour = bill.at(last).ms / kHourMs != bill.at(now).ms / kHourMs;
    if (another_hour || now - last >= kToldAgain)
      tx.exec("UPDATE monitoring_metrics SET last_put = ? WHERE id = ?", now, row->integer(0));
    return {row->integer(0), another_hour};
  }
  tx.exec(
      "INSERT INTO monitoring_metrics(account, region, namespace, name, dimensions, last_put) VALUES (?, ?, ?, ?, ?, "
      "?)",
      place.account, place.region, key.metric_namespace, key.name, dimensions, now);
  return {find_metric(tx, place, key).value(), true};
}

void add_point(store::Tx& tx, std::int64_t metric, const Point& point) {
  const auto there =
      tx.find("SELECT summary FROM monitoring_points WHERE metric = ? AND at = ? AND resolution = ? AND unit = ?",
              metric, point.at, point.resolution, point.unit);
  if (!there) {
    tx.exec("INSERT INTO monitoring_points(metric, at, resolution, unit, summary) VALUES (?, ?, ?, ?, ?)", metric,
            point.at, point.resolution, point.unit, point.summary.text());
    return;
  }
  Summary both = Summary::parse(there->text(0));
  both.merge(point.summary);
  tx.exec("UPDATE monitoring_points SET summary = ? WHERE metric = ? AND at = ? AND resolution = ? AND unit = ?",
          both.text(), metric, point.at, point.resolution, point.unit);
}

std::vector<Point> points_of(store::Tx& tx, std::int64_t metric, const Stretch& stretch, int coarsest,
                             const std::optional<std::string>& unit) {
  std::vector<Point> out;
  for (const store::Row& row :
       tx.query("SELECT at, resolution, unit, summary FROM monitoring_points WHERE metric = ? AND at >= ? AND at < ? "
                "ORDER BY at",
                metric, stretch.start, stretch.end)) {
    if (row.integer(1) > coarsest || (unit && row.text(2) != *unit)) continue;
    out.push_back({row.integer(0), static_cast<int>(row.integer(1)), row.text(2), Summary::parse(row.text(3))});
  }
  return out;
}

std::vector<MetricRow> list_metrics(store::Tx& tx, const region::Place& place, const MetricRange& range) {
  // Each seeks in an index of its own order.
  static constexpr std::string_view kBoth =
      "SELECT id, namespace, name, dimensions, last_put FROM monitoring_metrics WHERE account = ? AND region = ? AND "
      "namespace = ? AND name = ? AND dimensions > ? AND last_put >= ? ORDER BY dimensions LIMIT ?";
  static constexpr std::string_view kNamespace =
      "SELECT id, namespace, name, dimensions, last_put FROM monitoring_metrics WHERE account = ? AND region = ? AND "
      "namespace = ? AND (name, dimensions) > (?, ?) AND last_put >= ? ORDER BY name, dimensions LIMIT ?";
  static constexpr std::string_view kName =
      "SELECT id, namespace, name, dimensions, last_put FROM monitoring_metrics WHERE account = ? AND region = ? AND "
      "name = ? AND (namespace, dimensions) > (?, ?) AND last_put >= ? ORDER BY namespace, dimensions LIMIT ?";
  static constexpr std::string_view kAll =
      "SELECT id, namespace, name, dimensions, last_put FROM monitoring_metrics WHERE account = ? AND region = ? AND "
      "(namespace, name, dimensions) > (?, ?, ?) AND last_put >= ? ORDER BY namespace, name, dimensions LIMIT ?";
  const std::string space = range.after ? range.after->metric_namespace : "",
                    name = range.after ? range.after->name : "";
  const std::string dimensions = range.after ? range.after->dimensions_text() : "";
  const auto rows = [&]() -> std::vector<store::Row> {
    if (range.metric_namespace && range.name)
      return tx.query(kBoth, place.account, place.region, *range.metric_namespace, *range.name, dimensions, range.since,
                      range.most);
    if (range.metric_namespace)
      return tx.query(kNamespace, place.account, place.region, *range.metric_namespace, name, dimensions, range.since,
                      range.most);
    if (range.name)
      return tx.query(kName, place.account, place.region, *range.name, space, dimensions, range.since, range.most);
    return tx.query(kAll, place.account, place.region, space, name, dimensions, range.since, range.most);
  }();
  std::vector<MetricRow> out;
  for (const store::Row& row : rows) out.push_back(read_metric(row));
  return out;
}

std::vector<std::pair<std::int64_t, Point>> points_before(store::Tx& tx, int resolution, std::int64_t before,
                                                          std::size_t most) {
  std::vector<std::pair<std::int64_t, Point>> out;
  for (const store::Row& row : tx.query("SELECT metric, at, unit, summary FROM monitoring_points WHERE resolution = ? "
                                        "AND at < ? ORDER BY at LIMIT ?",
                                        resolution, before, most))
    out.emplace_back(row.integer(0), Point{row.integer(1), resolution, row.text(2), Summary::parse(row.text(3))});
  return out;
}

void remove_point(store::Tx& tx, std::int64_t metric, const Point& point) {
  tx.exec("DELETE FROM monitoring_points WHERE metric = ? AND at = ? AND resolution = ? AND unit = ?", metric, point.at,
          point.resolution, point.unit);
}

void remove_metrics_without_points(store::Tx& tx, Timestamp before) {
  tx.exec(
      "DELETE FROM monitoring_metrics WHERE last_put < ? AND NOT EXISTS (SELECT 1 FROM monitoring_points WHERE metric "
      "= "
      "monitoring_metrics.id)",
      before);
}

}  // namespace hanbat::monitoring
