#include "services/cloudtrail/store.h"

#include <algorithm>
#include <iterator>

namespace hanbat::cloudtrail {
namespace {

/// The condition that a lookup attribute stands for; it binds one value.
std::string_view condition_of(std::optional<LookupKey> key) {
  constexpr std::string_view kAll = "'' = ?";
  if (!key) return kAll;
  switch (*key) {
    case LookupKey::kEventId:
      return "event_id = ?";
    case LookupKey::kEventName:
      return "event_name = ?";
    case LookupKey::kReadOnly:
      return "read_only = CAST(? AS INTEGER)";
    case LookupKey::kUsername:
      return "user_name = ?";
    case LookupKey::kResourceType:
      return "EXISTS (SELECT 1 FROM trail_resources WHERE event = id AND type = ?)";
    case LookupKey::kResourceName:
      return "id IN (SELECT event FROM trail_resources WHERE name = ?)";
    case LookupKey::kEventSource:
      return "event_source = ?";
    case LookupKey::kAccessKeyId:
      return "access_key_id = ?";
  }
  return kAll;
}

std::vector<ResourceName> resources_of(store::Tx& tx, std::int64_t event) {
  std::vector<ResourceName> out;
  for (const auto& row : tx.query("SELECT type, name FROM trail_resources WHERE event = ? ORDER BY type, name", event))
    out.push_back({row.text(0), row.text(1)});
  return out;
}

}  // namespace

void Store::insert(store::Tx& tx, const TrailEvent& event) const {
  const auto rows = tx.query(
      "INSERT INTO trail_events(event_id, account, region, at, event_name, event_source, user_name, access_key_id, "
      "read_only, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
      event.event_id, event.account, event.region, event.at, event.name, event.source, event.user_name,
      event.access_key_id, event.read_only, event.record);
  for (const ResourceName& resource : event.resources)
    tx.exec("INSERT INTO trail_resources(event, type, name) VALUES (?, ?, ?)", rows.front().integer(0), resource.type,
            resource.name);
}

std::vector<EventRow> Store::find(store::Tx& tx, const EventQuery& query) const {
  if (!query.before_id) return find_between(tx, query, "at >= ? AND at < ?", query.from.ms, query.to.ms, query.limit);
  // The rest of the moment in which a page ended, then what was before: the index has no one bound for both.
  std::vector<EventRow> out;
  if (query.before_at >= query.from.ms && query.before_at < query.to.ms)
    out = find_between(tx, query, "at = ? AND id < ?", query.before_at, query.before_id, query.limit);
  if (const int more = query.limit - static_cast<int>(out.size()); more > 0)
    std::ranges::move(
        find_between(tx, query, "at >= ? AND at < ?", query.from.ms, std::min(query.to.ms, query.before_at), more),
        std::back_inserter(out));
  return out;
}

std::vector<EventRow> Store::find_between(store::Tx& tx, const EventQuery& query, std::string_view bounds,
                                          std::int64_t from, std::int64_t to, int most) const {
  const std::string sql =
      "SELECT id, at, event_id, event_name, event_source, user_name, access_key_id, read_only, record "
      "FROM trail_events WHERE id IN (SELECT id FROM trail_events WHERE account = ? AND region = ? AND " +
      std::string(bounds) + " AND " + std::string(condition_of(query.key)) +
      " ORDER BY at DESC, id DESC LIMIT ?) ORDER BY at DESC, id DESC";
  std::vector<EventRow> out;
  for (const auto& row : tx.query(sql, query.account, query.region, from, to, query.value, most))
    out.push_back({.id = row.integer(0),
                   .at = row.timestamp(1),
                   .event_id = row.text(2),
                   .name = row.text(3),
                   .source = row.text(4),
                   .user_name = row.text(5),
                   .access_key_id = row.text(6),
                   .read_only = row.flag(7),
                   .record = row.text(8),
                   .resources = resources_of(tx, row.integer(0))});
  return out;
}

void Store::remove_before(store::Tx& tx, Timestamp at) const {
  tx.exec("DELETE FROM trail_resources WHERE event IN (SELECT id FROM trail_events WHERE at < ?)", at);
  tx.exec("DELETE FROM trail_events WHERE at < ?", at);
}

}  // namespace hanbat::cloudtrail
