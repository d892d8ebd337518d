// ListMetrics: the metrics that had a value in the last two weeks.
#include <algorithm>

#include "base/json.h"
#include "region/pick.h"
#include "services/monitoring/metrics/metric_store.h"
#include "services/monitoring/monitoring.h"

namespace hanbat::monitoring {
namespace {

constexpr region::PageSizes kMetricPages{.usual = 500, .most = 500};
constexpr std::size_t kLookAt = 20'000;
constexpr Milliseconds kListed = std::chrono::hours(14 * 24);
constexpr Milliseconds kRecent = std::chrono::hours(3);

/// A filter without a value takes any.
bool fits(const MetricKey& key, const std::vector<DimensionFilter>& filters) {
  return std::ranges::all_of(filters, [&](const DimensionFilter& filter) {
    return std::ranges::any_of(key.dimensions, [&](const auto& one) {
      return one.first == filter.name && (!filter.value || one.second == *filter.value);
    });
  });
}

std::string page_text(const MetricKey& key) {
  return Json::array({key.metric_namespace, key.name, key.dimensions_text()}).dump();
}

MetricKey read_page_text(const std::string& text) {
  const Json json = Json::parse(text);
  return {json.items().at(0).as_string(), json.items().at(1).as_string(),
          MetricKey::read_dimensions(json.items().at(2).as_string())};
}

}  // namespace

ListMetricsOutput Monitoring::list_metrics(region::Request& rq, const ListMetricsInput& in) {
  rq.authorize("cloudwatch:ListMetrics", "*");
  calls_.add(rq);

  const Timestamp since = rq.now() - (in.recently_active ? kRecent : kListed);
  const region::Pager pager(rq, in, kMetricPages);
  const auto filters = in.dimensions.value_or(std::vector<DimensionFilter>{});
  auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        MetricRange range{.metric_namespace = in.namespace_, .name = in.metric_name, .since = since, .most = most};
        if (after) range.after = read_page_text(*after);
        return monitoring::list_metrics(rq.tx, {rq.account, rq.region}, range);
      },
      [&](const MetricRow& row) { return fits(row.key, filters); },
      [](const MetricRow& row) { return page_text(row.key); }, kLookAt);

  ListMetricsOutput out{.metrics = std::vector<Metric>(), .next_token = page.next_token};
  for (const MetricRow& row : page.items) out.metrics->push_back(row.key.shape());
  return out;
}

}  // namespace hanbat::monitoring
