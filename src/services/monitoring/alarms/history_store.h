// What happened to alarms: kept for 30 days, also of those that are gone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "gen/monitoring/model.h"
#include "region/page.h"
#include "region/resources.h"

namespace hanbat::monitoring {

struct HistoryRow {
  std::int64_t id = 0;
  AlarmHistoryItem item;
};

/// A stretch of the history: of one alarm or of all, from `start` to `end` (both inclusive).
struct HistoryRange {
  std::optional<std::string> alarm;
  Timestamp start{0};
  Timestamp end{0};
  region::Order order = region::Order::kDescending;
  std::optional<std::pair<Timestamp, std::int64_t>> after;  // time and id of the row before the first
  std::size_t most = 0;
};

void insert_history(store::Tx& tx, const region::Place& place, const AlarmHistoryItem& item);
std::vector<HistoryRow> list_history(store::Tx& tx, const region::Place& place, const HistoryRange& range);
void remove_history_before(store::Tx& tx, Timestamp time);

}  // namespace hanbat::monitoring
