// Log events: put, read along a stream in both directions, searched over a group.
#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>
#include <set>

#include "base/text.h"
#include "region/page.h"
#include "services/logs/logs.h"
#include "services/logs/patterns/filter_pattern.h"

namespace hanbat::logs {
namespace {

constexpr int kMostEvents = 10'000;
constexpr std::size_t kMostBytes = 1 << 20;
constexpr std::int64_t kOverhead = 26;
constexpr Milliseconds kNewest = std::chrono::hours(2);
constexpr Milliseconds kOldest = std::chrono::hours(24 * 14);

std::string digits(std::int64_t number, int width) {
  std::string out = std::to_string(number);
  return std::string(
             static_cast<std::size_t>(width) - std::min<std::size_t>(out.size(), static_cast<std::size_t>(width)),
             '0') +
         out;
}

/// The place right behind or before an event as a page's key, and back.
std::string key_of(Position position) { return digits(position.timestamp, 20) + digits(position.id, 36); }

std::optional<Position> read_key(std::string_view key) {
  const auto time = key.size() == 56 ? parse_int(key.substr(0, 20)) : std::nullopt;
  const auto id = key.size() == 56 ? parse_int(key.substr(20)) : std::nullopt;
  if (!time || !id) return std::nullopt;
  return Position{*time, *id};
}

/// GetLogEvents' tokens: a place in a stream and the direction in which to read on, good for that stream alone. They
/// are bound to no filter, as AWS's are not.
class StreamTokens {
 public:
  StreamTokens(const region::Request& rq, const StreamRow& stream)
      : vault_(rq.home.vault),
        purpose_("logs.stream:" + rq.account + ":" + rq.region + ":" + std::to_string(stream.id)) {}

  std::string token(char direction, Position position) const {
    return vault_.seal(std::string(1, direction) + key_of(position), purpose_);
  }
  /// {'f' or 'b', place}. Throws InvalidParameterException.
  std::pair<char, Position> read(const std::string& token) const {
    const auto text = vault_.open(token, purpose_);
    const auto position = text && !text->empty() ? read_key(std::string_view(*text).substr(1)) : std::nullopt;
    if (!position) throw InvalidParameterException("The specified nextToken is invalid.");
    return {text->front(), *position};
  }

 private:
  const region::Vault& vault_;
  std::string purpose_;
};

Position position_of(const EventRow& event) { return {event.timestamp, event.id}; }

constexpr Position kBeginning{0, 0};
constexpr Position kEnd{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::max()};

/// As many as fit into one answer: from the front, or from the back.
void cut_to_size(std::vector<EventRow>& events, bool keep_back) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < events.size()) {
    bytes += events[keep_back ? events.size() - 1 - count : count].message.size() + kOverhead;
    if (bytes > kMostBytes && count > 0) break;
    ++count;
  }
  if (keep_back) {
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(count));
  } else {
    events.resize(count);
  }
}

}  // namespace

