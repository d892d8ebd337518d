#include "services/events/store.h"

#include "base/arn.h"

namespace hanbat::events {
namespace {

std::optional<std::string> optional_text(const Json& body, std::string_view name) {
  const Json* found = body.find(name);
  if (!found || !found->is_string()) return std::nullopt;
  return found->as_string();
}

void put_optional(Json& body, std::string_view name, const std::optional<std::string>& value) {
  if (value) body[name] = *value;
}

RuleRow rule_of(const BusKey& bus, const store::Row& row) {
  const Json body = row.json(2);
  return {.bus = bus,
          .name = row.text(0),
          .enabled = row.flag(1),
          .state = body.text("state", "ENABLED"),
          .pattern = optional_text(body, "pattern"),
          .schedule = optional_text(body, "schedule"),
          .description = optional_text(body, "description"),
          .role_arn = optional_text(body, "role_arn"),
          .created_by = body.text("created_by")};
}

BusRow bus_of(const BusKey& key, const Json& body) {
  return {.key = key, .description = optional_text(body, "description"), .created = Timestamp{body.integer("created")}};
}

// LIKE's own wildcards in a prefix stand for themselves.
std::string like_prefix(std::string_view prefix) {
  std::string out;
  for (const char c : prefix) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + "%";
}

}  // namespace

std::string BusKey::arn() const { return make_arn("events", region, account, "event-bus/" + name); }

std::string RuleRow::arn() const {
  return make_arn("events", bus.region, bus.account,
                  bus.name == kDefaultBus ? "rule/" + name : "rule/" + bus.name + "/" + name);
}

std::optional<BusRow> Store::find_bus(store::Tx& tx, const BusKey& key) {
  if (key.name == kDefaultBus) return BusRow{.key = key, .description = {}, .created = {}};
  const auto row = tx.find("SELECT body FROM events_buses WHERE account = ? AND region = ? AND name = ?", key.account,
                           key.region, key.name);
  if (!row) return std::nullopt;
  return bus_of(key, row->json(0));
}

BusRow Store::require_bus(store::Tx& tx, const BusKey& key) {
  if (auto bus = find_bus(tx, key)) return *bus;
  throw ResourceNotFoundException("Event bus " + key.name + " does not exist.");
}

void Store::insert(store::Tx& tx, const BusRow& bus) {
  Json body = Json::object({{"created", bus.created.value_or(Timestamp{}).ms}});
  put_optional(body, "description", bus.description);
  tx.exec("INSERT INTO events_buses (account, region, name, body) VALUES (?, ?, ?, ?)", bus.key.account, bus.key.region,
          bus.key.name, body);
}

void Store::erase_bus(store::Tx& tx, const BusKey& key) {
  tx.exec("DELETE FROM events_buses WHERE account = ? AND region = ? AND name = ?", key.account, key.region, key.name);
}

std::vector<BusRow> Store::list_buses(store::Tx& tx, const std::string& account, const std::string& region) {
  std::vector<BusRow> out;
  for (const auto& row :
       tx.query("SELECT name, body FROM events_buses WHERE account = ? AND region = ? ORDER BY name", account, region))
    out.push_back(bus_of({account, region, row.text(0)}, row.json(1)));
  return out;
}

std::optional<std::string> Store::find_bus_policy(store::Tx& tx, const BusKey& key) const {
  const auto row = tx.find("SELECT document FROM events_bus_policies WHERE account = ? AND region = ? AND bus = ?",
                           key.account, key.region, key.name);
  if (!row) return std::nullopt;
  return row->text(0);
}

void Store::put_bus_policy(store::Tx& tx, const BusKey& key, std::string_view document) {
  tx.exec(
      "INSERT INTO events_bus_policies (account, region, bus, document) VALUES (?, ?, ?, ?) "
      "ON CONFLICT (account, region, bus) DO UPDATE SET document = excluded.document",
      key.account, key.region, key.name, document);
}

void Store::erase_bus_policy(store::Tx& tx, const BusKey& key) {
  tx.exec("DELETE FROM events_bus_policies WHERE account = ? AND region = ? AND bus = ?", key.account, key.region,
          key.name);
}

std::optional<RuleRow> Store::find_rule(store::Tx& tx, const BusKey& bus, std::string_view name) {
  const auto row =
      tx.find("SELECT name, enabled, body FROM events_rules WHERE account = ? AND region = ? AND bus = ? AND name = ?",
              bus.account, bus.region, bus.name, name);
  if (!row) return std::nullopt;
  return rule_of(bus, *row);
}

RuleRow Store::require_rule(store::Tx& tx, const BusKey& bus, std::string_view name) {
  require_bus(tx, bus);
  if (auto rule = find_rule(tx, bus, name)) return *rule;
  throw ResourceNotFoundException("Rule " + std::string(name) + " does not exist on EventBus " + bus.name + ".");
}

void Store::put(store::Tx& tx, const RuleRow& rule) {
  Json body = Json::object({{"state", rule.state}, {"created_by", rule.created_by}});
  put_optional(body, "pattern", rule.pattern);
  put_optional(body, "schedule", rule.schedule);
  put_optional(body, "description", rule.description);
  put_optional(body, "role_arn", rule.role_arn);
  tx.exec(
      "INSERT INTO events_rules (account, region, bus, name, enabled, body) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (account, region, bus, name) DO UPDATE SET enabled = excluded.enabled, body = excluded.body",
      rule.bus.account, rule.bus.region, rule.bus.name, rule.name, rule.enabled, body);
}

void Store::erase_rule(store::Tx& tx, const BusKey& bus, std::string_view name) {
  tx.exec("DELETE FROM events_rules WHERE account = ? AND region = ? AND bus = ? AND name = ?", bus.account, bus.region,
          bus.name, name);
}

std::vector<RuleRow> Store::list_rules(store::Tx& tx, const BusKey& bus, std::string_view prefix, const PageOf& page) {
  std::vector<RuleRow> out;
  for (const auto& row : tx.query("SELECT name, enabled, body FROM events_rules WHERE account = ? AND region = ? AND "
                                  "bus = ? AND name > ? AND name LIKE ? ESCAPE '\\' ORDER BY name LIMIT ?",
                                  bus.account, bus.region, bus.name, page.after, like_prefix(prefix), page.limit))
    out.push_back(rule_of(bus, row));
  return out;
}

std::vector<RuleRow> Store::list_enabled_rules(store::Tx& tx, const BusKey& bus) {
  std::vector<RuleRow> out;
  for (const auto& row : tx.query("SELECT name, enabled, body FROM events_rules WHERE account = ? AND region = ? AND "
                                  "bus = ? AND enabled = 1 ORDER BY name",
                                  bus.account, bus.region, bus.name))
    out.push_back(rule_of(bus, row));
  return out;
}

int Store::count_rules(store::Tx& tx, const BusKey& bus) {
  return static_cast<int>(tx.find("SELECT COUNT(*) FROM events_rules WHERE account = ? AND region = ? AND bus = ?",
                                  bus.account, bus.region, bus.name)
                              ->integer(0));
}

void Store::put_target(store::Tx& tx, const RuleRow& rule, const Target& target) {
  tx.exec(
      "INSERT INTO events_targets (account, region, bus, rule, id, arn, body) VALUES (?, ?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (account, region, bus, rule, id) DO UPDATE SET arn = excluded.arn, body = excluded.body",
      rule.bus.account, rule.bus.region, rule.bus.name, rule.name, target.id, target.arn, wire::to_json(target));
}

bool Store::erase_target(store::Tx& tx, const RuleRow& rule, std::string_view id) {
  return tx.exec("DELETE FROM events_targets WHERE account = ? AND region = ? AND bus = ? AND rule = ? AND id = ?",
                 rule.bus.account, rule.bus.region, rule.bus.name, rule.name, id) > 0;
}

std::vector<Target> Store::list_targets(store::Tx& tx, const BusKey& bus, std::string_view rule, const PageOf& page) {
  std::vector<Target> out;
  for (const auto& row : tx.query("SELECT body FROM events_targets WHERE account = ? AND region = ? AND bus = ? AND "
                                  "rule = ? AND id > ? ORDER BY id LIMIT ?",
                                  bus.account, bus.region, bus.name, rule, page.after, page.limit))
    out.push_back(wire::from_json<Target>(row.json(0)));
  return out;
}

std::vector<std::string> Store::list_rules_of_target(store::Tx& tx, const BusKey& bus, std::string_view arn,
                                                     const PageOf& page) {
  std::vector<std::string> out;
  for (const auto& row : tx.query("SELECT DISTINCT rule FROM events_targets WHERE account = ? AND region = ? AND "
                                  "bus = ? AND arn = ? AND rule > ? ORDER BY rule LIMIT ?",
                                  bus.account, bus.region, bus.name, arn, page.after, page.limit))
    out.push_back(row.text(0));
  return out;
}

std::map<std::string, std::string> Store::tags(store::Tx& tx, std::string_view arn) {
  std::map<std::string, std::string> out;
  for (const auto& row : tx.query("SELECT name, value FROM events_tags WHERE arn = ?", arn))
    out[row.text(0)] = row.text(1);
  return out;
}

void Store::set_tag(store::Tx& tx, std::string_view arn, std::string_view name, std::string_view value) {
  tx.exec(
      "INSERT INTO events_tags (arn, name, value) VALUES (?, ?, ?) ON CONFLICT (arn, name) DO UPDATE SET value = "
      "excluded.value",
      arn, name, value);
}

void Store::erase_tag(store::Tx& tx, std::string_view arn, std::string_view name) {
  tx.exec("DELETE FROM events_tags WHERE arn = ? AND name = ?", arn, name);
}

void Store::erase_tags(store::Tx& tx, std::string_view arn) { tx.exec("DELETE FROM events_tags WHERE arn = ?", arn); }

}  // namespace hanbat::events
