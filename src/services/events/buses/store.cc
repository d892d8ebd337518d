#include "services/events/buses/store.h"

#include "base/arn.h"
#include "gen/events/model.h"

namespace hanbat::events {
namespace {

BusRow bus_of(const region::Resource<BusBody>& row) {
  return {
      {row.place.account, row.place.region, *row.name}, row.shape.description, row.shape.created, row.shape.modified};
}

}  // namespace

std::string BusKey::arn() const { return make_arn("events", region, account, "event-bus/" + name); }

Json BusBody::to_json() const {
  Json json = Json::object();
  if (created) json["created"] = created->ms;
  if (modified) json["modified"] = modified->ms;
  if (description) json["description"] = *description;
  return json;
}

BusBody BusBody::from_json(const Json& json) {
  const auto time = [&](std::string_view name) {
    return json.contains(name) ? std::optional(Timestamp{json.integer(name)}) : std::nullopt;
  };
  const Json* description = json.find("description");
  return {.description = description ? std::optional(description->as_string()) : std::nullopt,
          .created = time("created"),
          .modified = time("modified")};
}

std::optional<BusRow> find_bus(store::Tx& tx, const BusKey& key) {
  if (const auto row = region::find_named<BusBody>(tx, key.place(), "", key.name)) return bus_of(*row);
  if (key.name == kDefaultBus) return BusRow{.key = key, .description = {}, .created = {}, .modified = {}};
  return std::nullopt;
}

BusRow require_bus(store::Tx& tx, const BusKey& key) {
  if (auto bus = find_bus(tx, key)) return *bus;
  throw ResourceNotFoundException("Event bus " + key.name + " does not exist.");
}

void insert_bus(store::Tx& tx, const BusRow& bus) {
  region::Resource<BusBody> row;
  row.id = bus.key.account + ":" + bus.key.region + ":" + bus.key.name;
  row.place = bus.key.place();
  row.name = bus.key.name;
  row.created = bus.created.value_or(Timestamp{});
  row.shape = {.description = bus.description, .created = bus.created, .modified = bus.modified};
  region::insert(tx, row);
}

void update_bus(store::Tx& tx, const BusRow& bus) {
  auto row = region::find_named<BusBody>(tx, bus.key.place(), "", bus.key.name);
  if (!row) return insert_bus(tx, bus);
  row->shape = {.description = bus.description, .created = bus.created, .modified = bus.modified};
  region::update(tx, *row);
}

void remove_bus(store::Tx& tx, const BusKey& key) {
  remove_bus_policy(tx, key);
  if (const auto row = region::find_named<BusBody>(tx, key.place(), "", key.name)) region::remove(tx, *row);
}

std::vector<BusRow> buses_of(store::Tx& tx, const region::Place& place) {
  std::vector<BusRow> buses = {*find_bus(tx, {place.account, place.region, std::string(kDefaultBus)})};
  for (const auto& row : region::list_by_name<BusBody>(tx, place, {}))
    if (row.name != kDefaultBus) buses.push_back(bus_of(row));
  return buses;
}

std::optional<std::string> find_bus_policy(store::Tx& tx, const BusKey& key) {
  const auto row = tx.find("SELECT document FROM events_bus_policies WHERE account = ? AND region = ? AND bus = ?",
                           key.account, key.region, key.name);
  if (!row) return std::nullopt;
  return row->text(0);
}

void put_bus_policy(store::Tx& tx, const BusKey& key, std::string_view document) {
  tx.exec(
      "INSERT INTO events_bus_policies (account, region, bus, document) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (account, region, bus) DO UPDATE SET document = excluded.document",
      key.account, key.region, key.name, document);
}

void remove_bus_policy(store::Tx& tx, const BusKey& key) {
  tx.exec("DELETE FROM events_bus_policies WHERE account = ? AND region = ? AND bus = ?", key.account, key.region,
          key.name);
}

}  // namespace hanbat::events
