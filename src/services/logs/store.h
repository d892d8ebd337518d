// The rows of CloudWatch Logs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "store/database.h"

namespace hanbat::logs {

struct GroupRow {
  std::int64_t id = 0;
  std::string account;
  std::string region;
  std::string name;
  Timestamp created;
  Json body;
};

struct StreamRow {
  std::int64_t id = 0;
  std::int64_t group_id = 0;
  std::string name;
  Timestamp created;
  std::optional<std::int64_t> first_event;
  std::optional<std::int64_t> last_event;
  std::optional<std::int64_t> last_ingestion;
};

struct EventRow {
  std::int64_t id = 0;
  std::int64_t stream_id = 0;
  std::int64_t timestamp = 0;  // ms since the epoch
  std::int64_t ingestion = 0;
  std::string message;
};

struct ResourcePolicyRow {
  std::string account;
  std::string region;
  std::string name;
  std::string document;
  Timestamp updated;
};

/// A place in a stream or group: right behind the event of that time and id.
struct Position {
  std::int64_t timestamp = 0;
  std::int64_t id = 0;
};

/// Which events: of a stream, or of some or all streams of a group; from start (inclusive) to end (exclusive), in ms.
struct EventQuery {
  std::int64_t group_id = 0;
  std::int64_t stream_id = 0;  // 0 = the whole group
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> end;
};

class Store {
 public:
  std::optional<GroupRow> find_group(store::Tx& tx, std::string_view account, std::string_view region,
                                     std::string_view name) const;
  std::vector<GroupRow> list_groups(store::Tx& tx, std::string_view account, std::string_view region,
                                    std::string_view after, int limit) const;
  std::vector<GroupRow> groups_with_retention(store::Tx& tx) const;
  void insert(store::Tx& tx, const GroupRow& group) const;
  void update(store::Tx& tx, const GroupRow& group) const;
  void remove(store::Tx& tx, const GroupRow& group) const;
  std::int64_t stored_bytes(store::Tx& tx, const GroupRow& group) const;

  std::optional<StreamRow> find_stream(store::Tx& tx, const GroupRow& group, std::string_view name) const;
  std::vector<StreamRow> list_streams(store::Tx& tx, const GroupRow& group) const;
  void insert(store::Tx& tx, const StreamRow& stream) const;
  void remove(store::Tx& tx, const StreamRow& stream) const;

  void insert(store::Tx& tx, const StreamRow& stream, const EventRow& event) const;
  /// Tells the stream's times of its first and last event and of the last arrival.
  void note_arrival(store::Tx& tx, const StreamRow& stream, std::int64_t first, std::int64_t last,
                    std::int64_t now) const;
  std::vector<EventRow> events_after(store::Tx& tx, const EventQuery& query, Position position, int limit) const;
  /// In rising order, the last ones before the position.
  std::vector<EventRow> events_before(store::Tx& tx, const EventQuery& query, Position position, int limit) const;
  void remove_events_before(store::Tx& tx, std::int64_t group_id, std::int64_t time) const;

  /// By name.
  std::vector<ResourcePolicyRow> list_resource_policies(store::Tx& tx, std::string_view account,
                                                        std::string_view region) const;
  void put(store::Tx& tx, const ResourcePolicyRow& policy) const;
  /// False when there was none.
  bool remove_resource_policy(store::Tx& tx, std::string_view account, std::string_view region,
                              std::string_view name) const;
};

}  // namespace hanbat::logs
