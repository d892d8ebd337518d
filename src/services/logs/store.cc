#include "services/logs/store.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/arn.h"
#include "base/text.h"
#include "region/prefix.h"

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
// Names are UTF-8, which never has this byte.
constexpr const char* kBeyondAllNames = "\xFF";
const std::string kEventColumns = "id, stream_id, timestamp, ingestion, message";

/// Reads on in one query where another ended, until there are as many as wanted.
void read_on(store::Tx& tx, std::vector<EventRow>& events, std::size_t most, const std::string& where,
             std::int64_t scope, std::int64_t a, std::int64_t b) {
  if (events.size() >= most) return;
  auto more = events_of(tx.query("SELECT " + kEventColumns + " FROM log_events WHERE " + where + " LIMIT ?", scope, a,
                                 b, static_cast<std::int64_t>(most - events.size())));
  std::ranges::move(more, std::back_inserter(events));
}

std::string_view scope_of(const EventQuery& query) { return query.stream_id ? "stream_id = ?" : "group_id = ?"; }
std::int64_t id_of(const EventQuery& query) { return query.stream_id ? query.stream_id : query.group_id; }

/// Takes what goes away with a deletion from what the group stores; `where` binds one value and up to one more.
template <class... Args>
void subtract(store::Tx& tx, std::int64_t group, const std::string& where, const Args&... args) {
  tx.exec("UPDATE log_groups SET stored_bytes = stored_bytes - (SELECT COALESCE(SUM(LENGTH(CAST(message AS BLOB)) + " +
              std::to_string(kEventOverhead) + "), 0) FROM log_events WHERE " + where + ") WHERE id = ?",
          args..., group);
}

std::vector<StreamRow> streams_of(const std::vector<store::Row>& rows) {
  std::vector<StreamRow> out;
  for (const auto& row : rows) out.push_back(stream_of(row));
  return out;
}

std::string select_streams(const std::string& where) {
  return "SELECT " + kStreamColumns + " FROM log_streams WHERE group_id = ? AND " + where + " LIMIT ?";
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
  return tx.find("SELECT stored_bytes FROM log_groups WHERE id = ?", number_of(group)).value().integer(0);
}

std::optional<StreamRow> find_stream(store::Tx& tx, const GroupRow& group, std::string_view name) {
  const auto row =
      tx.find("SELECT " + kStreamColumns + " FROM log_streams WHERE group_id = ? AND name = ?", number_of(group), name);
  if (!row) return std::nullopt;
  return stream_of(*row);
}

std::optional<StreamRow> find_stream(store::Tx& tx, std::int64_t id) {
  const auto row = tx.find("SELECT " + kStreamColumns + " FROM log_streams WHERE id = ?", id);
  if (!row) return std::nullopt;
  return stream_of(*row);
}

std::int64_t last_moment(const StreamRow& stream) { return stream.last_event.value_or(stream.created.ms); }

std::vector<StreamRow> streams_by_name(store::Tx& tx, const GroupRow& group, const StreamRange& range) {
  const std::int64_t id = number_of(group), most = static_cast<std::int64_t>(range.most);
  std::string end = region::end_of_prefix(range.prefix);
  if (end.empty()) end = kBeyondAllNames;
  if (range.order == region::Order::kDescending) {
    if (range.after) end = std::min(end, range.after->name);
    return streams_of(
        tx.query(select_streams("name >= ? AND name < ? ORDER BY name DESC"), id, range.prefix, end, most));
  }
  if (range.after && range.after->name >= range.prefix)
    return streams_of(
        tx.query(select_streams("name > ? AND name < ? ORDER BY name"), id, range.after->name, end, most));
  return streams_of(tx.query(select_streams("name >= ? AND name < ? ORDER BY name"), id, range.prefix, end, most));
}

