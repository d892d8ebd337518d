// Log events: put, read along a stream in both directions, searched over a group.
#include <algorithm>
#include <cstdio>
#include <limits>
#include <map>
#include <optional>

#include "base/text.h"
#include "region/page.h"
#include "services/logs/logs.h"
#include "services/logs/metric_filters/counting.h"
#include "services/logs/patterns/filter_pattern.h"
#include "services/logs/usage.h"

namespace hanbat::logs {
namespace {

constexpr int kMostEvents = 10'000;
constexpr std::size_t kMostBytes = 1 << 20;
// After so many events a call answers what it has found, also nothing, and where to go on. AWS tells no number.
constexpr int kMostLookedAt = 100'000;
constexpr int kStretch = 2000;
constexpr Milliseconds kNewest = std::chrono::hours(2);
constexpr Milliseconds kOldest = std::chrono::hours(24 * 14);

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
    bytes += events[keep_back ? events.size() - 1 - count : count].message.size() + kEventOverhead;
    if (bytes > kMostBytes && count > 0) break;
    ++count;
  }
  if (keep_back) {
    events.erase(events.begin(), events.end() - static_cast<std::ptrdiff_t>(count));
  } else {
    events.resize(count);
  }
}

/// The streams that a search is about: all of a group, those named, or those of a prefix.
class SearchedStreams {
 public:
  /// Throws ResourceNotFoundException for a name that there is not.
  SearchedStreams(store::Tx& tx, const GroupRow& group, const FilterLogEventsInput& in)
      : tx_(tx), named_(in.log_stream_names.has_value()), prefix_(in.log_stream_name_prefix.value_or("")) {
    if (!named_) return;
    for (const std::string& name : *in.log_stream_names) {
      const auto stream = find_stream(tx, group, name);
      if (!stream) throw ResourceNotFoundException("The specified log stream does not exist.");
      names_[stream->id] = name;
    }
  }

  /// The id when it is one alone; 0 else.
  std::int64_t only() const { return named_ && names_.size() == 1 ? names_.begin()->first : 0; }
  /// The stream's name; null when it is none of them.
  const std::string* find(std::int64_t id) {
    auto found = names_.find(id);
    if (found == names_.end()) {
      const auto stream = named_ ? std::nullopt : find_stream(tx_, id);
      const bool searched = stream && stream->name.starts_with(prefix_);
      found = names_.emplace(id, searched ? std::optional(stream->name) : std::nullopt).first;
    }
    return found->second ? &*found->second : nullptr;
  }

 private:
  store::Tx& tx_;
  bool named_;
  std::string prefix_;
  std::map<std::int64_t, std::optional<std::string>> names_;
};

}  // namespace

PutLogEventsOutput Logs::put_log_events(region::Request& rq, const PutLogEventsInput& in) {
  const StreamRow stream = require_stream(rq, "logs:PutLogEvents", in.log_group_name, in.log_stream_name);
  const std::int64_t now = rq.now().ms;
  std::size_t bytes = 0;
  std::int64_t last = 0;
  for (const InputLogEvent& event : in.log_events) {
    bytes += event.message.size() + kEventOverhead;
    if (event.timestamp < last)
      throw InvalidParameterException("Log events in a single PutLogEvents request must be in chronological order.");
    last = event.timestamp;
  }
  if (bytes > kMostBytes)
    throw InvalidParameterException("Upload too large: " + std::to_string(bytes) + " bytes exceeds limit of 1048576");
  if (last - in.log_events.front().timestamp > 24 * 3600 * 1000)
    throw InvalidParameterException(
        "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");

  MetricCounts counts(rq.tx, stream);
  RejectedLogEventsInfo rejected;
  Arrival taken{.at = now};
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
    counts.add(event);
    if (taken.first == 0) taken.first = event.timestamp;
    taken.last = event.timestamp;
    taken.bytes += static_cast<std::int64_t>(event.message.size()) + kEventOverhead;
  }
  if (taken.last) {
    record_arrival(rq.tx, stream, taken);
    meter_arrival(rq, in.log_group_name, taken.bytes);
    counts.publish(rq, in.log_group_name, taken.bytes);
  }

  PutLogEventsOutput out;
  out.next_sequence_token = token_after(now);
  if (rejected.too_old_log_event_end_index || rejected.too_new_log_event_start_index)
    out.rejected_log_events_info = rejected;
  return out;
}

GetLogEventsOutput Logs::get_log_events(region::Request& rq, const GetLogEventsInput& in) {
  const std::string group = name_of(rq, in.log_group_name, in.log_group_identifier);
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
  const GroupRow group =
      require_group(rq, "logs:FilterLogEvents", name_of(rq, in.log_group_name, in.log_group_identifier));
  if (in.log_stream_names && in.log_stream_name_prefix)
    throw InvalidParameterException("Only one of logStreamNames and logStreamNamePrefix can be specified.");
  const FilterPattern pattern(in.filter_pattern.value_or(""));
  const region::Pager pager(rq, in, {.usual = kMostEvents, .most = kMostEvents});

  SearchedStreams streams(rq.tx, group, in);

  FilterLogEventsOutput out;
  out.events.emplace();
  out.searched_log_streams.emplace();
  const EventQuery query{number_of(group), streams.only(), in.start_time, in.end_time};
  Position at = pager.after() ? read_key(*pager.after()).value() : kBeginning;
  std::size_t bytes = 0;
  int stretch = std::min(static_cast<int>(pager.size()) + 1, kStretch);
  for (int looked = 0; looked < kMostLookedAt;) {
    const auto page = events_after(rq.tx, query, at, stretch);
    for (const EventRow& event : page) {
      const std::string* stream = streams.find(event.stream_id);
      if (!stream || !pattern.matches(event.message)) {
        at = position_of(event);
        continue;
      }
      bytes += event.message.size() + kEventOverhead;
      if (out.events->size() == pager.size() || (bytes > kMostBytes && !out.events->empty())) {
        out.next_token = pager.token(key_of(at));
        return out;
      }
      at = position_of(event);
      FilteredLogEvent entry;
      entry.log_stream_name = *stream;
      entry.timestamp = event.timestamp;
      entry.ingestion_time = event.ingestion;
      entry.message = event.message;
      entry.event_id = digits(event.timestamp, 20) + digits(event.id, 36);
      out.events->push_back(std::move(entry));
    }
    if (static_cast<int>(page.size()) < stretch) return out;
    looked += stretch;
    stretch = kStretch;
  }
  out.next_token = pager.token(key_of(at));
  return out;
}

}  // namespace hanbat::logs
