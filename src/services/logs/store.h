// The rows of CloudWatch Logs. Groups lie with everybody's resources. Streams and events come in bulk and have tables
// of their own, and so have resource policies, whose text is kept as it was written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/logs/model.h"
#include "region/page.h"
#include "region/resources.h"

namespace hanbat::logs {

/// What a group's row holds beside its keys.
struct GroupFacts {
  std::optional<int> retention;  // days; without, events are kept for ever

  Json to_json() const;
  static GroupFacts from_json(const Json& json);
};

std::string group_arn(const region::Place& place, std::string_view group);

}  // namespace hanbat::logs

/// A metric filter by its group's id (scope) and its name.
template <>
struct hanbat::region::KindOf<hanbat::logs::MetricFilter> {
  static constexpr std::string_view kRows = "logs/metric-filter";
};

/// Its id is the number that its streams and events bear.
template <>
struct hanbat::region::KindOf<hanbat::logs::GroupFacts> {
  static constexpr std::string_view kRows = "logs/group";
  static std::string arn(const Resource<hanbat::logs::GroupFacts>& row) {
    return hanbat::logs::group_arn(row.place, *row.name);
  }
};

namespace hanbat::logs {

using GroupRow = region::Resource<GroupFacts>;

struct StreamRow {
  std::int64_t id = 0;
  std::int64_t group_id = 0;
  std::string name;
  Timestamp created;
  std::optional<std::int64_t> first_event;
  std::optional<std::int64_t> last_event;
  std::optional<std::int64_t> last_ingestion;
};

/// When it had its last event; when it was made, as long as it has none.
std::int64_t last_moment(const StreamRow& stream);

/// A stretch of a group's streams.
struct StreamRange {
  region::Order order = region::Order::kAscending;
  std::string_view prefix = {};         // of the names
  std::optional<StreamRow> after = {};  // the one before the first: of its name and times
  std::size_t most = 0;
};

inline constexpr std::int64_t kEventOverhead = 26;

/// The number with zeros before it, so many digits in all.
std::string digits(std::int64_t number, int width);
/// The sequence token after what came in at that time, which AWS still tells and takes in whatever form.
std::string token_after(std::int64_t ingestion);

struct EventRow {
  std::int64_t id = 0;
  std::int64_t stream_id = 0;
  std::int64_t timestamp = 0;  // ms since the epoch
  std::int64_t ingestion = 0;
  std::string message;
};

struct ResourcePolicyRow {
  region::Place place;
  std::string name;
  std::string document;
  Timestamp updated;
};

/// A place in a stream or group: right behind the event of that time and id.
struct Position {
  std::int64_t timestamp = 0;
  std::int64_t id = 0;
  auto operator<=>(const Position&) const = default;
};

/// Which events: of a stream, or of some or all streams of a group; from start (inclusive) to end (exclusive), in ms.
struct EventQuery {
  std::int64_t group_id = 0;
  std::int64_t stream_id = 0;  // 0 = the whole group
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> end;
};

std::optional<GroupRow> find_group(store::Tx& tx, const region::Place& place, std::string_view name);
/// Gives it its number.
void insert_group(store::Tx& tx, GroupRow group);
/// With its streams, events, metric filters and tags.
void remove_group(store::Tx& tx, const GroupRow& group);
std::int64_t number_of(const GroupRow& group);
/// The bytes of its events' messages and kEventOverhead for each, as CloudWatch Logs counts.
std::int64_t stored_bytes(store::Tx& tx, const GroupRow& group);
/// The tags that older groups have in their bodies become tags by ARN. Does nothing once that is done.
void migrate_tags(store::Tx& tx);

std::optional<StreamRow> find_stream(store::Tx& tx, const GroupRow& group, std::string_view name);
std::optional<StreamRow> find_stream(store::Tx& tx, std::int64_t id);
std::vector<StreamRow> streams_by_name(store::Tx& tx, const GroupRow& group, const StreamRange& range);
/// By last_moment and then by name; `prefix` has no say.
std::vector<StreamRow> streams_by_time(store::Tx& tx, const GroupRow& group, const StreamRange& range);
void insert_stream(store::Tx& tx, const StreamRow& stream);
void remove_stream(store::Tx& tx, const StreamRow& stream);

void insert_event(store::Tx& tx, const StreamRow& stream, const EventRow& event);
/// What came into a stream at once.
struct Arrival {
  std::int64_t first = 0, last = 0;  // times of its first and last event
  std::int64_t at = 0;
  std::int64_t bytes = 0;  // as stored_bytes counts them
};
void record_arrival(store::Tx& tx, const StreamRow& stream, const Arrival& arrival);
std::vector<EventRow> events_after(store::Tx& tx, const EventQuery& query, Position position, int limit);
/// In rising order, the last ones before the position.
std::vector<EventRow> events_before(store::Tx& tx, const EventQuery& query, Position position, int limit);
void remove_events_before(store::Tx& tx, const GroupRow& group, std::int64_t time);

/// By name.
std::vector<ResourcePolicyRow> resource_policies_of(store::Tx& tx, const region::Place& place);
void save_resource_policy(store::Tx& tx, const ResourcePolicyRow& policy);
/// False when there was none.
bool remove_resource_policy(store::Tx& tx, const region::Place& place, std::string_view name);

}  // namespace hanbat::logs
