#include "services/logs/store.h"

#include <algorithm>
#include <limits>

#include "base/arn.h"
#include "base/text.h"

namespace hanbat::logs {
namespace {

StreamRow stream_of(const store::Row& row) {
  return {row.integer(0),      row.integer(1),      row.text(2),        row.timestamp(3),
          row.find_integer(4), row.find_integer(5), row.find_integer(6)};
}

std::vector<EventRow> events_of(const std::vector<store::Row>& rows) {
  std::vector<EventRow> out;
  for (const auto& row : rows)
    out.push_back({row.integer(0), row.integer(1), row.integer(2), row.integer(3), row.text(4)});
  return out;
}

const std::string kStreamColumns = "id, group_id, name, created, first_event, last_event, last_ingestion";
const std::string kEventColumns = "id, stream_id, timestamp, ingestion, message";

/// The query's scope and times as SQL; three values are bound: the id, the start and the end.
std::string scope_of(const EventQuery& query) {
  return std::string(query.stream_id ? "stream_id = ?" : "group_id = ?") + " AND timestamp >= ? AND timestamp < ?";
}

}  // namespace

std::string group_arn(const region::Place& place, std::string_view group) {
  return make_arn("logs", place.region, place.account, "log-group:" + std::string(group));
}

Json GroupFacts::to_json() const {
  Json json = Json::object();
  if (retention) json["retention"] = *retention;
  return json;
}

GroupFacts GroupFacts::from_json(const Json& json) {
  GroupFacts facts;
  if (const auto days = json.integer("retention")) facts.retention = static_cast<int>(days);
  return facts;
}

std::optional<GroupRow> find_group(store::Tx& tx, const region::Place& place, std::string_view name) {
  return region::find_named<GroupFacts>(tx, place, "", name);
}

void insert_group(store::Tx& tx, GroupRow group) {
  const std::int64_t number = tx.find("SELECT COALESCE(MAX(id), 0) + 1 FROM log_groups")->integer(0);
  tx.exec("INSERT INTO log_groups(id) VALUES (?)", number);
  group.id = std::to_string(number);
  region::insert(tx, group);
}

void remove_group(store::Tx& tx, const GroupRow& group) {
  tx.exec("DELETE FROM log_events WHERE group_id = ?", number_of(group));
  tx.exec("DELETE FROM log_streams WHERE group_id = ?", number_of(group));
  tx.exec("DELETE FROM log_groups WHERE id = ?", number_of(group));
  for (const auto& filter : region::list_in<MetricFilter>(tx, group.id)) region::remove(tx, filter);
  region::remove(tx, group);
}

std::int64_t number_of(const GroupRow& group) { return parse_int(group.id).value(); }

void migrate_tags(store::Tx& tx) {
  constexpr std::string_view kRows = region::KindOf<GroupFacts>::kRows;
  for (region::RawResource& row : region::rows::list_all(tx, kRows)) {
    const Json* tags = row.body.find("tags");
    if (!tags) continue;
    for (const auto& [key, value] : tags->members())
      tx.exec("INSERT INTO tags(arn, key, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
              group_arn(row.place, *row.name), key, value.as_string());
    row.body.erase("tags");
    region::rows::update(tx, kRows, row);
  }
}

std::int64_t stored_bytes(store::Tx& tx, const GroupRow& group) {
  // 26 bytes beside the message is what CloudWatch Logs counts for an event.
  return tx.find("SELECT COALESCE(SUM(LENGTH(message) + 26), 0) FROM log_events WHERE group_id = ?", number_of(group))
      ->integer(0);
}

std::optional<StreamRow> find_stream(store::Tx& tx, const GroupRow& group, std::string_view name) {
  const auto row =
      tx.find("SELECT " + kStreamColumns + " FROM log_streams WHERE group_id = ? AND name = ?", number_of(group), name);
  if (!row) return std::nullopt;
  return stream_of(*row);
}

std::vector<StreamRow> streams_of(store::Tx& tx, const GroupRow& group) {
  std::vector<StreamRow> out;
  for (const auto& row :
       tx.query("SELECT " + kStreamColumns + " FROM log_streams WHERE group_id = ? ORDER BY name", number_of(group)))
    out.push_back(stream_of(row));
  return out;
}

void insert_stream(store::Tx& tx, const StreamRow& stream) {
  tx.exec("INSERT INTO log_streams(group_id, name, created) VALUES (?, ?, ?)", stream.group_id, stream.name,
          stream.created);
}

void remove_stream(store::Tx& tx, const StreamRow& stream) {
  tx.exec("DELETE FROM log_events WHERE stream_id = ?", stream.id);
  tx.exec("DELETE FROM log_streams WHERE id = ?", stream.id);
}

void insert_event(store::Tx& tx, const StreamRow& stream, const EventRow& event) {
  tx.exec("INSERT INTO log_events(group_id, stream_id, timestamp, ingestion, message) VALUES (?, ?, ?, ?, ?)",
          stream.group_id, stream.id, event.timestamp, event.ingestion, event.message);
}

void record_arrival(store::Tx& tx, const StreamRow& stream, std::int64_t first, std::int64_t last, std::int64_t now) {
  tx.exec("UPDATE log_streams SET first_event = ?, last_event = ?, last_ingestion = ? WHERE id = ?",
          std::min(stream.first_event.value_or(first), first), std::max(stream.last_event.value_or(last), last), now,
          stream.id);
}

std::vector<EventRow> events_after(store::Tx& tx, const EventQuery& query, Position position, int limit) {
  return events_of(tx.query("SELECT " + kEventColumns + " FROM log_events WHERE " + scope_of(query) +
                                " AND (timestamp > ? OR (timestamp = ? AND id > ?)) ORDER BY timestamp, id LIMIT ?",
                            query.stream_id ? query.stream_id : query.group_id, query.start.value_or(0),
                            query.end.value_or(std::numeric_limits<std::int64_t>::max()), position.timestamp,
                            position.timestamp, position.id, limit));
}

std::vector<EventRow> events_before(store::Tx& tx, const EventQuery& query, Position position, int limit) {
  auto out = events_of(
      tx.query("SELECT " + kEventColumns + " FROM log_events WHERE " + scope_of(query) +
                   " AND (timestamp < ? OR (timestamp = ? AND id < ?)) ORDER BY timestamp DESC, id DESC LIMIT ?",
               query.stream_id ? query.stream_id : query.group_id, query.start.value_or(0),
               query.end.value_or(std::numeric_limits<std::int64_t>::max()), position.timestamp, position.timestamp,
               position.id, limit));
  std::reverse(out.begin(), out.end());
  return out;
}

void remove_events_before(store::Tx& tx, const GroupRow& group, std::int64_t time) {
  tx.exec("DELETE FROM log_events WHERE group_id = ? AND timestamp < ?", number_of(group), time);
}

std::vector<ResourcePolicyRow> resource_policies_of(store::Tx& tx, const region::Place& place) {
  std::vector<ResourcePolicyRow> out;
  for (const store::Row& row : tx.query(
           "SELECT name, document, updated FROM log_resource_policies WHERE account = ? AND region = ? ORDER BY name",
           place.account, place.region))
    out.push_back({place, row.text(0), row.text(1), row.timestamp(2)});
  return out;
}

void save_resource_policy(store::Tx& tx, const ResourcePolicyRow& policy) {
  tx.exec(
      "INSERT INTO log_resource_policies (account, region, name, document, updated) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (account, region, name) DO UPDATE SET document = excluded.document, updated = excluded.updated",
      policy.place.account, policy.place.region, policy.name, policy.document, policy.updated);
}

bool remove_resource_policy(store::Tx& tx, const region::Place& place, std::string_view name) {
  return tx.exec("DELETE FROM log_resource_policies WHERE account = ? AND region = ? AND name = ?", place.account,
                 place.region, name) > 0;
}

}  // namespace hanbat::logs
