// Event buses: the default one, which always is, and custom ones.
#include "base/arn.h"
#include "base/encoding.h"
#include "services/events/events.h"
#include "wire/error.h"

namespace hanbat::events {

BusKey bus_key(const region::Request& rq, const std::optional<std::string>& name_or_arn) {
  const BusKey key = bus_key_of_any_account(rq, name_or_arn);
  if (key.account != rq.account) throw ResourceNotFoundException("Event bus " + *name_or_arn + " does not exist.");
  return key;
}

BusKey bus_key_of_any_account(const region::Request& rq, const std::optional<std::string>& name_or_arn) {
  BusKey key{rq.account, rq.region, name_or_arn.value_or(std::string(kDefaultBus))};
  const auto arn = parse_arn(key.name);
  if (!arn) return key;
  if (arn->region != rq.region || !arn->resource.starts_with("event-bus/"))
    throw ResourceNotFoundException("Event bus " + key.name + " does not exist.");
  key.account = arn->account;
  key.name = arn->resource.substr(std::string_view("event-bus/").size());
  return key;
}

std::string page_start(const std::optional<std::string>& token) {
  if (!token) return "";
  if (auto text = from_base64(*token)) return *text;
  throw wire::Error("ValidationException", 400, "Invalid value for NextToken.");
}

std::string page_token(std::string_view last) { return to_base64(last); }

CreateEventBusOutput Events::create_event_bus(region::Request& rq, const CreateEventBusInput& in) {
  const BusKey key{rq.account, rq.region, in.name};
  const auto keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("events:CreateEventBus", key.arn(), keys);
  if (!keys.empty()) rq.authorize("events:TagResource", key.arn(), keys);

  if (in.name.find('/') != std::string::npos)
    throw wire::Error("ValidationException", 400, "Event bus name must not contain '/'.");
  if (store_.find_bus(rq.tx, key)) throw ResourceAlreadyExistsException("Event bus " + in.name + " already exists.");

  store_.insert(rq.tx, {.key = key, .description = in.description, .created = rq.now()});
  if (in.tags)
    for (const Tag& tag : *in.tags) store_.set_tag(rq.tx, key.arn(), tag.key, tag.value);

  CreateEventBusOutput out;
  out.event_bus_arn = key.arn();
  out.description = in.description;
  return out;
}

DescribeEventBusOutput Events::describe_event_bus(region::Request& rq, const DescribeEventBusInput& in) {
  const BusKey key = bus_key(rq, in.name);
  authorize_bus(rq, "events:DescribeEventBus", key);

  const BusRow bus = store_.require_bus(rq.tx, key);

  DescribeEventBusOutput out;
  out.name = key.name;
  out.arn = key.arn();
  out.description = bus.description;
  out.policy = shown_policy(rq, key);
  out.creation_time = bus.created;
  out.last_modified_time = bus.created;
  return out;
}

ListEventBusesOutput Events::list_event_buses(region::Request& rq, const ListEventBusesInput& in) {
  rq.authorize("events:ListEventBuses", "*");

  std::vector<BusRow> buses = store_.list_buses(rq.tx, rq.account, rq.region);
  buses.push_back(*store_.find_bus(rq.tx, {rq.account, rq.region, std::string(kDefaultBus)}));
  std::sort(buses.begin(), buses.end(), [](const BusRow& a, const BusRow& b) { return a.key.name < b.key.name; });

  const std::string after = page_start(in.next_token);
  const std::size_t limit = in.limit.value_or(100);
  ListEventBusesOutput out;
  out.event_buses.emplace();
  for (const BusRow& row : buses) {
    if (row.key.name <= after || !row.key.name.starts_with(in.name_prefix.value_or(""))) continue;
    if (out.event_buses->size() == limit) {
      out.next_token = page_token(*out.event_buses->back().name);
      break;
    }
    EventBus& bus = out.event_buses->emplace_back();
    bus.name = row.key.name;
    bus.arn = row.key.arn();
    bus.description = row.description;
    bus.policy = shown_policy(rq, row.key);
    bus.creation_time = row.created;
    bus.last_modified_time = row.created;
  }
  return out;
}

DeleteEventBusOutput Events::delete_event_bus(region::Request& rq, const DeleteEventBusInput& in) {
  const BusKey key{rq.account, rq.region, in.name};
  authorize_bus(rq, "events:DeleteEventBus", key);

  if (in.name == kDefaultBus) throw wire::Error("ValidationException", 400, "Cannot delete event bus default.");
  if (store_.count_rules(rq.tx, key) > 0)
    throw wire::Error("ValidationException", 400, "Event bus " + in.name + " can't be deleted since it has rules.");

  store_.erase_bus(rq.tx, key);
  store_.erase_bus_policy(rq.tx, key);
  store_.erase_tags(rq.tx, key.arn());

  return {};
}

}  // namespace hanbat::events
