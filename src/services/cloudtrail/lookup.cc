// LookupEvents. https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "services/cloudtrail/cloudtrail.h"

namespace hanbat::cloudtrail {
namespace {

constexpr int kMostResults = 50;
constexpr std::size_t kLongestValue = 2000;

/// What a page's token is good for: these very parameters.
std::string parameters_of(const EventQuery& query, const LookupEventsInput& in) {
  const auto at = [](const std::optional<Timestamp>& time) { return time ? std::to_string(time->ms) : std::string(); };
  return crypto::sha256_hex(query.account + "\n" + query.region + "\n" +
                            std::string(query.key ? word_of(*query.key) : "") + "\n" + query.value + "\n" +
                            at(in.start_time) + "\n" + at(in.end_time));
}

/// "<at>:<id>:<hash of the parameters>" in base64.
std::string token_of(const TrailEvent& last, const std::string& parameters) {
  return to_base64(std::to_string(last.at.ms) + ":" + std::to_string(last.id) + ":" + parameters);
}

void read_token(const std::string& token, const std::string& parameters, EventQuery& query) {
  const auto parts = split(from_base64(token).value_or(""), ':');
  const auto at = parts.size() == 3 ? parse_int(parts[0]) : std::nullopt;
  const auto id = parts.size() == 3 ? parse_int(parts[1]) : std::nullopt;
  if (!at || !id || *id <= 0 || parts[2] != parameters)
    throw InvalidNextTokenException("Invalid nextToken: it was not given for a request with these parameters.");
  query.before_at = *at;
  query.before_id = *id;
}

void read_attribute(const LookupEventsInput& in, EventQuery& query) {
  if (!in.lookup_attributes || in.lookup_attributes->empty()) return;
  if (in.lookup_attributes->size() > 1)
    throw InvalidLookupAttributesException("You can specify only one lookup attribute.");
  const LookupAttribute& attribute = in.lookup_attributes->front();
  query.key = find_word<LookupKey>(attribute.attribute_key);
  if (!query.key)
    throw InvalidLookupAttributesException("Invalid lookup attribute key: " + attribute.attribute_key + ".");
  query.value = attribute.attribute_value;
  if (query.value.empty() || query.value.size() > kLongestValue)
    throw InvalidLookupAttributesException("The value of the lookup attribute " + attribute.attribute_key +
                                           " must have between 1 and 2000 characters.");
  if (query.key == LookupKey::kReadOnly) {
    if (query.value != "true" && query.value != "false")
      throw InvalidLookupAttributesException("The value of the lookup attribute ReadOnly must be true or false.");
  }
}

/// Events are told, and their times compared, in whole seconds.
Timestamp whole_second(Timestamp at) { return {at.ms - at.ms % 1000}; }

void read_times(const LookupEventsInput& in, Timestamp now, EventQuery& query) {
  if (in.start_time && in.end_time && *in.start_time > *in.end_time)
    throw InvalidTimeRangeException("The start time must not be after the end time.");
  query.from = now - kKept;
  if (in.start_time) query.from = std::max(query.from, whole_second(*in.start_time));
  query.to = whole_second(in.end_time.value_or(now)) + Seconds(1);
}

Event event_of(TrailEvent event) {
  Event out;
  out.event_id = std::move(event.event_id);
  out.event_name = std::move(event.name);
  out.event_source = std::move(event.source);
  out.event_time = whole_second(event.at);
  out.read_only = event.read_only ? "true" : "false";
  if (!event.user_name.empty()) out.username = std::move(event.user_name);
  if (!event.access_key_id.empty()) out.access_key_id = std::move(event.access_key_id);
  out.resources.emplace();
  for (const ResourceName& resource : event.resources) {
    Resource one;
    one.resource_type = resource.type;
    one.resource_name = resource.name;
    out.resources->push_back(std::move(one));
  }
  out.cloud_trail_event = std::move(event.record);
  return out;
}

}  // namespace

LookupEventsOutput CloudTrail::lookup_events(region::Request& rq, const LookupEventsInput& in) {
  rq.authorize("cloudtrail:LookupEvents", "*");

  EventQuery query{.account = rq.account, .region = rq.region};
  const int limit = in.max_results.value_or(kMostResults);
  query.limit = limit + 1;  // one more tells whether there is another page
  read_attribute(in, query);
  read_times(in, rq.now(), query);
  const std::string parameters = parameters_of(query, in);
  if (in.next_token) read_token(*in.next_token, parameters, query);

  std::vector<TrailEvent> events = trail_.find(rq.tx, query);
  LookupEventsOutput out;
  if (events.size() > static_cast<std::size_t>(limit)) {
    events.resize(static_cast<std::size_t>(limit));
    out.next_token = token_of(events.back(), parameters);
  }
  out.events.emplace();
  for (TrailEvent& event : events) out.events->push_back(event_of(std::move(event)));
  return out;
}

}  // namespace hanbat::cloudtrail
