// What a VPC's spec may be.
#include <algorithm>
#include <set>

#include "host/error.h"
#include "host/s3_address.h"
#include "host/validation.h"
#include "host/validation_rules.h"

namespace hanbat::host {
namespace {

void require_protocol(std::string_view text, std::string_view what) {
  if (text == "tcp" || text == "udp" || text == "icmp" || text == "-1") return;
  if (text.empty() || text.size() > 3 || text.find_first_not_of("0123456789") != std::string_view::npos ||
      std::stoi(std::string(text)) > 255)
    refuse(what, "no protocol: " + std::string(text.substr(0, 20)));
}

void require_ports(std::string_view protocol, int from, int to, std::string_view what) {
  const bool icmp = protocol == "icmp" || protocol == "1";
  const int most = icmp ? 255 : 65535;
  require_within(from, -1, most, what);
  require_within(to, -1, most, what);
  if (!icmp && from >= 0 && to < from) refuse(what, "ports in the wrong order");
}

void validate_addresses(const VpcSpec& spec, const EdgeRange& edge) {
  std::vector<Range> ranges;
  for (const auto& cidr : spec.cidrs) {
    const Range range = require_range(cidr, "cidr");
    require_within(range.bits, 16, 28, "cidr");
    // What the world behind the edge, the edge itself and link-local services use cannot be a VPC too.
    for (const Range& taken :
         {edge.whole(), Range{0x7F000000, 8}, Range{0xA9FE0000, 16}, Range{0, 8}, Range{0xE0000000, 3}})
      if (taken.overlaps(range)) refuse("cidr", cidr + " is reserved");
    for (const Range& other : ranges)
      if (other.overlaps(range)) refuse("cidr", cidr + " overlaps");
    ranges.push_back(range);
  }
  if (ranges.empty()) refuse("cidrs", "none");
  std::vector<Range> subnets;
  std::set<std::string> tables;
  for (const auto& table : spec.route_tables) tables.insert(table.id);
  for (const auto& subnet : spec.subnets) {
    require_name(subnet.id, "subnet id");
    if (!subnet.zone.empty()) require_name(subnet.zone, "subnet zone");
    const Range range = require_range(subnet.cidr, "subnet cidr");
    require_within(range.bits, 16, 28, "subnet cidr");
    if (std::none_of(ranges.begin(), ranges.end(), [&](const Range& whole) { return whole.holds(range); }))
      refuse("subnet cidr", subnet.cidr + " is not in the VPC");
    for (const Range& other : subnets)
      if (other.overlaps(range)) refuse("subnet cidr", subnet.cidr + " overlaps");
    subnets.push_back(range);
    if (!tables.contains(subnet.route_table_id))
      refuse("subnet route table", "not in the spec: " + subnet.route_table_id);
  }
}

void validate_routes(const VpcSpec& spec, const EdgeRange& edge) {
  for (const auto& table : spec.route_tables) {
    require_name(table.id, "route table id");
    require_at_most(table.routes.size(), 500, "routes");
    for (const auto& route : table.routes) {
      const Range range = require_range(route.destination, "route destination");
      if (route.kind == RouteKind::kEndpoint && range.text() != s3_address(edge) + "/32")
        refuse("route destination", "no service's: " + route.destination);
    }
  }
}

void validate_filters(const VpcSpec& spec) {
  require_at_most(spec.security_groups.size(), 2500, "security groups");
  require_at_most(spec.network_acls.size(), 200, "network ACLs");
  std::set<std::string> groups;
  for (const auto& group : spec.security_groups) {
    require_name(group.id, "security group id");
    if (!groups.insert(group.id).second) refuse("security group id", "twice: " + group.id);
  }
  for (const auto& group : spec.security_groups) {
    require_at_most(group.rules.size(), 1000, "rules");
    for (const auto& rule : group.rules) {
      require_protocol(rule.protocol, "rule protocol");
      require_ports(rule.protocol, rule.from_port, rule.to_port, "rule ports");
      for (const auto& cidr : rule.cidrs) require_range(cidr, "rule cidr");
      for (const auto& id : rule.groups)
        if (!groups.contains(id)) refuse("rule group", "not in the spec: " + id);
    }
  }
  for (const auto& acl : spec.network_acls) {
    require_name(acl.id, "network ACL id");
    require_at_most(acl.entries.size(), 1000, "network ACL entries");
    for (const auto& entry : acl.entries) {
      require_protocol(entry.protocol, "entry protocol");
      require_ports(entry.protocol, entry.from_port, entry.to_port, "entry ports");
      require_range(entry.cidr, "entry cidr");
    }
  }
}

void validate_interfaces(const VpcSpec& spec, const EdgeRange& edge) {
  std::set<std::string> devices, addresses, groups;
  for (const auto& group : spec.security_groups) groups.insert(group.id);
  for (const auto& interface : spec.interfaces) {
    require_interface_id(interface.id);
    if (!devices.insert(device_name(interface.id)).second) refuse("interface id", "twice: " + interface.id);
    const auto subnet = std::find_if(spec.subnets.begin(), spec.subnets.end(),
                                     [&](const Subnet& one) { return one.id == interface.subnet_id; });
    if (subnet == spec.subnets.end()) refuse("interface subnet", "not in the spec: " + interface.subnet_id);
    const Range range = require_range(subnet->cidr, "subnet cidr");
    require_at_most(interface.secondaries.size(), 50, "further addresses of an interface");
    for (const auto& one : addresses_of(interface)) {
      const std::uint32_t address = require_address(one.private_ip, "interface address");
      if (!addresses.insert(one.private_ip).second) refuse("interface address", "twice: " + one.private_ip);
      if (!range.holds(address) || address < range.base + 4 || address == range.last())
        refuse("interface address", one.private_ip + " is not free in its subnet");
      if (!one.public_ip.empty()) require_public_address(one.public_ip, "public address", edge);
    }
    if (!interface.mac.empty() || interface.attachment == Attachment::kMachine)
      require_mac(interface.mac, "interface MAC");
    if (!interface.host_name.empty()) require_name(interface.host_name, "host name");
    for (const auto& id : interface.security_group_ids)
      if (!groups.contains(id)) refuse("interface security group", "not in the spec: " + id);
  }
}

void validate_dhcp(const Dhcp& dhcp) {
  for (const auto* servers : {&dhcp.dns_servers, &dhcp.ntp_servers, &dhcp.netbios_name_servers}) {
    require_at_most(servers->size(), 4, "servers given by DHCP");
    for (const auto& address : *servers) require_address(address, "server given by DHCP");
  }
  require_at_most(dhcp.domains.size(), 10, "domains given by DHCP");
  for (const auto& domain : dhcp.domains) require_dns_name(domain, "domain given by DHCP");
  require_within(dhcp.netbios_node_type, 0, 8, "NetBIOS node type");
}

}  // namespace

void validate(const VpcSpec& spec, const EdgeRange& edge) {
  require_vpc_id(spec.id, "vpc id");
  require_name(spec.account, "account");
  require_name(spec.region, "region");
  require_at_most(spec.cidrs.size(), 5, "cidrs");
  require_at_most(spec.subnets.size(), 200, "subnets");
  require_at_most(spec.interfaces.size(), 1000, "interfaces");
  validate_routes(spec, edge);
  validate_addresses(spec, edge);
  for (const auto& nat : spec.nat_gateways) {
    require_name(nat.id, "NAT gateway id");
    require_address(nat.private_ip, "NAT gateway's private address");
    require_public_address(nat.public_ip, "NAT gateway's public address", edge);
  }
  validate_filters(spec);
  validate_interfaces(spec, edge);
  validate_dhcp(spec.dhcp);
  if (!spec.dns.domain.empty()) require_dns_name(spec.dns.domain, "DNS domain");
  require_at_most(spec.dns.records.size(), 5000, "DNS records");
  for (const auto& record : spec.dns.records) {
    require_dns_name(record.name, "DNS record");
    for (const auto& address : record.addresses) require_address(address, "DNS record's address");
  }
}

}  // namespace hanbat::host
