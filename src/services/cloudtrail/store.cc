#include "services/cloudtrail/store.h"

#include <algorithm>

namespace hanbat::cloudtrail {
namespace {

constexpr std::string_view kColumns =
    "id, event_id, account, region, at, event_name, event_source, user_name, access_key_id, read_only, record";

TrailEvent event_of(const store::Row& row) {
  return {.id = row.integer(0),
          .event_id = row.text(1),
          .account = row.text(2),
          .region = row.text(3),
          .at = row.timestamp(4),
          .name = row.text(5),
          .source = row.text(6),
          .user_name = row.text(7),
          .access_key_id = row.text(8),
          .read_only = row.flag(9),
          .resources = {},
          .record = row.text(10)};
}

std::string resources_text(const std::set<ResourceName>& resources) {
  Json out = Json::array();
  for (const ResourceName& resource : resources) {
    out.push_back(resource.type);
    out.push_back(resource.name);
  }
  return out.dump();
}

std::vector<TrailEvent> pending_events(const std::vector<store::Row>& rows) {
  std::vector<TrailEvent> out;
  for (const store::Row& row : rows) {
    TrailEvent event = event_of(row);
    const Json resources = row.json(11);
    for (std::size_t i = 0; i + 1 < resources.size(); i += 2)
      event.resources.insert({resources.items()[i].as_string(), resources.items()[i + 1].as_string()});
    out.push_back(std::move(event));
  }
  return out;
}

}  // namespace

void Store::insert(store::Tx& tx, const TrailEvent& event) const {
  tx.exec(
      "INSERT INTO trail_pending(id, event_id, account, region, at, event_name, event_source, user_name, "
      "access_key_id, read_only, resources, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      event.id, event.event_id, event.account, event.region, event.at, event.name, event.source, event.user_name,
      event.access_key_id, event.read_only, resources_text(event.resources), event.record);
}

std::vector<TrailEvent> Store::oldest_pending(store::Tx& tx, int most) const {
  return pending_events(tx.query(
      "SELECT " + std::string(kColumns) + ", resources FROM trail_pending WHERE id > 0 ORDER BY id LIMIT ?", most));
}

std::vector<TrailEvent> Store::pending_of(store::Tx& tx, const EventQuery& query) const {
  return pending_events(tx.query("SELECT " + std::string(kColumns) +
                                     ", resources FROM trail_pending WHERE id > 0 AND account = ? AND region = ? AND "
                                     "at >= ? AND at < ? ORDER BY id",
                                 query.account, query.region, query.from, query.to));
}

void Store::remove_pending(store::Tx& tx, std::int64_t last_id) const {
  tx.exec("DELETE FROM trail_pending WHERE id <= ?", last_id);
}

Position Store::position(store::Tx& tx) const {
  const auto row = tx.find("SELECT segment, bytes FROM trail_position WHERE one = 1");
  return {row->integer(0), row->integer(1)};
}

void Store::set_position(store::Tx& tx, Position position, std::int64_t next_id) const {
  tx.exec("UPDATE trail_position SET segment = ?, bytes = ?, next_id = ? WHERE one = 1", position.segment,
          position.bytes, next_id);
}

std::int64_t Store::next_id(store::Tx& tx) const {
  const std::int64_t kept = tx.find("SELECT next_id FROM trail_position WHERE one = 1")->integer(0);
  const auto last = tx.find("SELECT id FROM trail_pending WHERE id > 0 ORDER BY id DESC LIMIT 1");
  return last ? std::max(kept, last->integer(0) + 1) : kept;
}

std::vector<TrailEvent> Store::events_of_old_tables(store::Tx& tx, std::int64_t after_id, int most) const {
  std::vector<TrailEvent> out;
  for (const store::Row& row : tx.query(
           "SELECT " + std::string(kColumns) + " FROM trail_events WHERE id > ? ORDER BY id LIMIT ?", after_id, most))
    out.push_back(event_of(row));
  if (out.empty()) return out;
  auto at = out.begin();
  for (const store::Row& row :
       tx.query("SELECT event, type, name FROM trail_resources WHERE event >= ? AND event <= ? ORDER BY event",
                out.front().id, out.back().id)) {
    at = std::find_if(at, out.end(), [&](const TrailEvent& event) { return event.id >= row.integer(0); });
    if (at != out.end() && at->id == row.integer(0)) at->resources.insert({row.text(1), row.text(2)});
  }
  return out;
}

void Store::empty_old_tables(store::Tx& tx) const {
  tx.exec("DELETE FROM trail_resources");
  tx.exec("DELETE FROM trail_events");
}

}  // namespace hanbat::cloudtrail