std::vector<StreamRow> streams_by_time(store::Tx& tx, const GroupRow& group, const StreamRange& range) {
  const bool falling = range.order == region::Order::kDescending;
  const std::string moment = "COALESCE(last_event, created)";
  const std::string beyond = falling ? " < ?" : " > ?";
  const std::string order = falling ? " ORDER BY " + moment + " DESC, name DESC" : " ORDER BY " + moment + ", name";
  std::int64_t from = falling ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
  std::vector<StreamRow> out;
  // The rest of that moment, then the others: no index has one bound for both.
  if (range.after) {
    from = last_moment(*range.after);
    out = streams_of(tx.query(select_streams(moment + " = ? AND name" + beyond + order), number_of(group), from,
                              range.after->name, static_cast<std::int64_t>(range.most)));
  }
  if (out.size() < range.most)
    std::ranges::move(streams_of(tx.query(select_streams(moment + beyond + order), number_of(group), from,
                                          static_cast<std::int64_t>(range.most - out.size()))),
                      std::back_inserter(out));
  return out;
}

void insert_stream(store::Tx& tx, const StreamRow& stream) {
  tx.exec("INSERT INTO log_streams(group_id, name, created) VALUES (?, ?, ?)", stream.group_id, stream.name,
          stream.created);
}

void remove_stream(store::Tx& tx, const StreamRow& stream) {
  subtract(tx, stream.group_id, "stream_id = ?", stream.id);
  tx.exec("DELETE FROM log_events WHERE stream_id = ?", stream.id);
  tx.exec("DELETE FROM log_streams WHERE id = ?", stream.id);
}

void insert_event(store::Tx& tx, const StreamRow& stream, const EventRow& event) {
  tx.exec("INSERT INTO log_events(group_id, stream_id, timestamp, ingestion, message) VALUES (?, ?, ?, ?, ?)",
          stream.group_id, stream.id, event.timestamp, event.ingestion, event.message);
}

void record_arrival(store::Tx& tx, const StreamRow& stream, const Arrival& arrival) {
  tx.exec("UPDATE log_streams SET first_event = ?, last_event = ?, last_ingestion = ? WHERE id = ?",
          std::min(stream.first_event.value_or(arrival.first), arrival.first),
          std::max(stream.last_event.value_or(arrival.last), arrival.last), arrival.at, stream.id);
  tx.exec("UPDATE log_groups SET stored_bytes = stored_bytes + ? WHERE id = ?", arrival.bytes, stream.group_id);
}

std::vector<EventRow> events_after(store::Tx& tx, const EventQuery& query, Position position, int limit) {
  const std::int64_t end = query.end.value_or(std::numeric_limits<std::int64_t>::max());
  const Position from = std::max(position, Position{query.start.value_or(0), 0});
  const std::string scope(scope_of(query));
  const auto most = static_cast<std::size_t>(limit);
  std::vector<EventRow> out;
  // The rest of that moment, then the others: the index ends in the row's id, which no bound of a pair reaches.
  if (from.timestamp < end)
    read_on(tx, out, most, scope + " AND timestamp = ? AND id > ? ORDER BY id", id_of(query), from.timestamp, from.id);
  read_on(tx, out, most, scope + " AND timestamp > ? AND timestamp < ? ORDER BY timestamp, id", id_of(query),
          from.timestamp, end);
  return out;
}

std::vector<EventRow> events_before(store::Tx& tx, const EventQuery& query, Position position, int limit) {
  const std::int64_t start = query.start.value_or(0);
  const Position to = std::min(position, Position{query.end.value_or(std::numeric_limits<std::int64_t>::max()), 0});
  const std::string scope(scope_of(query));
  const auto most = static_cast<std::size_t>(limit);
  std::vector<EventRow> out;
  if (to.timestamp >= start)
    read_on(tx, out, most, scope + " AND timestamp = ? AND id < ? ORDER BY id DESC", id_of(query), to.timestamp, to.id);
  read_on(tx, out, most, scope + " AND timestamp < ? AND timestamp >= ? ORDER BY timestamp DESC, id DESC", id_of(query),
          to.timestamp, start);
  std::reverse(out.begin(), out.end());
  return out;
}

void remove_events_before(store::Tx& tx, const GroupRow& group, std::int64_t time) {
  subtract(tx, number_of(group), "group_id = ? AND timestamp < ?", number_of(group), time);
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

std::string digits(std::int64_t number, int width) {
  std::string out = std::to_string(number);
  return std::string(
             static_cast<std::size_t>(width) - std::min<std::size_t>(out.size(), static_cast<std::size_t>(width)),
             '0') +
         out;
}

std::string token_after(std::int64_t ingestion) {
  constexpr int kWidth = 56;
  return digits(ingestion, kWidth);
}

}  // namespace hanbat::logs
