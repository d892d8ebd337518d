// Addresses, routes and rules of a VPC.
#include "host/networks/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "host/ipv4.h"

namespace hanbat::host {
namespace {

const Subnet* find_subnet(const VpcSpec& spec, const std::string& id) {
  const auto found =
      std::find_if(spec.subnets.begin(), spec.subnets.end(), [&](const Subnet& one) { return one.id == id; });
  return found == spec.subnets.end() ? nullptr : &*found;
}

const RouteTable* find_table(const VpcSpec& spec, const std::string& id) {
  const auto found = std::find_if(spec.route_tables.begin(), spec.route_tables.end(),
                                  [&](const RouteTable& one) { return one.id == id; });
  return found == spec.route_tables.end() ? nullptr : &*found;
}

std::string via_edge(const std::string& destination, int table) {
  return fmt::format("{} via {} dev edge onlink table {}", destination, kEdgeGateway, table);
}

/// Where a NAT gateway can send what goes to `wanted`: as much of it as its own subnet routes to the internet gateway.
std::vector<std::string> reach_of_nat(const VpcSpec& spec, const std::string& nat_id, const std::string& wanted) {
  std::vector<std::string> reach;
  const auto nat = std::find_if(spec.nat_gateways.begin(), spec.nat_gateways.end(),
                                [&](const NatGateway& one) { return one.id == nat_id; });
  if (nat == spec.nat_gateways.end() || !spec.internet_gateway) return reach;
  const Subnet* subnet = find_subnet(spec, nat->subnet_id);
  const RouteTable* table = subnet ? find_table(spec, subnet->route_table_id) : nullptr;
  if (!table) return reach;
  const Range all = require_range(wanted, "route");
  for (const auto& route : table->routes) {
    if (route.kind != RouteKind::kInternetGateway) continue;
    const Range range = require_range(route.destination, "route");
    if (range.holds(all))
      reach.push_back(all.text());
    else if (all.holds(range))
      reach.push_back(range.text());
  }
  return reach;
}

void add_table(const VpcSpec& spec, const RouteTable& table, int number, std::set<std::string>& routes) {
  for (const auto& route : table.routes) {
    const std::size_t before = routes.size();
    if (route.kind == RouteKind::kInternetGateway && spec.internet_gateway)
      routes.insert(via_edge(route.destination, number));
    // Local in this table alone: the senders whose table it is reach who listens here, the others go on.
    if (route.kind == RouteKind::kEndpoint)
      routes.insert(fmt::format("local {} dev lo table {}", route.destination, number));
    if (route.kind == RouteKind::kNatGateway)
      for (const auto& reach : reach_of_nat(spec, route.target, route.destination))
        routes.insert(via_edge(reach, number));
    if (route.kind == RouteKind::kInterface) {
      const auto eni = std::find_if(spec.interfaces.begin(), spec.interfaces.end(),
                                    [&](const Interface& one) { return one.id == route.target; });
      if (eni != spec.interfaces.end() && eni->attachment == Attachment::kMachine)
        routes.insert(fmt::format("{} via {} dev {} onlink table {}", route.destination, eni->private_ip,
                                  device_name(eni->id), number));
    }
    if (routes.size() == before) routes.insert(fmt::format("blackhole {} table {}", route.destination, number));
  }
}

}  // namespace

std::string namespace_name(const std::string& vpc_id) { return "hb-" + vpc_id; }
std::string edge_link_name(const VpcNumbers& numbers) { return fmt::format("hb-e{}", numbers.link); }

KernelLines kernel_lines(const VpcSpec& spec, const VpcNumbers& numbers, const EdgeRange& edge) {
  KernelLines lines;
  const Range primary = require_range(spec.cidrs.front(), "cidr");
  for (const char* address : {"169.254.169.253", "169.254.169.254", "169.254.170.2"})
    lines.addresses.insert(fmt::format("{}/32 dev lo", address));
  lines.addresses.insert(fmt::format("{}/32 dev lo", to_text(primary.base + 2)));
  lines.addresses.insert(fmt::format("{}/32 dev edge", edge.link(numbers.link)));
  for (const auto& interface : spec.interfaces)
    if (interface.attachment == Attachment::kBalancer)
      lines.addresses.insert(fmt::format("{}/32 dev lo", interface.private_ip));

  for (const auto& interface : spec.interfaces) {
    if (interface.attachment != Attachment::kMachine) continue;
    for (const auto& further : interface.secondaries)
      lines.routes.insert(
          fmt::format("{}/32 dev {} src {} table main", further.private_ip, device_name(interface.id),
                      to_text(require_range(find_subnet(spec, interface.subnet_id)->cidr, "subnet").base + 1)));
  }

  // Within the VPC the main table decides: it has a /32 for each machine that runs, and nothing else is there.
  for (const auto& cidr : spec.cidrs) {
    lines.rules.insert(fmt::format("pref 100 to {} lookup main", cidr));
    lines.routes.insert(fmt::format("unreachable {} metric 4000000 table main", cidr));
  }
  lines.rules.insert(fmt::format("pref 200 iif lo to {} lookup 200", edge.host()));
  lines.routes.insert(via_edge("default", 200));
  for (const auto& subnet : spec.subnets)
    lines.rules.insert(
        fmt::format("pref 1000 from {} lookup {}", subnet.cidr, numbers.tables.at(subnet.route_table_id)));
  lines.rules.insert("pref 32000 type unreachable from all");
  for (const auto& table : spec.route_tables) add_table(spec, table, numbers.tables.at(table.id), lines.routes);
  return lines;
}

std::set<std::string> edge_routes(const VpcSpec& spec, const VpcNumbers& numbers, const EdgeRange& edge) {
  std::set<std::string> routes;
  const std::string link = edge_link_name(numbers);
  routes.insert(fmt::format("{}/32 dev {}", edge.link(numbers.link), link));
  if (!spec.internet_gateway) return routes;
  const auto add = [&](const std::string& address) {
    if (!address.empty())
      routes.insert(fmt::format("{}/32 via {} dev {} onlink", address, edge.link(numbers.link), link));
  };
  for (const auto& interface : spec.interfaces)
    for (const auto& address : addresses_of(interface)) add(address.public_ip);
  for (const auto& nat : spec.nat_gateways) add(nat.public_ip);
  return routes;
}

std::string interface_batch(const VpcSpec& spec, const Interface& interface) {
  const Subnet* subnet = find_subnet(spec, interface.subnet_id);
  const Range range = require_range(subnet->cidr, "subnet");
  const std::string device = device_name(interface.id);
  return fmt::format(
      "address replace {}/{} dev {} noprefixroute\n"
      "link set {} up\n"
      "route replace {}/32 dev {} src {}\n"
      "neighbour replace {} lladdr {} dev {} nud permanent\n",
      to_text(range.base + 1), range.bits, device, device, interface.private_ip, device, to_text(range.base + 1),
      interface.private_ip, interface.mac, device);
}

}  // namespace hanbat::host
