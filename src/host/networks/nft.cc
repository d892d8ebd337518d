// The nftables rulesets. In a VPC, a packet's own address tells which interface it is of (the anti-spoofing chain has
// seen to that), so a security group is a chain that accepts and a set of its members' addresses. The check of the
// sender's groups and that of the receiver's are two base chains at one hook: accept in the first goes on to the
// second.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"
#include "host/ipv4.h"
#include "host/networks/nft.h"
#include "host/networks/plan.h"
#include "host/s3_address.h"

namespace hanbat::host {

std::string identifier(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

std::string match_of(const std::string& protocol, int from, int to) {
  if (protocol == "-1") return "";
  if (protocol == "icmp" || protocol == "1") {
    if (from < 0) return "ip protocol icmp ";
    return to < 0 ? fmt::format("icmp type {} ", from) : fmt::format("icmp type {} icmp code {} ", from, to);
  }
  const std::string name = protocol == "6" ? "tcp" : protocol == "17" ? "udp" : protocol;
  if (name != "tcp" && name != "udp") return fmt::format("ip protocol {} ", name);
  if (from < 0 || (from == 0 && to == 65535)) return fmt::format("ip protocol {} ", name);
  return from == to ? fmt::format("{} dport {} ", name, from) : fmt::format("{} dport {}-{} ", name, from, to);
}

std::string peer_of(Direction direction) { return direction == Direction::kIngress ? "ip saddr" : "ip daddr"; }

std::vector<std::pair<Range, Route>> by_prefix(const RouteTable& table) {
  std::vector<std::pair<Range, Route>> routes;
  for (const auto& route : table.routes) routes.emplace_back(require_range(route.destination, "route"), route);
  std::stable_sort(routes.begin(), routes.end(),
                   [](const auto& a, const auto& b) { return a.first.bits > b.first.bits; });
  return routes;
}

std::string resolver_address(const VpcSpec& spec) {
  return to_text(require_range(spec.cidrs.front(), "cidr").base + 2);
}

namespace {

std::string elements(const std::vector<std::string>& items) {
  return items.empty() ? "" : " elements = { " + join(items, ", ") + " };";
}

void add_rules(const SecurityGroup& group, std::string& out) {
  for (const Direction direction : {Direction::kIngress, Direction::kEgress}) {
    const std::string peer = peer_of(direction);
    out += fmt::format("  chain {}_{} {{\n", word_of(direction), identifier(group.id));
    for (const auto& rule : group.rules) {
      if (rule.direction != direction) continue;
      const std::string match = match_of(rule.protocol, rule.from_port, rule.to_port);
      for (const auto& cidr : rule.cidrs)
        out += fmt::format("    {}{}accept\n", match, cidr == "0.0.0.0/0" ? "" : fmt::format("{} {} ", peer, cidr));
      for (const auto& id : rule.groups)
        out += fmt::format("    {}{} @members_{} accept\n", match, peer, identifier(id));
    }
    out += "  }\n";
  }
}

/// Interfaces with the same set of groups share a chain per direction; the verdict maps lead each address to its chain.
void add_combinations(const VpcSpec& spec, std::string& out) {
  std::map<std::set<std::string>, int> combinations;
  std::map<Direction, std::vector<std::string>> ways;
  for (const auto& interface : spec.interfaces) {
    if (interface.attachment == Attachment::kNone) continue;
    const std::set<std::string> groups(interface.security_group_ids.begin(), interface.security_group_ids.end());
    const int number = combinations.try_emplace(groups, static_cast<int>(combinations.size())).first->second;
    for (const auto& address : addresses_of(interface))
      for (const Direction direction : {Direction::kIngress, Direction::kEgress})
        ways[direction].push_back(fmt::format("{} : goto {}_of_{}", address.private_ip, word_of(direction), number));
  }
  for (const auto& [groups, number] : combinations)
    for (const Direction direction : {Direction::kIngress, Direction::kEgress}) {
      out += fmt::format("  chain {}_of_{} {{\n", word_of(direction), number);
      for (const auto& id : groups) out += fmt::format("    jump {}_{}\n", word_of(direction), identifier(id));
      out += "    drop\n  }\n";
    }
  for (const Direction direction : {Direction::kIngress, Direction::kEgress})
    out +=
        fmt::format("  map {}_ways {{ type ipv4_addr : verdict;{} }}\n", word_of(direction), elements(ways[direction]));
}

void add_leave_chain(const VpcSpec& spec, const RouteTable& table, std::string& out) {
  out += fmt::format("  chain leave_{} {{\n", identifier(table.id));
  for (const auto& [range, route] : by_prefix(table)) {
    const std::string to = range.bits == 0 ? "" : fmt::format("ip daddr {} ", range.text());
    if (route.kind == RouteKind::kInternetGateway)
      out += fmt::format("    {}snat to ip saddr map @public_of\n    {}drop\n", to, to);
    if (route.kind != RouteKind::kNatGateway) continue;
    for (const auto& nat : spec.nat_gateways)
      if (nat.id == route.target) out += fmt::format("    {}snat to {}\n", to, nat.public_ip);
  }
  out += "    drop\n  }\n";
}

/// What leaves for the internet: per subnet, the most specific route says through which address.
void add_source_nat(const VpcSpec& spec, std::string& out) {
  std::vector<std::string> publics, ways;
  for (const auto& interface : spec.interfaces)
    for (const auto& address : addresses_of(interface))
      if (!address.public_ip.empty()) publics.push_back(address.private_ip + " : " + address.public_ip);
  for (const auto& nat : spec.nat_gateways) publics.push_back(nat.private_ip + " : " + nat.public_ip);
  out += fmt::format("  map public_of {{ type ipv4_addr : ipv4_addr;{} }}\n", elements(publics));
  std::vector<std::string> privates;
  for (const auto& interface : spec.interfaces)
    for (const auto& address : addresses_of(interface))
      if (!address.public_ip.empty() && interface.attachment != Attachment::kNone)
        privates.push_back(address.public_ip + " : " + address.private_ip);
  out += fmt::format("  map private_of {{ type ipv4_addr : ipv4_addr;{} }}\n", elements(privates));

  for (const auto& table : spec.route_tables) add_leave_chain(spec, table, out);
  for (const auto& subnet : spec.subnets)
    ways.push_back(fmt::format("{} : goto leave_{}", subnet.cidr, identifier(subnet.route_table_id)));
  out += "  chain leave {\n    type nat hook postrouting priority 100; policy accept;\n";
  if (!ways.empty()) out += fmt::format("    oifname \"edge\" ip saddr vmap {{ {} }}\n", join(ways, ", "));
  out += "  }\n";
  out += "  chain arrive {\n    type nat hook prerouting priority -100; policy accept;\n";
  if (spec.internet_gateway && !privates.empty()) out += "    iifname \"edge\" dnat to ip daddr map @private_of\n";
  out += "  }\n";
}

constexpr const char* kEstablished = "    ct state established,related accept\n";

void add_sets(const VpcSpec& spec, std::string& out) {
  std::vector<std::string> own, unchecked, balancers;
  std::map<std::string, std::vector<std::string>> members;
  for (const auto& interface : spec.interfaces) {
    if (interface.attachment == Attachment::kNone) continue;
    const auto addresses = addresses_of(interface);
    for (const auto& id : interface.security_group_ids)
      for (const auto& address : addresses) members[id].push_back(address.private_ip);
    if (interface.attachment == Attachment::kBalancer) balancers.push_back(interface.private_ip);
    if (interface.attachment != Attachment::kMachine) continue;
    for (const auto& address : addresses)
      own.push_back(fmt::format("\"{}\" . {}", device_name(interface.id), address.private_ip));
    if (!interface.source_dest_check) unchecked.push_back(fmt::format("\"{}\"", device_name(interface.id)));
  }
  out += fmt::format("  set own {{ type ifname . ipv4_addr;{} }}\n", elements(own));
  out += fmt::format("  set unchecked {{ type ifname;{} }}\n", elements(unchecked));
  out += fmt::format("  set balancers {{ type ipv4_addr;{} }}\n", elements(balancers));
  for (const auto& group : spec.security_groups)
    out += fmt::format("  set members_{} {{ type ipv4_addr;{} }}\n", identifier(group.id), elements(members[group.id]));
}

void add_borders(const VpcSpec& spec, const EdgeRange& edge, std::string& out) {
  out +=
      "  chain from_machine {\n"
      "    ip saddr 0.0.0.0 udp sport 68 udp dport 67 return\n"
      "    iifname . ip saddr @own return\n"
      "    iifname @unchecked return\n"
      "    drop\n  }\n"
      "  chain no_spoofing {\n    type filter hook prerouting priority -300; policy accept;\n"
      "    iifname \"hb-*\" jump from_machine\n";
  for (const auto& cidr : spec.cidrs) out += fmt::format("    iifname \"edge\" ip saddr {} drop\n", cidr);
  out += "  }\n";
  // Only addresses of the internet's side may leave: what found no public address on its way is dropped.
  out += fmt::format(
      "  chain only_public {{\n    type filter hook postrouting priority 300; policy accept;\n"
      "    oifname \"edge\" ip saddr != {} drop\n  }}\n",
      edge.text());
}

void add_forward_chains(std::string& out) {
  out += "  chain forward_egress {\n    type filter hook forward priority 0; policy accept;\n";
  out += kEstablished;
  out += "    ct state invalid drop\n    iifname \"edge\" accept\n    ip saddr vmap @egress_ways\n  }\n";
  out += "  chain forward_ingress {\n    type filter hook forward priority 10; policy drop;\n";
  out += kEstablished;
  out += "    ip daddr vmap @ingress_ways\n    oifname \"edge\" accept\n    oifname @unchecked accept\n  }\n";
}

/// What is in the namespace itself: the resolver, the metadata service, and load balancers.
void add_local_chains(const VpcSpec& spec, const EdgeRange& edge, std::string& out) {
  out += "  chain input_egress {\n    type filter hook input priority 0; policy drop;\n";
  out += kEstablished;
  out +=
      "    iifname \"lo\" accept\n"
      "    udp dport 67 iifname \"hb-*\" accept\n";
  if (spec.dns.enabled)
    out += fmt::format(
        "    iifname \"hb-*\" ip daddr {{ {}, 169.254.169.253 }} meta l4proto {{ tcp, udp }} th dport 53 accept\n",
        resolver_address(spec));
  if (has_endpoint(spec))
    out += fmt::format("    iifname \"hb-*\" ip daddr {} tcp dport {{ 80, 443 }} ip saddr vmap @egress_ways\n",
                       s3_address(edge));
  out +=
      "    iifname \"hb-*\" ip daddr { 169.254.169.254, 169.254.170.2 } tcp dport 80 accept\n"
      // Who tries TLS first is not left waiting.
      "    iifname \"hb-*\" ip daddr { 169.254.169.254, 169.254.170.2 } tcp dport 443 reject with tcp reset\n"
      "    ip daddr != @balancers drop\n"
      "    iifname \"edge\" accept\n"
      "    ip saddr vmap @egress_ways\n  }\n";
  out += "  chain input_ingress {\n    type filter hook input priority 10; policy accept;\n";
  out += kEstablished;
  out += "    ip daddr @balancers ip daddr vmap @ingress_ways\n  }\n";

  out += "  chain output_egress {\n    type filter hook output priority 0; policy accept;\n";
  out += kEstablished;
  out += "    ip saddr @balancers ip saddr vmap @egress_ways\n  }\n";
  out += "  chain output_ingress {\n    type filter hook output priority 10; policy accept;\n";
  out += kEstablished;
  out += "    udp sport 67 accept\n    ip daddr vmap @ingress_ways\n  }\n";
}

}  // namespace

std::string nft_of_vpc(const VpcSpec& spec, const EdgeRange& edge) {
  std::string out = "table ip hanbat\ndelete table ip hanbat\ntable ip hanbat {\n";
  add_sets(spec, out);
  for (const auto& group : spec.security_groups) add_rules(group, out);
  add_combinations(spec, out);
  add_source_nat(spec, out);
  add_network_acls(spec, out);
  add_borders(spec, edge, out);
  add_forward_chains(out);
  add_local_chains(spec, edge, out);
  return out + "}\n";
}

namespace {

/// Networks of people's own, which an instance would not reach from AWS either.
constexpr const char* kPrivate =
    "{ 0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16 }";

}  // namespace

std::string nft_of_edge(const EdgeRange& edge) {
  return fmt::format(
      "table ip hanbat\ndelete table ip hanbat\ntable ip hanbat {{\n"
      "  chain forward {{\n    type filter hook forward priority 0; policy accept;\n"
      "    oifname \"host\" ct state established,related accept\n"
      "    oifname \"host\" ip saddr != {} drop\n"
      // The resolver beside the edge, though the range is of private addresses.
      "    oifname \"host\" ip daddr {} accept\n"
      "    oifname \"host\" ip daddr {} drop\n"
      "  }}\n"
      "  chain input {{\n    type filter hook input priority 0; policy drop;\n"
      "    ct state established,related accept\n    iifname \"lo\" accept\n    ip protocol icmp accept\n"
      "    ip daddr {} tcp dport {{ 22, 80, 443 }} accept\n"
      "    ip daddr {} tcp dport {{ 80, 443 }} accept\n"
      "  }}\n}}\n",
      edge.text(), edge.host(), kPrivate, edge.endpoint(), s3_address(edge));
}

std::string nft_of_host(Forwarding forwarding, const EdgeRange& edge) {
  std::string out = fmt::format(
      "table ip hanbat\ndelete table ip hanbat\ntable ip hanbat {{\n"
      "  chain leave {{\n    type nat hook postrouting priority 100; policy accept;\n"
      "    ip saddr {} oifname != \"hb-*\" masquerade\n  }}\n"
      "  chain input {{\n    type filter hook input priority 0; policy accept;\n"
      "    iifname != \"hb-edge\" accept\n    ct state established,related accept\n"
      "    ip daddr {} meta l4proto {{ tcp, udp }} th dport {} accept\n    drop\n  }}\n"
      "  chain forward {{\n    type filter hook forward priority 0; policy accept;\n"
      "    iifname \"hb-edge\" ip daddr {} drop\n"
      "    oifname \"hb-edge\" ct state established,related accept\n    oifname \"hb-edge\" drop\n",
      edge.text(), edge.host(), kUpstreamDnsPort, kPrivate);
  // We turned forwarding on for ourselves alone; it stays off for everyone else.
  if (forwarding == Forwarding::kWasOff) out += "    iifname != \"hb-edge\" drop\n";
  return out + "  }\n}\n";
}

}  // namespace hanbat::host
