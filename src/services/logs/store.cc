#include "services/logs/store.h"

#include <algorithm>
#include <limits>

namespace hanbat::logs {
namespace {

GroupRow group_of(const store::Row& row) {
  return {row.integer(0), row.text(1), row.text(2), row.text(3), row.timestamp(4), row.json(5)};
}

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

const std::string kGroupColumns = "id, account, region, name, created, body";
const std::string kStreamColumns = "id, group_id, name, created, first_event, last_event, last_ingestion";
const std::string kEventColumns = "id, stream_id, timestamp, ingestion, message";

/// The query's scope and times as SQL; three values are bound: the id, the start and the end.
std::string scope_of(const EventQuery& query) {
  return std::string(query.stream_id ? "stream_id = ?" : "group_id = ?") + " AND timestamp >= ? AND timestamp < ?";
}

}  // namespace

std::optional<GroupRow> Store::find_group(store::Tx& tx, std::string_view account, std::string_view region,
                                          std::string_view name) const {
  const auto row = tx.find("SELECT " + kGroupColumns + " FROM log_groups WHERE account = ? AND region = ? AND name = ?",
                           account, region, name);
  if (!row) return std::nullopt;
  return group_of(*row);
}

std::vector<GroupRow> Store::list_groups(store::Tx& tx, std::string_view account, std::string_view region,
                                         std::string_view after, int limit) const {
  std::vector<GroupRow> out;
  for (const auto& row : tx.query("SELECT " + kGroupColumns +
                                      " FROM log_groups WHERE account = ? AND region = ? AND name > ? ORDER BY name "
                                      "LIMIT ?",
                                  account, region, after, limit))
    out.push_back(group_of(row));
  return out;
}

std::vector<GroupRow> Store::groups_with_retention(store::Tx& tx) const {
  std::vector<GroupRow> out;
  for (const auto& row : tx.query("SELECT " + kGroupColumns + " FROM log_groups"))
    if (GroupRow group = group_of(row); group.body.integer("retention") > 0) out.push_back(std::move(group));
  return out;
}

void Store::insert(store::Tx& tx, const GroupRow& group) const {
  tx.exec("INSERT INTO log_groups(account, region, name, created, body) VALUES (?, ?, ?, ?, ?)", group.account,
          group.region, group.name, group.created, group.body);
}

void Store::update(store::Tx& tx, const GroupRow& group) const {
  tx.exec("UPDATE log_groups SET body = ? WHERE id = ?", group.body, group.id);
}

void Store::remove(store::Tx& tx, const GroupRow& group) const {
  tx.exec("DELETE FROM log_events WHERE group_id = ?", group.id);
  tx.exec("DELETE FROM log_streams WHERE group_id = ?", group.id);
  tx.exec("DELETE FROM log_groups WHERE id = ?", group.id);
}

std::int64_t Store::stored_bytes(store::Tx& tx, const GroupRow& group) const {
  // 26 bytes beside the message is what CloudWatch Logs counts for an event.
  return tx.find("SELECT COALESCE(SUM(LENGTH(message) + 26), 0) FROM log_events WHERE group_id = ?", group.id)
      ->integer(0);
}

std::optional<StreamRow> Store::find_stream(store::Tx& tx, const GroupRow& group, std::string_view name) const {
  const auto row =
      tx.find("SELECT " + kStreamColumns + " FROM log_streams WHERE group_id = ? AND name = ?", group.id, name);
  if (!row) return std::nullopt;
  return stream_of(*row);
}

std::vector<StreamRow> Store::list_streams(store::Tx& tx, const GroupRow& group) const {
  std::vector<StreamRow> out;
  for (const auto& row :
       tx.query("SELECT " + kStreamColumns + " FROM log_streams WHERE group_id = ? ORDER BY name", group.id))
    out.push_back(stream_of(row));
  return out;
}

void Store::insert(store::Tx& tx, const StreamRow& stream) const {
  tx.exec("INSERT INTO log_streams(group_id, name, created) VALUES (?, ?, ?)", stream.group_id, stream.name,
          stream.created);
}

void Store::remove(store::Tx& tx, const StreamRow& stream) const {
  tx.exec("DELETE FROM log_events WHERE stream_id = ?", stream.id);
  tx.exec("DELETE FROM log_streams WHERE id = ?", stream.id);
}

void Store::insert(store::Tx& tx, const StreamRow& stream, const EventRow& event) const {
  tx.exec("INSERT INTO log_events(group_id, stream_id, timestamp, ingestion, message) VALUES (?, ?, ?, ?, ?)",
          stream.group_id, stream.id, event.timestamp, event.ingestion, event.message);
}

void Store::note_arrival(store::Tx& tx, const StreamRow& stream, std::int64_t first, std::int64_t last,
                         std::int64_t now) const {
  tx.exec("UPDATE log_streams SET first_event = ?, last_event = ?, last_ingestion = ? WHERE id = ?",
          std::min(stream.first_event.value_or(first), first), std::max(stream.last_event.value_or(last), last), now,
          stream.id);
}

std::vector<EventRow> Store::events_after(store::Tx& tx, const EventQuery& query, Position position, int limit) const {
  return events_of(tx.query("SELECT " + kEventColumns + " FROM log_events WHERE " + scope_of(query) +
                                " AND (timestamp > ? OR (timestamp = ? AND id > ?)) ORDER BY timestamp, id LIMIT ?",
                            query.stream_id ? query.stream_id : query.group_id, query.start.value_or(0),
                            query.end.value_or(std::numeric_limits<std::int64_t>::max()), position.timestamp,
                            position.timestamp, position.id, limit));
}

std::vector<EventRow> Store::events_before(store::Tx& tx, const EventQuery& query, Position position, int limit) const {
  auto out = events_of(
      tx.query("SELECT " + kEventColumns + " FROM log_events WHERE " + scope_of(query) +
                   " AND (timestamp < ? OR (timestamp = ? AND id < ?)) ORDER BY timestamp DESC, id DESC LIMIT ?",
               query.stream_id ? query.stream_id : query.group_id, query.start.value_or(0),
               query.end.value_or(std::numeric_limits<std::int64_t>::max()), position.timestamp, position.timestamp,
               position.id, limit));
  std::reverse(out.begin(), out.end());
  return out;
}

void Store::remove_events_before(store::Tx& tx, std::int64_t group_id, std::int64_t time) const {
  tx.exec("DELETE FROM log_events WHERE group_id = ? AND timestamp < ?", group_id, time);
}

std::vector<ResourcePolicyRow> Store::list_resource_policies(store::Tx& tx, std::string_view account,
                                                             std::string_view region) const {
  std::vector<ResourcePolicyRow> out;
  for (const store::Row& row : tx.query(
           "SELECT name, document, updated FROM log_resource_policies WHERE account = ? AND region = ? ORDER BY name",
           account, region))
    out.push_back({std::string(account), std::string(region), row.text(0), row.text(1), row.timestamp(2)});
  return out;
}

void Store::put(store::Tx& tx, const ResourcePolicyRow& policy) const {
  tx.exec(
      "INSERT INTO log_resource_policies (account, region, name, document, updated) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT (account, region, name) DO UPDATE SET document = excluded.document, updated = excluded.updated",
      policy.account, policy.region, policy.name, policy.document, policy.updated);
}

bool Store::remove_resource_policy(store::Tx& tx, std::string_view account, std::string_view region,
                                   std::string_view name) const {
  return tx.exec("DELETE FROM log_resource_policies WHERE account = ? AND region = ? AND name = ?", account, region,
                 name) > 0;
}

}  // namespace hanbat::logs
