#include "services/monitoring/metrics/window.h"

namespace hanbat::monitoring {

Window window_of(Timestamp start, Timestamp end, int period, Timestamp now) {
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t from = start.ms / 1000, age = now.ms / 1000 - from;
  const int round = period < 60 ? period : age < 15 * kDay ? 60 : age < 63 * kDay ? 300 : 3600;
  return {.start = from - from % round, .end = (end.ms + 999) / 1000, .period = period};
}

std::map<std::int64_t, Summary> summaries_of(store::Tx& tx, const region::Place& place, const MetricKey& key,
                                             const Window& window, const std::optional<std::string>& unit) {
  std::map<std::int64_t, Summary> out;
  const auto metric = find_metric(tx, place, key);
  if (!metric) return out;
  for (const Point& point : points_of(tx, *metric, {window.start, window.end}, window.period, unit))
    out[window.begin_of(point.at)].merge(point.summary);
  return out;
}

}  // namespace hanbat::monitoring
