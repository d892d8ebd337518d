// The rows of buses, which lie with everybody's resources; the default bus has one once it was changed. Policies have a
// table of their own, since the default bus may have one without a row.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "region/resources.h"
#include "store/database.h"

namespace hanbat::events {

inline constexpr std::string_view kDefaultBus = "default";

/// Where a bus is.
struct BusKey {
  std::string account;
  std::string region;
  std::string name;

  std::string arn() const;
  region::Place place() const { return {account, region}; }
};

/// What a bus's row holds beside its keys.
struct BusBody {
  std::optional<std::string> description;
  std::optional<Timestamp> created;   // absent: the default bus, which was always there
  std::optional<Timestamp> modified;  // absent: never

  Json to_json() const;
  static BusBody from_json(const Json& json);
};

}  // namespace hanbat::events

namespace hanbat {

template <>
struct region::KindOf<events::BusBody> {
  static constexpr std::string_view kRows = "events/bus";
  static std::string arn(const Resource<events::BusBody>& row) {
    return events::BusKey{row.place.account, row.place.region, *row.name}.arn();
  }
};

}  // namespace hanbat

namespace hanbat::events {

struct BusRow {
  BusKey key;
  std::optional<std::string> description;
  std::optional<Timestamp> created;   // absent: the default bus
  std::optional<Timestamp> modified;  // absent: never
};

/// The default bus included.
std::optional<BusRow> find_bus(store::Tx& tx, const BusKey& key);
/// Throws ResourceNotFoundException.
BusRow require_bus(store::Tx& tx, const BusKey& key);
void insert_bus(store::Tx& tx, const BusRow& bus);
/// Of a bus that there is; the default one gets its row by that.
void update_bus(store::Tx& tx, const BusRow& bus);
/// With its policy and tags.
void remove_bus(store::Tx& tx, const BusKey& key);
/// All, the default one included.
std::vector<BusRow> buses_of(store::Tx& tx, const region::Place& place);

std::optional<std::string> find_bus_policy(store::Tx& tx, const BusKey& key);
void put_bus_policy(store::Tx& tx, const BusKey& key, std::string_view document);
void remove_bus_policy(store::Tx& tx, const BusKey& key);

}  // namespace hanbat::events
