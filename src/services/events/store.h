// The rows of the events service: buses, rules, targets and tags, by account and region.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "gen/events/model.h"
#include "store/database.h"

namespace hanbat::events {

inline constexpr std::string_view kDefaultBus = "default";

/// Where a bus is.
struct BusKey {
  std::string account;
  std::string region;
  std::string name;

  std::string arn() const;
};

struct BusRow {
  BusKey key;
  std::optional<std::string> description;
  std::optional<Timestamp> created;  // absent: the default bus, which was always there
};

struct RuleRow {
  BusKey bus;
  std::string name;
  bool enabled = true;
  std::string state = "ENABLED";  // as it was given; ENABLED_WITH_ALL_… counts as enabled
  std::optional<std::string> pattern;
  std::optional<std::string> schedule;
  std::optional<std::string> description;
  std::optional<std::string> role_arn;
  std::string created_by;  // account

  std::string arn() const;
};

/// A page of rows by name: those after `after`, at most `limit` of them, and whether there are more.
struct PageOf {
  std::string after;
  int limit;
};

class Store {
 public:
  std::optional<BusRow> find_bus(store::Tx& tx, const BusKey& key);
  /// Throws ResourceNotFoundException.
  BusRow require_bus(store::Tx& tx, const BusKey& key);
  void insert(store::Tx& tx, const BusRow& bus);
  void erase_bus(store::Tx& tx, const BusKey& key);
  /// Made buses of the account and region, by name; not the default one.
  std::vector<BusRow> list_buses(store::Tx& tx, const std::string& account, const std::string& region);

  std::optional<std::string> find_bus_policy(store::Tx& tx, const BusKey& key) const;
  void put_bus_policy(store::Tx& tx, const BusKey& key, std::string_view document);
  void erase_bus_policy(store::Tx& tx, const BusKey& key);

  std::optional<RuleRow> find_rule(store::Tx& tx, const BusKey& bus, std::string_view name);
  /// Throws ResourceNotFoundException.
  RuleRow require_rule(store::Tx& tx, const BusKey& bus, std::string_view name);
  void put(store::Tx& tx, const RuleRow& rule);
  void erase_rule(store::Tx& tx, const BusKey& bus, std::string_view name);
  std::vector<RuleRow> list_rules(store::Tx& tx, const BusKey& bus, std::string_view prefix, const PageOf& page);
  std::vector<RuleRow> list_enabled_rules(store::Tx& tx, const BusKey& bus);
  int count_rules(store::Tx& tx, const BusKey& bus);

  void put_target(store::Tx& tx, const RuleRow& rule, const Target& target);
  bool erase_target(store::Tx& tx, const RuleRow& rule, std::string_view id);
  std::vector<Target> list_targets(store::Tx& tx, const BusKey& bus, std::string_view rule, const PageOf& page);
  std::vector<std::string> list_rules_of_target(store::Tx& tx, const BusKey& bus, std::string_view arn,
                                                const PageOf& page);

  std::map<std::string, std::string> tags(store::Tx& tx, std::string_view arn);
  void set_tag(store::Tx& tx, std::string_view arn, std::string_view name, std::string_view value);
  void erase_tag(store::Tx& tx, std::string_view arn, std::string_view name);
  void erase_tags(store::Tx& tx, std::string_view arn);
};

}  // namespace hanbat::events
