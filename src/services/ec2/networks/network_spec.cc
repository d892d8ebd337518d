#include "services/ec2/networks/network_spec.h"

#include <algorithm>
#include <map>
#include <set>

#include "host/s3_address.h"
#include "services/ec2/addresses/further_addresses.h"
#include "services/ec2/networks/dhcp_options.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/nat_gateway_states.h"
#include "services/ec2/routing/prefix_lists.h"
#include "services/ec2/routing/routes.h"
#include "services/ec2/routing/vpc_endpoints.h"
#include "services/ec2/security/security_rules.h"

namespace hanbat::ec2 {
namespace {

// A service names its interface by this tag in the DNS of every VPC (load balancers).
constexpr const char* kDnsNameTag = "hanbat:dns-name";

host::Attachment attachment_of(const NetworkInterface& interface) {
  if (interface.attachment) return host::Attachment::kMachine;
  if (!interface.requester_managed.value_or(false)) return host::Attachment::kNone;
  const std::string requester = interface.requester_id.value_or("");
  // Those of earlier versions bear the service's own name.
  return requester == kBalancers || requester.starts_with("elasticloadbalancing") ? host::Attachment::kBalancer
                                                                                  : host::Attachment::kMachine;
}

host::Route render_route(store::Tx& tx, const Resource<RouteTable>& table, const Route& route) {
  host::Route out;
  if (!is_alive(tx, table, route)) {
    out.kind = host::RouteKind::kBlackhole;
  } else if (route.gateway_id) {
    out.kind = host::RouteKind::kInternetGateway;
  } else if (route.nat_gateway_id) {
    out.kind = host::RouteKind::kNatGateway;
    out.target = *route.nat_gateway_id;
  } else {
    out.kind = host::RouteKind::kInterface;
    out.target = *route.network_interface_id;
  }
  return out;
}

/// The blocks that a prefix list says now.
std::vector<std::string> blocks_now(store::Tx& tx, const Place& place, const host::EdgeRange& edge,
                                    const std::string& list) {
  const auto found = find_prefix_list(tx, place, edge, list);
  return found ? blocks_of(*found) : std::vector<std::string>{};
}

/// A route to a prefix list is one to each of its blocks. A block that has a route of its own goes by that one, and of
/// several lists by the first. Source: Amazon VPC, "Route priority".
void render_routes(store::Tx& tx, const Resource<RouteTable>& table, const host::EdgeRange& edge,
                   std::vector<host::Route>& routes) {
  std::set<std::string> there;
  const auto add = [&](const Route& route, const std::string& block) {
    if (!there.insert(block).second) return;
    routes.push_back(render_route(tx, table, route));
    routes.back().destination = block;
  };
  if (!endpoints_of(tx, table).empty()) {
    routes.push_back({host::s3_address(edge) + "/32", host::RouteKind::kEndpoint, ""});
    there.insert(routes.back().destination);
  }
  for (const Route& route : *table.shape.routes)
    if (route.destination_cidr_block && route.gateway_id != "local") add(route, *route.destination_cidr_block);
  for (const Route& route : *table.shape.routes)
    if (route.destination_prefix_list_id)
      for (const std::string& block : blocks_now(tx, table.place, edge, *route.destination_prefix_list_id))
        add(route, block);
}

host::SecurityRule render_rule(const SecurityGroupRule& shape) {
  const Rule rule = rule_of(shape);
  host::SecurityRule out;
  out.direction = shape.is_egress.value_or(false) ? host::Direction::kEgress : host::Direction::kIngress;
  out.protocol = rule.protocol;
  out.from_port = rule.from_port;
  out.to_port = rule.to_port;
  if (!rule.cidr.empty()) out.cidrs.push_back(rule.cidr);
  if (!rule.group.empty()) out.groups.push_back(rule.group);
  return out;
}

host::NetworkAclEntry render_entry(const NetworkAclEntry& entry) {
  host::NetworkAclEntry out;
  out.number = *entry.rule_number;
  out.direction = *entry.egress ? host::Direction::kEgress : host::Direction::kIngress;
  out.action = require_word<host::AclAction>(entry.rule_action.value_or(""));
  out.protocol = *entry.protocol;
  if (entry.port_range) {
    out.from_port = *entry.port_range->from;
    out.to_port = *entry.port_range->to;
  } else if (entry.icmp_type_code) {
    out.from_port = *entry.icmp_type_code->type;
    out.to_port = *entry.icmp_type_code->code;
  }
  out.cidr = *entry.cidr_block;
  return out;
}

/// The VPC's ACLs that decide for some subnet.
void render_acls(store::Tx& tx, std::string_view vpc_id, std::vector<host::NetworkAcl>& acls) {
  for (const auto& acl : list_in<NetworkAcl>(tx, vpc_id)) {
    if (acl.shape.associations->empty()) continue;
    host::NetworkAcl& out = acls.emplace_back();
    out.id = acl.id;
    for (const NetworkAclAssociation& association : *acl.shape.associations)
      out.subnet_ids.push_back(*association.subnet_id);
    // A VPC here carries IPv4 alone, so that entries about IPv6 have nothing to decide.
    for (const NetworkAclEntry& entry : *acl.shape.entries)
      if (entry.cidr_block) out.entries.push_back(render_entry(entry));
  }
}

host::Interface render_interface(const Resource<NetworkInterface>& row) {
  const NetworkInterface& shape = row.shape;
  host::Interface out;
  out.id = row.id;
  out.attachment = attachment_of(shape);
  out.subnet_id = shape.subnet_id.value_or("");
  out.private_ip = shape.private_ip_address.value_or("");
  if (out.attachment != host::Attachment::kBalancer) out.mac = shape.mac_address.value_or("");
  if (shape.association) out.public_ip = shape.association->public_ip.value_or("");
  for (const FurtherAddress& one : further_addresses(row))
    out.secondaries.push_back({one.ip, one.association ? one.association->public_ip.value_or("") : ""});
  out.host_name = "ip-" + replace_all(out.private_ip, ".", "-");
  out.security_group_ids = group_ids(shape.groups);
  out.source_dest_check = shape.source_dest_check.value_or(true);
  return out;
}

/// The names that interfaces of any account have by the tag, by the interfaces' ids.
std::map<std::string, std::string> named_interfaces(store::Tx& tx) {
  std::map<std::string, std::string> names;
  for (const auto& [arn, tags] : region::tags_below(tx, "arn:aws:ec2:")) {
    const auto name = tags.find(kDnsNameTag);
    if (name != tags.end() && arn.find(":network-interface/") != std::string::npos)
      names[arn.substr(arn.find('/') + 1)] = name->second;
  }
  return names;
}

void render_names(store::Tx& tx, const Resource<Vpc>& vpc, const std::vector<Resource<NetworkInterface>>& interfaces,
                  host::Dns& dns) {
  dns.enabled = vpc.own.flag("dns_support", true);
  dns.domain = internal_domain(vpc.place.region);
  std::map<std::string, std::vector<std::string>> names;
  if (has_dns_hostnames(vpc))
    for (const auto& row : interfaces) {
      names[private_dns_name(vpc.place.region, *row.shape.private_ip_address)] = {*row.shape.private_ip_address};
      // Inside the VPC a public name leads to the private address, as in AWS.
      if (row.shape.association)
        names[public_dns_name(vpc.place.region, *row.shape.association->public_ip)] = {*row.shape.private_ip_address};
      for (const FurtherAddress& one : further_addresses(row)) {
        names[private_dns_name(vpc.place.region, one.ip)] = {one.ip};
        if (one.association) names[public_dns_name(vpc.place.region, *one.association->public_ip)] = {one.ip};
      }
    }
  for (const auto& [id, name] : named_interfaces(tx))
    if (const auto row = find<NetworkInterface>(tx, id); row && row->shape.requester_managed.value_or(false))
      names[name].push_back(row->shape.association ? *row->shape.association->public_ip
                                                   : *row->shape.private_ip_address);
  for (auto& [name, addresses] : names) dns.records.push_back({lower(name), std::move(addresses)});
}

}  // namespace

host::VpcSpec render_whole_vpc(store::Tx& tx, const Resource<Vpc>& vpc, const host::EdgeRange& edge) {
  const auto interfaces = list_in<NetworkInterface>(tx, vpc.id);
  const auto gateways = list_in<NatGateway>(tx, vpc.id);
  host::VpcSpec spec;
  spec.id = vpc.id;
  spec.account = vpc.place.account;
  spec.region = vpc.place.region;
  spec.cidrs = {*vpc.shape.cidr_block};
  spec.internet_gateway = find_gateway_of(tx, vpc).has_value();
  for (const auto& subnet : list_in<Subnet>(tx, vpc.id))
    spec.subnets.push_back({subnet.id, *subnet.shape.cidr_block, route_table_of(tx, subnet).id,
                            subnet.shape.availability_zone.value_or("")});
  for (const auto& table : list_in<RouteTable>(tx, vpc.id)) {
    host::RouteTable& out = spec.route_tables.emplace_back();
    out.id = table.id;
    render_routes(tx, table, edge, out.routes);
  }
  for (const auto& gateway : gateways) {
    if (!is_working(gateway)) continue;
    const NatGatewayAddress& address = gateway.shape.nat_gateway_addresses->front();
    spec.nat_gateways.push_back({gateway.id, *gateway.shape.subnet_id, *address.private_ip, *address.public_ip});
  }
  for (const auto& group : list_in<SecurityGroup>(tx, vpc.id)) {
    host::SecurityGroup& out = spec.security_groups.emplace_back();
    out.id = group.id;
    // A VPC here carries IPv4 alone, so that rules about IPv6 have nothing to let through.
    for (const auto& rule : list_of<SecurityGroupRule>(tx, group.id))
      if (!rule.shape.cidr_ipv6) {
        out.rules.push_back(render_rule(rule.shape));
        if (rule.shape.prefix_list_id)
          out.rules.back().cidrs = blocks_now(tx, rule.place, edge, *rule.shape.prefix_list_id);
      }
  }
  render_acls(tx, vpc.id, spec.network_acls);
  for (const auto& row : interfaces)
    if (!is_of_gateway(row.shape)) spec.interfaces.push_back(render_interface(row));
  render_names(tx, vpc, interfaces, spec.dns);
  spec.dhcp = render_dhcp(tx, vpc);
  return spec;
}

std::optional<host::VpcSpec> render_vpc(store::Tx& tx, std::string_view vpc_id, const host::EdgeRange& edge) {
  const auto vpc = find<Vpc>(tx, vpc_id);
  if (!vpc) return std::nullopt;
  const auto interfaces = list_in<NetworkInterface>(tx, vpc_id);
  const auto gateways = list_in<NatGateway>(tx, vpc_id);
  const bool needed =
      std::ranges::any_of(interfaces,
                          [](const auto& row) {
                            return attachment_of(row.shape) != host::Attachment::kNone && !is_of_gateway(row.shape);
                          }) ||
      std::ranges::any_of(gateways, [](const auto& row) { return is_working(row); });
  if (!needed) return std::nullopt;
  return render_whole_vpc(tx, *vpc, edge);
}

}  // namespace hanbat::ec2
