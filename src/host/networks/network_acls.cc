// Network ACLs in nftables: a chain per ACL and direction whose rules return (allow) or drop, in the entries' order;
// what matches none is dropped. Stateless: no connection is looked at, so what returns needs an entry of its own. They
// come before the security groups, and only where a packet crosses a subnet's border.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "host/networks/nft.h"
#include "host/networks/plan.h"

namespace hanbat::host {
namespace {

using Ways = std::map<std::string, std::string>;  // subnet id → its ACL as a part of a chain's name

std::string chain_name(Direction direction, const std::string& acl) {
  return fmt::format("acl_{}_{}", word_of(direction), acl);
}

void add_chain(const NetworkAcl& acl, Direction direction, std::string& out) {
  std::vector<const NetworkAclEntry*> entries;
  for (const auto& entry : acl.entries)
    if (entry.direction == direction) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) { return a->number < b->number; });
  out += fmt::format("  chain {} {{\n", chain_name(direction, identifier(acl.id)));
  for (const auto* entry : entries) {
    const std::string peer = entry->cidr == "0.0.0.0/0" ? "" : fmt::format("{} {} ", peer_of(direction), entry->cidr);
    out += fmt::format("    {}{}{}\n", match_of(entry->protocol, entry->from_port, entry->to_port), peer,
                       entry->action == AclAction::kAllow ? "return" : "drop");
  }
  out += "    drop\n  }\n";
}

/// `verdict` leads a packet whose `word` ("saddr", "daddr") is in a subnet to its ACL.
std::string way(const VpcSpec& spec, const Ways& ways, const char* word, Direction direction) {
  std::vector<std::string> elements;
  for (const auto& subnet : spec.subnets)
    if (const auto found = ways.find(subnet.id); found != ways.end())
      elements.push_back(fmt::format("{} : jump {}", subnet.cidr, chain_name(direction, found->second)));
  return fmt::format("    ip {} vmap {{ {} }}\n", word, join(elements, ", "));
}

/// The subnet of a NAT gateway is crossed by what it carries: into it and out of it, both ways. The route of the
/// machine's own subnet to `peer` says which gateway that is.
void add_nat_chain(const VpcSpec& spec, const Ways& ways, const RouteTable& table, const char* peer, std::string& out) {
  out += fmt::format("  chain acl_nat_{}_{} {{\n", peer, identifier(table.id));
  for (const auto& [range, route] : by_prefix(table)) {
    const std::string match = range.bits == 0 ? "" : fmt::format("ip {} {} ", peer, range.text());
    const auto nat = std::find_if(spec.nat_gateways.begin(), spec.nat_gateways.end(),
                                  [&](const NatGateway& one) { return one.id == route.target; });
    if (route.kind == RouteKind::kNatGateway && nat != spec.nat_gateways.end())
      if (const auto acl = ways.find(nat->subnet_id); acl != ways.end())
        for (const Direction direction : {Direction::kIngress, Direction::kEgress})
          out += fmt::format("    {}jump {}\n", match, chain_name(direction, acl->second));
    out += fmt::format("    {}return\n", match);
  }
  out += "  }\n";
}

bool has_nat(const RouteTable& table) {
  return std::any_of(table.routes.begin(), table.routes.end(),
                     [](const Route& route) { return route.kind == RouteKind::kNatGateway; });
}

/// The rules that lead what a NAT gateway carries to those chains.
std::string nat_ways(const VpcSpec& spec) {
  std::vector<std::string> out, back;
  for (const auto& subnet : spec.subnets)
    for (const auto& table : spec.route_tables)
      if (table.id == subnet.route_table_id && has_nat(table)) {
        out.push_back(fmt::format("{} : jump acl_nat_daddr_{}", subnet.cidr, identifier(table.id)));
        back.push_back(fmt::format("{} : jump acl_nat_saddr_{}", subnet.cidr, identifier(table.id)));
      }
  if (out.empty()) return "";
  return fmt::format(
      "    oifname \"edge\" ct direction original ip saddr vmap {{ {} }}\n"
      "    iifname \"edge\" ct direction reply ip daddr vmap {{ {} }}\n",
      join(out, ", "), join(back, ", "));
}

}  // namespace

void add_network_acls(const VpcSpec& spec, std::string& out) {
  Ways ways;
  for (const auto& acl : spec.network_acls) {
    for (const Direction direction : {Direction::kIngress, Direction::kEgress}) add_chain(acl, direction, out);
    for (const auto& id : acl.subnet_ids)
      if (std::any_of(spec.subnets.begin(), spec.subnets.end(), [&](const Subnet& one) { return one.id == id; }))
        ways[id] = identifier(acl.id);
  }
  if (ways.empty()) return;
  for (const auto& table : spec.route_tables)
    if (has_nat(table))
      for (const char* peer : {"daddr", "saddr"}) add_nat_chain(spec, ways, table, peer, out);

  for (const std::string hook : {"forward", "input", "output"}) {
    out += fmt::format("  chain acl_{} {{\n    type filter hook {} priority -10; policy accept;\n", hook, hook);
    // The resolver, the metadata service and DHCP are not subject to network ACLs. Source: "Control subnet traffic with
    // network access control lists" of the VPC guide.
    if (hook != "forward")
      out += fmt::format(
          "    ip saddr {{ 169.254.0.0/16, {0} }} accept\n    ip daddr {{ 169.254.0.0/16, {0} }} accept\n"
          "    udp sport {{ 67, 68 }} udp dport {{ 67, 68 }} accept\n",
          resolver_address(spec));
    for (const auto& subnet : spec.subnets) out += fmt::format("    ip saddr {0} ip daddr {0} accept\n", subnet.cidr);
    out += way(spec, ways, "saddr", Direction::kEgress);
    if (hook == "forward") out += nat_ways(spec);
    out += way(spec, ways, "daddr", Direction::kIngress) + "  }\n";
  }
}

}  // namespace hanbat::host
