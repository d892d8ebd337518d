#include "services/events/rules/store.h"

#include <set>

#include "base/arn.h"

namespace hanbat::events {
namespace {

using RuleResource = region::Resource<RuleBody>;
using TargetResource = region::Resource<Target>;

std::optional<std::string> optional_text(const Json& body, std::string_view name) {
  const Json* found = body.find(name);
  if (!found || !found->is_string()) return std::nullopt;
  return found->as_string();
}

void put_optional(Json& body, std::string_view name, const std::optional<std::string>& value) {
  if (value) body[name] = *value;
}

std::string bus_id(const BusKey& bus) { return bus.account + ":" + bus.region + ":" + bus.name; }

std::string rule_id(const BusKey& bus, std::string_view name) { return bus_id(bus) + ":" + std::string(name); }

RuleRow rule_of(const RuleResource& row) {
  RuleRow rule;
  static_cast<RuleBody&>(rule) = row.shape;
  rule.bus = {row.place.account, row.place.region, row.scope};
  rule.name = *row.name;
  return rule;
}

}  // namespace

std::string rule_arn(const BusKey& bus, std::string_view name) {
  const std::string folder = bus.name == kDefaultBus ? "rule/" : "rule/" + bus.name + "/";
  return make_arn("events", bus.region, bus.account, folder + std::string(name));
}

Json RuleBody::to_json() const {
  Json json = Json::object({{"state", word_of(state)}, {"created_by", created_by}});
  put_optional(json, "pattern", pattern);
  put_optional(json, "schedule", schedule);
  put_optional(json, "description", description);
  put_optional(json, "role_arn", role_arn);
  return json;
}

RuleBody RuleBody::from_json(const Json& json) {
  return {.state = require_word<RuleState>(json.text("state", word_of(RuleState::kEnabled))),
          .pattern = optional_text(json, "pattern"),
          .schedule = optional_text(json, "schedule"),
          .description = optional_text(json, "description"),
          .role_arn = optional_text(json, "role_arn"),
          .created_by = json.text("created_by")};
}

std::optional<RuleRow> find_rule(store::Tx& tx, const BusKey& bus, std::string_view name) {
  const auto row = region::find_named<RuleBody>(tx, bus.place(), bus.name, name);
  if (!row) return std::nullopt;
  return rule_of(*row);
}

RuleRow require_rule(store::Tx& tx, const BusKey& bus, std::string_view name) {
  require_bus(tx, bus);
  if (auto rule = find_rule(tx, bus, name)) return *rule;
  throw ResourceNotFoundException("Rule " + std::string(name) + " does not exist on EventBus " + bus.name + ".");
}

void save_rule(store::Tx& tx, const RuleRow& rule, Timestamp now) {
  if (auto row = region::find_named<RuleBody>(tx, rule.bus.place(), rule.bus.name, rule.name)) {
    row->shape = rule;
    return region::update(tx, *row);
  }
  RuleResource row;
  row.id = rule_id(rule.bus, rule.name);
  row.place = rule.bus.place();
  row.scope = rule.bus.name;
  row.name = rule.name;
  row.created = now;
  row.shape = rule;
  region::insert(tx, row);
}

void remove_rule(store::Tx& tx, const RuleRow& rule) {
  if (const auto row = region::find_named<RuleBody>(tx, rule.bus.place(), rule.bus.name, rule.name))
    region::remove(tx, *row);
}

std::vector<RuleRow> rules_of(store::Tx& tx, const BusKey& bus, std::string_view prefix,
                              const std::optional<std::string>& after, std::size_t most) {
  std::vector<RuleRow> rules;
  for (const auto& row : region::list_by_name<RuleBody>(
           tx, bus.place(), {.scope = bus.name, .prefix = prefix, .after = after, .most = most}))
    rules.push_back(rule_of(row));
  return rules;
}

void put_target(store::Tx& tx, const RuleRow& rule, const Target& target, Timestamp now) {
  const std::string scope = rule_id(rule.bus, rule.name);
  auto known = region::find_named<Target>(tx, rule.bus.place(), scope, target.id);
  TargetResource row = known.value_or(TargetResource{});
  row.parent = target.arn;
  row.shape = target;
  if (known) return region::update(tx, row);
  row.id = scope + ":" + target.id;
  row.place = rule.bus.place();
  row.scope = scope;
  row.name = target.id;
  row.created = now;
  region::insert(tx, row);
}

bool remove_target(store::Tx& tx, const RuleRow& rule, std::string_view id) {
  const auto row = region::find_named<Target>(tx, rule.bus.place(), rule_id(rule.bus, rule.name), id);
  if (row) region::remove(tx, *row);
  return row.has_value();
}

std::vector<Target> targets_of(store::Tx& tx, const RuleRow& rule, const std::optional<std::string>& after,
                               std::size_t most) {
  const std::string scope = rule_id(rule.bus, rule.name);
  std::vector<Target> targets;
  for (auto& row : region::list_by_name<Target>(tx, rule.bus.place(), {.scope = scope, .after = after, .most = most}))
    targets.push_back(std::move(row.shape));
  return targets;
}

std::vector<std::string> rules_of_target(store::Tx& tx, const BusKey& bus, std::string_view arn) {
  const std::string prefix = bus_id(bus) + ":";
  std::set<std::string> names;
  for (const TargetResource& row : region::list_of<Target>(tx, arn))
    if (row.scope.starts_with(prefix)) names.insert(row.scope.substr(prefix.size()));
  return {names.begin(), names.end()};
}

}  // namespace hanbat::events
