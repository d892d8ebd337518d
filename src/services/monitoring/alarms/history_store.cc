#include "services/monitoring/alarms/history_store.h"

#include <limits>
#include <utility>

namespace hanbat::monitoring {

void insert_history(store::Tx& tx, const region::Place& place, const AlarmHistoryItem& item) {
  tx.exec("INSERT INTO monitoring_history(account, region, alarm, at, body) VALUES (?, ?, ?, ?, ?)", place.account,
          place.region, item.alarm_name.value(), item.timestamp.value(), wire::to_json(item));
}

std::vector<HistoryRow> list_history(store::Tx& tx, const region::Place& place, const HistoryRange& range) {
  const bool rising = range.order == region::Order::kAscending;
  // One bound for each end: of two at the same end SQLite would seek by the wider.
  const std::string one = range.alarm ? " AND alarm = ?" : "";
  const std::string sql = "SELECT id, body FROM monitoring_history WHERE account = ? AND region = ?" + one +
                          (rising ? " AND at <= ? AND (at, id) > (?, ?) ORDER BY at ASC, id ASC LIMIT ?"
                                  : " AND at >= ? AND (at, id) < (?, ?) ORDER BY at DESC, id DESC LIMIT ?");
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  const Timestamp far = rising ? range.end : range.start;
  const std::pair<Timestamp, std::int64_t> near =
      rising ? std::pair(range.start, std::int64_t{-1}) : std::pair(range.end, kLast);
  const auto& [at, id] = range.after ? *range.after : near;
  const auto rows = range.alarm ? tx.query(sql, place.account, place.region, *range.alarm, far, at, id, range.most)
                                : tx.query(sql, place.account, place.region, far, at, id, range.most);
  std::vector<HistoryRow> out;
  for (const store::Row& row : rows) out.push_back({row.integer(0), wire::from_json<AlarmHistoryItem>(row.json(1))});
  return out;
}

void remove_history_before(store::Tx& tx, Timestamp time) {
  tx.exec("DELETE FROM monitoring_history WHERE at < ?", time);
}

}  // namespace hanbat::monitoring
