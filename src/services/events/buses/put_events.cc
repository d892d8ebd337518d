// Events that customers write: each entry is taken or refused on its own, and carried like a service's event.
#include "base/ids.h"
#include "services/events/events.h"
#include "wire/error.h"

namespace hanbat::events {
namespace {

constexpr std::size_t kLargestEntry = 256 * 1024;

std::size_t size_of(const PutEventsRequestEntry& entry) {
  std::size_t size = entry.time ? 14 : 0;
  size += entry.source.value_or("").size() + entry.detail_type.value_or("").size() + entry.detail.value_or("").size();
  if (entry.resources)
    for (const std::string& resource : *entry.resources) size += resource.size();
  return size;
}

// What is wrong with an entry: code and message, or nothing.
std::optional<std::pair<std::string, std::string>> fault(const PutEventsRequestEntry& entry, Json& detail) {
  const auto missing = [](const char* name) {
    return std::pair<std::string, std::string>(
        "InvalidArgument",
        std::string("Parameter ") + name + " is not valid. Reason: " + name + " is a required argument.");
  };
  if (entry.source.value_or("").empty()) return missing("Source");
  if (entry.detail_type.value_or("").empty()) return missing("DetailType");
  if (entry.detail.value_or("").empty()) return missing("Detail");
  if (entry.source->starts_with("aws."))
    return std::pair<std::string, std::string>("NotAuthorizedForSourceException", "Not authorized for the source.");
  try {
    detail = Json::parse(*entry.detail);
  } catch (const JsonError&) {
  }
  if (!detail.is_object()) return std::pair<std::string, std::string>("MalformedDetail", "Detail is malformed.");
  return std::nullopt;
}

}  // namespace

PutEventsOutput Events::put_events(region::Request& rq, const PutEventsInput& in) {
  for (const PutEventsRequestEntry& entry : in.entries)
    rq.authorize(
        "events:PutEvents", bus_key_of_any_account(rq, entry.event_bus_name).arn(),
        {{"events:source", {entry.source.value_or("")}}, {"events:detail-type", {entry.detail_type.value_or("")}}});

  std::size_t total = 0;
  for (const PutEventsRequestEntry& entry : in.entries) total += size_of(entry);
  if (total > kLargestEntry)
    throw wire::Error("ValidationException", 400, "Total size of the entries in the request is over the limit.");

  PutEventsOutput out;
  out.entries.emplace();
  int failed = 0;
  for (const PutEventsRequestEntry& entry : in.entries) {
    PutEventsResultEntry& result = out.entries->emplace_back();
    Json detail;
    if (const auto wrong = fault(entry, detail)) {
      result.error_code = wrong->first;
      result.error_message = wrong->second;
      ++failed;
      continue;
    }
    const BusKey bus = bus_key_of_any_account(rq, entry.event_bus_name);
    result.event_id = random_uuid();
    if (!find_bus(rq.tx, bus)) continue;  // AWS takes it and it reaches nobody
    Json event = Json::object({{"version", "0"},
                               {"id", *result.event_id},
                               {"detail-type", *entry.detail_type},
                               {"source", *entry.source},
                               {"account", rq.account},
                               {"time", iso8601(entry.time.value_or(rq.now()))},
                               {"region", rq.region},
                               {"resources", Json(entry.resources.value_or(std::vector<std::string>{}))},
                               {"detail", std::move(detail)}});
    if (bus.name != kDefaultBus || bus.account != rq.account)
      event = Json::object({{"bus", bus.name}, {"account", bus.account}, {"event", std::move(event)}});
    rq.add_task({.kind = std::string(region::kDeliverEvent), .key = "", .body = std::move(event)});
  }
  out.failed_entry_count = failed;
  return out;
}

}  // namespace hanbat::events
