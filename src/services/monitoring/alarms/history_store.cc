#include "services/monitoring/alarms/history_store.h"

#include <limits>

namespace hanbat::monitoring {

void insert_history(store::Tx& tx, const region::Place& place, const AlarmHistoryItem& item) {
  tx.exec("INSERT INTO monitoring_history(account, region, alarm, at, body) VALUES (?, ?, ?, ?, ?)", place.account,
          place.region, item.alarm_name.value(), item.timestamp.value(), wire::to_json(item));
}

std::vector<HistoryRow> list_history(store::Tx& tx, const region::Place& place, const HistoryRange& range) {
  const bool rising = range.order == region::Order::kAscending;
  const std::string one = range.alarm ? " AND alarm = ?" : "";
  const std::string sql = "SELECT id, body FROM monitoring_history WHERE account = ? AND region = ?" + one +
                          " AND at >= ? AND at <= ? AND (at, id) " + (rising ? ">" : "<") + " (?, ?) ORDER BY at " +
                          (rising ? "ASC, id ASC" : "DESC, id DESC") + " LIMIT ?";
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  const Timestamp at = range.after ? range.after->first : Timestamp{rising ? -1 : kLast};
  const std::int64_t id = range.after ? range.after->second : rising ? -1 : kLast;
  const auto rows =
      range.alarm ? tx.query(sql, place.account, place.region, *range.alarm, range.start, range.end, at, id, range.most)
                  : tx.query(sql, place.account, place.region, range.start, range.end, at, id, range.most);
  std::vector<HistoryRow> out;
  for (const store::Row& row : rows) out.push_back({row.integer(0), wire::from_json<AlarmHistoryItem>(row.json(1))});
  return out;
}

void remove_history_before(store::Tx& tx, Timestamp time) {
  tx.exec("DELETE FROM monitoring_history WHERE at < ?", time);
}

}  // namespace hanbat::monitoring
