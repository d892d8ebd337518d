// What LookupEvents asks of the trail.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "base/words.h"
#include "services/cloudtrail/event.h"

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

/// What an event must be like; the newest come first, and of one moment those of the greatest ids.
struct EventQuery {
  std::string account;
  std::string region;
  Timestamp from;                     // inclusive
  Timestamp to;                       // exclusive
  std::optional<LookupKey> key = {};  // without, all events
  std::string value = {};             // of kReadOnly "true" or "false"
  std::int64_t before_at = 0;         // with before_id the place of the last event already told; 0 from the start
  std::int64_t before_id = 0;
  int limit = 50;
};

/// Whether the event is asked for, and was not told yet.
bool fits(const EventQuery& query, const TrailEvent& event);

}  // namespace hanbat::cloudtrail
