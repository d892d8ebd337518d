#include "services/cloudtrail/query.h"

#include <algorithm>

namespace hanbat::cloudtrail {
namespace {

bool has_attribute(const TrailEvent& event, LookupKey key, const std::string& value) {
  const auto any = [&](std::string ResourceName::* member) {
    return std::ranges::any_of(event.resources, [&](const ResourceName& one) { return one.*member == value; });
  };
  switch (key) {
    case LookupKey::kEventId:
      return event.event_id == value;
    case LookupKey::kEventName:
      return event.name == value;
    case LookupKey::kReadOnly:
      return value == (event.read_only ? "true" : "false");
    case LookupKey::kUsername:
      return event.user_name == value;
    case LookupKey::kResourceType:
      return any(&ResourceName::type);
    case LookupKey::kResourceName:
      return any(&ResourceName::name);
    case LookupKey::kEventSource:
      return event.source == value;
    case LookupKey::kAccessKeyId:
      return event.access_key_id == value;
  }
  return false;
}

}  // namespace

bool fits(const EventQuery& query, const TrailEvent& event) {
  if (event.at < query.from || event.at >= query.to) return false;
  if (query.before_id &&
      (event.at.ms > query.before_at || (event.at.ms == query.before_at && event.id >= query.before_id)))
    return false;
  if (event.account != query.account || event.region != query.region) return false;
  return !query.key || has_attribute(event, *query.key, query.value);
}

}  // namespace hanbat::cloudtrail
