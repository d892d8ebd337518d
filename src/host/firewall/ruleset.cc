// Both listings become the same few facts of each chain, from which gates are judged.
#include "host/firewall/ruleset.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.h"
#include "host/networks/plan.h"

namespace hanbat::host {
namespace {

enum class Way { kIn, kOut };  // the link is where the packet comes from, or where it goes

struct Rule {
  std::optional<Way> ours;  // of a rule of ours, which way it opens
  std::string removal;
  bool stops = false;                 // it may drop or reject by itself
  std::vector<std::string> leads_to;  // chains
};

struct Chain {
  std::optional<Hook> hook;
  bool stops_at_end = false;
  std::vector<Rule> rules;
};

/// The chains of one table, by name.
using Table = std::map<std::string, Chain>;

std::optional<Hook> find_hook(std::string_view name) {
  if (name == "forward" || name == "FORWARD") return Hook::kForward;
  if (name == "input" || name == "INPUT") return Hook::kInput;
  if (name == "output" || name == "OUTPUT") return Hook::kOutput;
  return std::nullopt;
}

std::vector<Way> ways_of(Hook hook) {
  if (hook == Hook::kForward) return {Way::kIn, Way::kOut};
  return {hook == Hook::kInput ? Way::kIn : Way::kOut};
}

/// Targets of iptables that let the packet go on. Of all others it is taken that they may not.
bool goes_on(std::string_view target) {
  static constexpr std::array<std::string_view, 12> kHarmless = {
      "ACCEPT", "RETURN", "LOG", "NFLOG", "MARK", "CONNMARK", "CT", "TCPMSS", "CHECKSUM", "TRACE", "SET", "AUDIT"};
  return std::find(kHarmless.begin(), kHarmless.end(), target) != kHarmless.end();
}

/// Collects from a statement's JSON, at any depth (verdict maps hold verdicts), what it may do to a packet.
void add_verdicts(const Json& json, Rule& rule) {
  if (json.is_array())
    for (const Json& item : json.items()) add_verdicts(item, rule);
  if (!json.is_object()) return;
  for (const auto& [name, value] : json.members()) {
    if (name == "drop" || name == "reject" || name == "queue")
      rule.stops = true;
    else if (name == "jump" || name == "goto")
      rule.leads_to.push_back(value.text("target"));
    else if (name == "vmap" && value["data"].is_string())
      rule.stops = true;  // a map by name: its verdicts stand elsewhere
    else if (name == "xt" && value.text("type") != "match")
      rule.stops = rule.stops || !goes_on(value.text("name"));
    else
      add_verdicts(value, rule);
  }
}

bool matches_link(const Json& statement, std::string_view key) {
  const Json& match = statement["match"];
  return match["left"]["meta"].text("key") == key && match["right"].is_string() && match["right"].as_string() == kEdge;
}

Rule rule_of(const Json& json) {
  Rule rule;
  const Json& statements = json["expr"];
  if (!statements.is_array()) return rule;
  add_verdicts(statements, rule);
  if (json.text("comment") != kFirewallMark) return rule;
  for (const Json& statement : statements.items()) {
    if (matches_link(statement, "iifname")) rule.ours = Way::kIn;
    if (matches_link(statement, "oifname")) rule.ours = Way::kOut;
  }
  rule.removal = fmt::format("delete rule {} {} {} handle {}", json.text("family"), json.text("table"),
                             json.text("chain"), json.integer("handle"));
  return rule;
}

/// Whether a packet that is led to the chain may be stopped there.
bool may_stop(const Table& table, const std::string& name, std::set<std::string>& seen);
bool may_stop(const Table& table, const Rule& rule, std::set<std::string>& seen) {
  return rule.stops || std::any_of(rule.leads_to.begin(), rule.leads_to.end(),
                                   [&](const std::string& chain) { return may_stop(table, chain, seen); });
}
bool may_stop(const Table& table, const std::string& name, std::set<std::string>& seen) {
  const auto found = table.find(name);
  if (found == table.end()) return true;
  if (!seen.insert(name).second) return false;
  return std::any_of(found->second.rules.begin(), found->second.rules.end(),
                     [&](const Rule& rule) { return may_stop(table, rule, seen); });
}

bool may_stop(const Table& table, const Rule& rule) {
  std::set<std::string> seen;
  return may_stop(table, rule, seen);
}

bool is_open(const Table& table, const Chain& chain) {
  std::set<Way> opened;
  for (const Rule& rule : chain.rules) {
    if (rule.ours)
      opened.insert(*rule.ours);
    else if (may_stop(table, rule))
      break;
  }
  const auto needed = ways_of(*chain.hook);
  return std::all_of(needed.begin(), needed.end(), [&](Way way) { return opened.contains(way); });
}

bool is_gate(const Table& table, const Chain& chain) {
  return chain.hook && (chain.stops_at_end || std::any_of(chain.rules.begin(), chain.rules.end(),
                                                          [&](const Rule& rule) { return may_stop(table, rule); }));
}

std::vector<std::string> removals(const Chain& chain) {
  std::vector<std::string> out;
  for (const Rule& rule : chain.rules)
    if (!rule.removal.empty()) out.push_back(rule.removal);
  return out;
}

std::string firewall_of(const std::string& family, const std::string& name, const Table& table) {
  const auto has = [&](std::string_view prefix) {
    return std::any_of(table.begin(), table.end(), [&](const auto& one) { return one.first.starts_with(prefix); });
  };
  if (family == "inet" && name == "firewalld") return "firewalld";
  if (has("ufw-")) return has("DOCKER") ? "ufw, Docker" : "ufw";
  if (has("DOCKER")) return "Docker";
  return name == "filter" && has("FORWARD") ? "iptables" : "nftables";
}

void add_gates(const std::string& family, const std::string& name, const Table& table, Gate::Keeper keeper,
               std::vector<Gate>& gates) {
  for (const auto& [chain_name, chain] : table) {
    if (!is_gate(table, chain)) continue;
    gates.push_back({.family = family,
                     .table = name,
                     .chain = chain_name,
                     .hook = *chain.hook,
                     .keeper = keeper,
                     .firewall = firewall_of(family, name, table),
                     .open = is_open(table, chain),
                     .own_rules = removals(chain)});
  }
}

/// Tables whose packets are the region's: of IPv4, and not its own.
std::map<std::pair<std::string, std::string>, Table> tables_of(const Json& ruleset) {
  std::map<std::pair<std::string, std::string>, Table> tables;
  const auto find_table = [&](const Json& json) -> Table* {
    const std::string family = json.text("family"), name = json.text("table");
    if ((family != "ip" && family != "inet") || name == "hanbat") return nullptr;
    return &tables[{family, name}];
  };
  const Json& listed = ruleset["nftables"];
  if (!listed.is_array()) return tables;
  for (const Json& item : listed.items()) {
    if (const Json& json = item["chain"]; json.is_object()) {
      Table* table = find_table(json);
      if (!table) continue;
      Chain& chain = (*table)[json.text("name")];
      if (json.text("type") == "filter") chain.hook = find_hook(json.text("hook"));
      chain.stops_at_end = json.text("policy") == "drop";
    } else if (const Json& rule = item["rule"]; rule.is_object()) {
      if (Table* table = find_table(rule)) (*table)[rule.text("chain")].rules.push_back(rule_of(rule));
    }
  }
  return tables;
}

/// "-A FORWARD -i hb-edge -m comment --comment hanbat -j ACCEPT".
Rule legacy_rule(const std::string& line) {
  Rule rule;
  const auto words = split(line, ' ');
  const auto after = [&](std::string_view option) {
    const auto found = std::find(words.begin(), words.end(), option);
    return found == words.end() || found + 1 == words.end() ? std::string() : *(found + 1);
  };
  for (const char* option : {"-j", "-g"}) {
    const std::string target = after(option);
    if (target.empty() || goes_on(target)) continue;
    if (target == "DROP" || target == "REJECT" || target == "NFQUEUE" || target == "QUEUE")
      rule.stops = true;
    else
      rule.leads_to.push_back(target);
  }
  if (after("--comment") != kFirewallMark) return rule;
  if (after("-i") == kEdge) rule.ours = Way::kIn;
  if (after("-o") == kEdge) rule.ours = Way::kOut;
  rule.removal = "-D" + line.substr(2);
  return rule;
}

Table legacy_table(std::string_view rules) {
  Table table;
  for (const std::string& line : split(std::string(rules), '\n')) {
    const auto words = split(line, ' ');
    if (words.size() < 2) continue;
    Chain& chain = table[words[1]];
    if (words[0] == "-P" && words.size() > 2) {
      chain.hook = find_hook(words[1]);
      chain.stops_at_end = words[2] == "DROP";
    } else if (words[0] == "-A") {
      chain.rules.push_back(legacy_rule(line));
    }
  }
  return table;
}

/// A chain that is there and empty says nothing: iptables makes such when it is only asked.
bool decides_forwarding_in(const Table& table) {
  return std::any_of(table.begin(), table.end(), [](const auto& one) {
    const Chain& chain = one.second;
    return chain.hook == Hook::kForward &&
           (chain.stops_at_end ||
            std::any_of(chain.rules.begin(), chain.rules.end(), [](const Rule& rule) { return rule.removal.empty(); }));
  });
}

}  // namespace

std::string Gate::name() const { return fmt::format("the chain {} of {} {} ({})", chain, family, table, firewall); }

std::vector<Gate> find_gates(const Json& ruleset) {
  std::vector<Gate> gates;
  const bool zoned = is_trusted(ruleset);
  for (const auto& [key, table] : tables_of(ruleset)) {
    const bool firewalld = key.second == "firewalld";
    const std::size_t before = gates.size();
    add_gates(key.first, key.second, table, firewalld ? Gate::Keeper::kFirewalld : Gate::Keeper::kNftables, gates);
    for (std::size_t i = before; firewalld && zoned && i < gates.size(); ++i) gates[i].open = true;
  }
  return gates;
}

std::vector<Gate> find_legacy_gates(std::string_view rules) {
  std::vector<Gate> gates;
  add_gates("ip", "filter", legacy_table(rules), Gate::Keeper::kLegacy, gates);
  for (Gate& gate : gates) gate.firewall += ", iptables-legacy";
  return gates;
}

std::string opening(const std::vector<Gate>& gates) {
  std::string out;
  for (const Gate& gate : gates) {
    if (gate.open || gate.keeper == Gate::Keeper::kLegacy) continue;
    for (const std::string& removal : gate.own_rules) out += removal + "\n";
    // As iptables writes them, so that it goes on reading a chain of its own.
    for (const Way way : ways_of(gate.hook))
      out += fmt::format("insert rule {} {} {} {} \"{}\" counter accept comment \"{}\"\n", gate.family, gate.table,
                         gate.chain, way == Way::kIn ? "iifname" : "oifname", kEdge, kFirewallMark);
  }
  return out;
}

std::string legacy_opening(const std::vector<Gate>& gates) {
  std::string out;
  for (const Gate& gate : gates) {
    if (gate.open || gate.keeper != Gate::Keeper::kLegacy) continue;
    for (const std::string& removal : gate.own_rules) out += removal + "\n";
    for (const Way way : ways_of(gate.hook))
      out += fmt::format("-I {} {} {} -m comment --comment {} -j ACCEPT\n", gate.chain, way == Way::kIn ? "-i" : "-o",
                         kEdge, kFirewallMark);
  }
  return out.empty() ? "" : "*filter\n" + out + "COMMIT\n";
}

std::vector<std::string> list_own_rules(const Json& ruleset) {
  std::vector<std::string> out;
  for (const auto& [key, table] : tables_of(ruleset))
    for (const auto& [name, chain] : table)
      for (std::string& removal : removals(chain)) out.push_back(std::move(removal));
  return out;
}

std::vector<std::string> list_own_legacy_rules(std::string_view rules) {
  std::vector<std::string> out;
  for (const auto& [name, chain] : legacy_table(rules))
    for (std::string& removal : removals(chain)) out.push_back(std::move(removal));
  return out;
}

bool decides_forwarding(const Json& ruleset) {
  const auto tables = tables_of(ruleset);
  return std::any_of(tables.begin(), tables.end(), [](const auto& one) { return decides_forwarding_in(one.second); });
}

bool legacy_decides_forwarding(std::string_view rules) { return decides_forwarding_in(legacy_table(rules)); }

bool is_trusted(const Json& ruleset) {
  const Json& listed = ruleset["nftables"];
  if (!listed.is_array()) return false;
  return std::any_of(listed.items().begin(), listed.items().end(), [](const Json& item) {
    const Json& rule = item["rule"];
    if (rule.text("table") != "firewalld" || !rule["expr"].is_array()) return false;
    const auto& statements = rule["expr"].items();
    const auto leads = [](const Json& statement) {
      return statement["goto"].text("target").ends_with("_trusted") ||
             statement["jump"].text("target").ends_with("_trusted");
    };
    return std::any_of(statements.begin(), statements.end(), leads) &&
           std::any_of(statements.begin(), statements.end(),
                       [](const Json& statement) { return matches_link(statement, "iifname"); });
  });
}

}  // namespace hanbat::host
