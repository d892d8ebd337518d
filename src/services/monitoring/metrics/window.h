// Time cut into periods, and the values of a metric in them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "services/monitoring/metrics/metric_store.h"
#include "services/monitoring/metrics/summary.h"
#include "services/monitoring/metrics/values.h"

namespace hanbat::monitoring {

/// Stretches of `period` seconds from `start` on; the last ends at `end` at the latest.
struct Window {
  std::int64_t start = 0;
  std::int64_t end = 0;
  int period = 60;

  std::int64_t begin_of(std::int64_t at) const { return start + (at - start) / period * period; }
  std::int64_t periods() const { return end <= start ? 0 : (end - start + period - 1) / period; }
};

/// The window of a question: its start is rounded down, to the period's share of a minute, to the minute, of what is
/// older than 15 days to five minutes, than 63 to the hour.
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
Window window_of(Timestamp start, Timestamp end, int period, Timestamp now);

/// What there is of the metric in each period, of one unit or of all.
std::map<std::int64_t, Summary> summaries_of(store::Tx& tx, const region::Place& place, const MetricKey& key,
                                             const Window& window, const std::optional<std::string>& unit);

}  // namespace hanbat::monitoring
