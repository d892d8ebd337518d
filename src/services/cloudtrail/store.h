// The rows of the trail.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"
#include "services/cloudtrail/event.h"
#include "store/database.h"

namespace hanbat::cloudtrail {

/// By what LookupEvents finds events.
enum class LookupKey {
  kEventId,
  kEventName,
  kReadOnly,
  kUsername,
  kResourceType,
  kResourceName,
  kEventSource,
  kAccessKeyId
};

}  // namespace hanbat::cloudtrail

namespace hanbat {

template <>
inline constexpr auto kWords<cloudtrail::LookupKey> =
    std::to_array<Word<cloudtrail::LookupKey>>({{cloudtrail::LookupKey::kEventId, "EventId"},
                                                {cloudtrail::LookupKey::kEventName, "EventName"},
                                                {cloudtrail::LookupKey::kReadOnly, "ReadOnly"},
                                                {cloudtrail::LookupKey::kUsername, "Username"},
                                                {cloudtrail::LookupKey::kResourceType, "ResourceType"},
                                                {cloudtrail::LookupKey::kResourceName, "ResourceName"},
                                                {cloudtrail::LookupKey::kEventSource, "EventSource"},
                                                {cloudtrail::LookupKey::kAccessKeyId, "AccessKeyId"}});

}  // namespace hanbat

namespace hanbat::cloudtrail {

/// How long events are kept, as AWS's event history keeps them.
inline constexpr std::chrono::hours kKept(24 * 90);

/// What an event must be like; the newest come first.
struct EventQuery {
  std::string account;
  std::string region;
  Timestamp from;                     // inclusive
  Timestamp to;                       // exclusive
  std::optional<LookupKey> key = {};  // without, all events
  std::string value = {};
  std::int64_t before_at = 0;  // with before_id the place of the last event already told; 0 from the start
  std::int64_t before_id = 0;
  int limit = 50;
};

struct EventRow {
  std::int64_t id;
  Timestamp at;
  std::string event_id;
  std::string name;
  std::string source;
  std::string user_name;
  std::string access_key_id;
  bool read_only;
  std::string record;
  std::vector<ResourceName> resources;
};

class Store {
 public:
  void insert(store::Tx& tx, const TrailEvent& event) const;
  std::vector<EventRow> find(store::Tx& tx, const EventQuery& query) const;
  void remove_before(store::Tx& tx, Timestamp at) const;

 private:
  std::vector<EventRow> find_between(store::Tx& tx, const EventQuery& query, std::string_view bounds, std::int64_t from,
                                     std::int64_t to, int most) const;
};

}  // namespace hanbat::cloudtrail