PutLogEventsOutput Logs::put_log_events(region::Request& rq, const PutLogEventsInput& in) {
  const StreamRow stream = require_stream(rq, "logs:PutLogEvents", in.log_group_name, in.log_stream_name);
  const std::int64_t now = rq.now().ms;
  std::size_t bytes = 0;
  std::int64_t last = 0;
  for (const InputLogEvent& event : in.log_events) {
    bytes += event.message.size() + kOverhead;
    if (event.timestamp < last)
      throw InvalidParameterException("Log events in a single PutLogEvents request must be in chronological order.");
    last = event.timestamp;
  }
  if (bytes > kMostBytes)
    throw InvalidParameterException("Upload too large: " + std::to_string(bytes) + " bytes exceeds limit of 1048576");
  if (last - in.log_events.front().timestamp > 24 * 3600 * 1000)
    throw InvalidParameterException(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");

  RejectedLogEventsInfo rejected;
  std::int64_t first_taken = 0;
  std::int64_t last_taken = 0;
  int index = 0;
  for (const InputLogEvent& event : in.log_events) {
    if (event.timestamp < now - kOldest.count()) {
      rejected.too_old_log_event_end_index = ++index;
      continue;
    }
    if (event.timestamp > now + kNewest.count()) {
      rejected.too_new_log_event_start_index = index;
      break;
    }
    ++index;
    insert_event(rq.tx, stream, EventRow{0, stream.id, event.timestamp, now, event.message});
    if (first_taken == 0) first_taken = event.timestamp;
    last_taken = event.timestamp;
  }
  if (last_taken) record_arrival(rq.tx, stream, first_taken, last_taken, now);

  PutLogEventsOutput out;
  out.next_sequence_token = digits(now, 56);
  if (rejected.too_old_log_event_end_index || rejected.too_new_log_event_start_index)
    out.rejected_log_events_info = rejected;
  return out;
}

GetLogEventsOutput Logs::get_log_events(region::Request& rq, const GetLogEventsInput& in) {
  const std::string group = name_of(in.log_group_name, in.log_group_identifier);
  const StreamRow stream = require_stream(rq, "logs:GetLogEvents", group, in.log_stream_name);
  const int limit = std::min(in.limit.value_or(kMostEvents), kMostEvents);
  const EventQuery query{stream.group_id, stream.id, in.start_time, in.end_time};

  const StreamTokens tokens(rq, stream);
  bool backward = !in.start_from_head.value_or(false);
  Position from = backward ? kEnd : kBeginning;
  if (in.next_token) {
    const auto [direction, position] = tokens.read(*in.next_token);
    backward = direction == 'b';
    from = position;
  }
  std::vector<EventRow> events =
      backward ? events_before(rq.tx, query, from, limit) : events_after(rq.tx, query, from, limit);
  cut_to_size(events, backward);
  const Position nowhere = in.next_token ? from : kBeginning;

  GetLogEventsOutput out;
  out.events.emplace();
  for (EventRow& event : events) {
    OutputLogEvent entry;
    entry.timestamp = event.timestamp;
    entry.ingestion_time = event.ingestion;
    entry.message = std::move(event.message);
    out.events->push_back(std::move(entry));
  }
  out.next_forward_token = tokens.token('f', events.empty() ? nowhere : position_of(events.back()));
  out.next_backward_token = tokens.token('b', events.empty() ? nowhere : position_of(events.front()));
  // At an end the same token comes back, which is how clients know it.
  if (events.empty() && in.next_token) (backward ? out.next_backward_token : out.next_forward_token) = in.next_token;
  return out;
}

FilterLogEventsOutput Logs::filter_log_events(region::Request& rq, const FilterLogEventsInput& in) {
  const GroupRow group = require_group(rq, "logs:FilterLogEvents", name_of(in.log_group_name, in.log_group_identifier));
  if (in.log_stream_names && in.log_stream_name_prefix)
    throw InvalidParameterException("Only one of logStreamNames and logStreamNamePrefix can be specified.");
  const FilterPattern pattern(in.filter_pattern.value_or(""));
  const region::Pager pager(rq, in, {.usual = kMostEvents, .most = kMostEvents});

  std::map<std::int64_t, std::string> streams;
  for (const StreamRow& stream : streams_of(rq.tx, group)) {
    const bool named = !in.log_stream_names || std::find(in.log_stream_names->begin(), in.log_stream_names->end(),
                                                         stream.name) != in.log_stream_names->end();
    if (named && (!in.log_stream_name_prefix || stream.name.starts_with(*in.log_stream_name_prefix)))
      streams[stream.id] = stream.name;
  }
  if (in.log_stream_names && streams.size() < in.log_stream_names->size())
    throw ResourceNotFoundException("The specified log stream does not exist.");

  FilterLogEventsOutput out;
  out.events.emplace();
  out.searched_log_streams.emplace();
  Position at = pager.after() ? read_key(*pager.after()).value() : kBeginning;
  std::size_t bytes = 0;
  while (true) {
    const auto page = events_after(rq.tx, {number_of(group), 0, in.start_time, in.end_time}, at, 2000);
    for (const EventRow& event : page) {
      const auto stream = streams.find(event.stream_id);
      if (stream == streams.end() || !pattern.matches(event.message)) {
        at = position_of(event);
        continue;
      }
      bytes += event.message.size() + kOverhead;
      if (out.events->size() == pager.size() || (bytes > kMostBytes && !out.events->empty())) {
        out.next_token = pager.token(key_of(at));
        return out;
      }
      at = position_of(event);
      FilteredLogEvent entry;
      entry.log_stream_name = stream->second;
      entry.timestamp = event.timestamp;
      entry.ingestion_time = event.ingestion;
      entry.message = event.message;
      entry.event_id = digits(event.timestamp, 20) + digits(event.id, 36);
      out.events->push_back(std::move(entry));
    }
    if (page.size() < 2000) return out;
  }
}

}  // namespace hanbat::logs
