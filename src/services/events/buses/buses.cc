// Event buses: the default one, which always is, and custom ones.
#include "base/arn.h"
#include "region/page.h"
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

CreateEventBusOutput Events::create_event_bus(region::Request& rq, const CreateEventBusInput& in) {
  const BusKey key{rq.account, rq.region, in.name};
  const auto keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("events:CreateEventBus", key.arn(), keys);
  if (!keys.empty()) rq.authorize("events:TagResource", key.arn(), keys);

  if (in.name.find('/') != std::string::npos)
    throw wire::Error("ValidationException", 400, "Event bus name must not contain '/'.");
  if (find_bus(rq.tx, key)) throw ResourceAlreadyExistsException("Event bus " + in.name + " already exists.");

  insert_bus(rq.tx, {.key = key, .description = in.description, .created = rq.now(), .modified = {}});
  region::put_tags(rq.tx, key.arn(), region::tag_pairs(in.tags), kTagRules);

  CreateEventBusOutput out;
  out.event_bus_arn = key.arn();
  out.description = in.description;
  return out;
}

DescribeEventBusOutput Events::describe_event_bus(region::Request& rq, const DescribeEventBusInput& in) {
  const BusKey key = bus_key(rq, in.name);
  authorize_bus(rq, "events:DescribeEventBus", key);

  const BusRow bus = require_bus(rq.tx, key);

  DescribeEventBusOutput out;
  out.name = key.name;
  out.arn = key.arn();
  out.description = bus.description;
  out.policy = describe_policy(rq, key);
  out.creation_time = bus.created;
  out.last_modified_time = bus.modified ? bus.modified : bus.created;
  return out;
}

ListEventBusesOutput Events::list_event_buses(region::Request& rq, const ListEventBusesInput& in) {
  rq.authorize("events:ListEventBuses", "*");

  std::vector<BusRow> buses = buses_of(rq.tx, {rq.account, rq.region});
  std::erase_if(buses, [&](const BusRow& row) { return !row.key.name.starts_with(in.name_prefix.value_or("")); });
  const auto page = region::Pager(rq, in).cut(std::move(buses), [](const BusRow& row) { return row.key.name; });

  ListEventBusesOutput out;
  out.event_buses.emplace();
  for (const BusRow& row : page.items) {
    EventBus& bus = out.event_buses->emplace_back();
    bus.name = row.key.name;
    bus.arn = row.key.arn();
    bus.description = row.description;
    bus.policy = describe_policy(rq, row.key);
    bus.creation_time = row.created;
    bus.last_modified_time = row.modified ? row.modified : row.created;
  }
  out.next_token = page.next_token;
  return out;
}

/// What the call does not name stays as it was.
UpdateEventBusOutput Events::update_event_bus(region::Request& rq, const UpdateEventBusInput& in) {
  const BusKey key = bus_key(rq, in.name);
  authorize_bus(rq, "events:UpdateEventBus", key);

  BusRow bus = require_bus(rq.tx, key);
  if (in.description) bus.description = in.description;
  bus.modified = rq.now();
  update_bus(rq.tx, bus);

  UpdateEventBusOutput out;
  out.name = key.name;
  out.arn = key.arn();
  out.description = bus.description;
  return out;
}

DeleteEventBusOutput Events::delete_event_bus(region::Request& rq, const DeleteEventBusInput& in) {
  const BusKey key{rq.account, rq.region, in.name};
  authorize_bus(rq, "events:DeleteEventBus", key);

  if (in.name == kDefaultBus) throw wire::Error("ValidationException", 400, "Cannot delete event bus default.");
  if (!rules_of(rq.tx, key, {}, {}, 1).empty())
    throw wire::Error("ValidationException", 400, "Event bus " + in.name + " can't be deleted since it has rules.");

  remove_bus(rq.tx, key);

  return {};
}

}  // namespace hanbat::events
