// Events for tests of segments. Header only.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "services/cloudtrail/query.h"

namespace hanbat::cloudtrail {

/// A moment within a day, so that none of the next seconds begins another.
inline constexpr Timestamp kNoon{1'600'000'000'000};

using Ids = std::vector<std::int64_t>;

/// A random event of few names, at about `at`.
inline TrailEvent random_event(std::mt19937& dice, std::int64_t id, Timestamp at) {
  const auto pick = [&](int most) { return static_cast<int>(dice() % static_cast<unsigned>(most)); };
  TrailEvent event{.id = id, .event_id = "event-" + std::to_string(dice()), .at = at};
  event.account = pick(4) ? "123456789012" : "210987654321";
  event.region = pick(4) ? "ap-northeast-2" : "us-east-1";
  event.name = "Call" + std::to_string(pick(12));
  event.source = "service" + std::to_string(pick(3)) + ".amazonaws.com";
  event.user_name = pick(5) ? "user" + std::to_string(pick(6)) : "";
  event.access_key_id = "AKIA" + std::to_string(pick(5));
  event.read_only = pick(3) != 0;
  for (int left = pick(3); left > 0; --left)
    event.resources.insert({"AWS::Type" + std::to_string(pick(3)), "name" + std::to_string(pick(30))});
  event.record = R"({"eventName":")" + event.name + R"(","n":")" +
                 std::string(static_cast<std::size_t>(pick(200)), 'x') + std::to_string(dice()) + "\"}";
  return event;
}

/// A random question, of whatever of these events, or of what none has.
inline EventQuery random_query(std::mt19937& dice, const std::vector<TrailEvent>& events) {
  const TrailEvent& like = events[dice() % events.size()];
  EventQuery query{.account = like.account, .region = like.region, .from = {0}, .to = {INT64_MAX / 2}};
  if (dice() % 2) query.from = events[dice() % events.size()].at;
  if (dice() % 2) query.to = events[dice() % events.size()].at;
  switch (dice() % 9) {
    case 0:
      query.key = LookupKey::kEventId, query.value = like.event_id;
      break;
    case 1:
      query.key = LookupKey::kEventName, query.value = like.name;
      break;
    case 2:
      query.key = LookupKey::kReadOnly, query.value = like.read_only ? "true" : "false";
      break;
    case 3:
      query.key = LookupKey::kUsername, query.value = like.user_name;
      break;
    case 4:
      query.key = LookupKey::kResourceType, query.value = "AWS::Type" + std::to_string(dice() % 4);
      break;
    case 5:
      query.key = LookupKey::kResourceName, query.value = "name" + std::to_string(dice() % 40);
      break;
    case 6:
      query.key = LookupKey::kEventSource, query.value = like.source;
      break;
    case 7:
      query.key = LookupKey::kAccessKeyId, query.value = like.access_key_id;
      break;
    default:
      break;
  }
  query.limit = 1 + static_cast<int>(dice() % 60);
  return query;
}

/// The answer, by looking at every event.
inline Ids ids_by_looking_at_all(const EventQuery& query, std::vector<TrailEvent> events) {
  std::erase_if(events, [&](const TrailEvent& event) { return !fits(query, event); });
  std::ranges::sort(
      events, [](const TrailEvent& a, const TrailEvent& b) { return std::tie(a.at, a.id) > std::tie(b.at, b.id); });
  if (events.size() > static_cast<std::size_t>(query.limit)) events.resize(static_cast<std::size_t>(query.limit));
  Ids ids;
  for (const TrailEvent& event : events) ids.push_back(event.id);
  return ids;
}

inline Ids ids_of(const std::vector<TrailEvent>& events) {
  Ids ids;
  for (const TrailEvent& event : events) ids.push_back(event.id);
  return ids;
}

}  // namespace hanbat::cloudtrail
