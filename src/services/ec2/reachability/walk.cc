#include "services/ec2/reachability/walk.h"

#include <algorithm>

#include "services/ec2/networks/cidr.h"

namespace hanbat::ec2 {
namespace {

using Way = host::Direction;
using host::RouteKind;

/// Stands for any address of the internet where none is said: one that documents are written with.
constexpr const char* kSomewhere = "203.0.113.1";

template <class T>
const T* find_id(const std::vector<T>& all, const std::string& id) {
  const auto found = std::ranges::find_if(all, [&](const T& one) { return one.id == id; });
  return found == all.end() ? nullptr : &*found;
}

bool is_protocol(const std::string& rule, const std::string& packet) {
  if (rule == "-1" || rule == packet) return true;
  return (rule == "6" && packet == "tcp") || (rule == "17" && packet == "udp");
}

bool lies_in(const std::string& address, const std::string& block) {
  const auto cidr = parse_cidr(block);
  const auto ip = parse_ipv4(address);
  return cidr && ip && cidr->contains(*ip);
}

/// Whether the address is one of a private network, which no internet gateway carries.
bool is_private(const std::string& address) {
  return lies_in(address, "10.0.0.0/8") || lies_in(address, "172.16.0.0/12") || lies_in(address, "192.168.0.0/16");
}

class Walker {
 public:
  Walker(const host::VpcSpec& vpc, const Packet& packet) : vpc_(vpc), packet_(packet) {}

  Walk run(const PathEnd& from, const PathEnd& to) {
    source_ = find_id(vpc_.interfaces, from.interface_id);
    target_ = find_id(vpc_.interfaces, to.interface_id);
    if ((!source_ && !from.interface_id.empty()) || (!target_ && !to.interface_id.empty()) || (!source_ && !target_)) {
      stop({.code = "NO_POSSIBLE_DESTINATION", .interface_id = source_ ? to.interface_id : from.interface_id});
      return std::move(walk_);
    }
    header_ = {.source = source_ ? own_address(*source_, from.address) : any(from.address),
               .destination = target_ ? own_address(*target_, to.address) : any(to.address),
               .source_ports = packet_.source_ports,
               .destination_ports = packet_.destination_ports};
    if (source_ && target_)
      within();
    else if (source_)
      out();
    else
      in();
    return std::move(walk_);
  }

 private:
  static std::string own_address(const host::Interface& interface, const std::string& asked) {
    return asked.empty() ? interface.private_ip : asked;
  }
  static std::string any(const std::string& asked) { return asked.empty() ? kSomewhere : asked; }

  void stop(Obstacle obstacle) {
    obstacle.returning = returning_;
    obstacle.header = header_;
    walk_.obstacles.push_back(std::move(obstacle));
  }
  Hop& pass(Hop hop) {
    hop.header = header_;
    auto& hops = returning_ ? walk_.back : walk_.forward;
    return hops.emplace_back(std::move(hop));
  }
  void turn_round(const Header& original) {
    returning_ = true;
    header_ = {.source = original.destination,
               .destination = original.source,
               .source_ports = original.destination_ports,
               .destination_ports = original.source_ports};
  }

  // From one interface of the VPC to another: its own route is always there, and goes before all others.
  void within() {
    const bool crosses = source_->subnet_id != target_->subnet_id;
    const Header original = header_;
    leave(*source_, target_);
    if (crosses) through_acl(source_->subnet_id, Way::kEgress);
    local(source_->subnet_id);
    if (crosses) through_acl(target_->subnet_id, Way::kIngress);
    enter(*target_, source_);
    turn_round(original);
    pass({.kind = HopKind::kInterface, .id = target_->id, .subnet_id = target_->subnet_id});
    if (crosses) through_acl(target_->subnet_id, Way::kEgress);
    local(target_->subnet_id);
    if (crosses) through_acl(source_->subnet_id, Way::kIngress);
    pass({.kind = HopKind::kInterface, .id = source_->id, .subnet_id = source_->subnet_id});
  }

  void out() {
    const Header original = header_;
    leave(*source_, nullptr);
    through_acl(source_->subnet_id, Way::kEgress);
    const auto route = find_route(source_->subnet_id);
    if (!route) return;
    const host::NatGateway* nat = nullptr;
    switch (route->kind) {
      case RouteKind::kInternetGateway:
        by_gateway(*source_, original);
        break;
      case RouteKind::kNatGateway:
        nat = find_id(vpc_.nat_gateways, route->target);
        if (!nat || !by_nat(*nat)) return;
        break;
      case RouteKind::kInterface:
        return by_interface(route->target);
      case RouteKind::kEndpoint:
        pass({.kind = HopKind::kEndpoint, .direction = Way::kEgress});
        break;
      case RouteKind::kBlackhole:
        return;
    }
    const bool by_endpoint = route->kind == RouteKind::kEndpoint;
    turn_round(original);
    if (nat) come_back(*nat, original);
    if (!nat && !by_endpoint) pass({.kind = HopKind::kInternetGateway, .direction = Way::kIngress});
    if (!nat || nat->subnet_id != source_->subnet_id) through_acl(source_->subnet_id, Way::kIngress);
    pass({.kind = HopKind::kInterface, .id = source_->id, .subnet_id = source_->subnet_id});
  }

  void in() {
    pass({.kind = HopKind::kInternetGateway, .direction = Way::kIngress});
    if (!vpc_.internet_gateway || target_->public_ip.empty())
      stop({.code = "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
            .direction = Way::kIngress,
            .interface_id = target_->id,
            .subnet_id = target_->subnet_id});
    const Header original = header_;
    through_acl(target_->subnet_id, Way::kIngress);
    enter(*target_, nullptr);
    turn_round(original);
    pass({.kind = HopKind::kInterface, .id = target_->id, .subnet_id = target_->subnet_id});
    through_acl(target_->subnet_id, Way::kEgress);
    const auto route = find_route(target_->subnet_id);
    if (route && route->kind != RouteKind::kInternetGateway && route->kind != RouteKind::kBlackhole)
      stop({.code = "NO_ROUTE_TO_DESTINATION",
            .subnet_id = target_->subnet_id,
            .route_table_id = table_of(target_->subnet_id),
            .route = *route});
    if (route && route->kind == RouteKind::kInternetGateway)
      pass({.kind = HopKind::kInternetGateway, .direction = Way::kEgress});
  }

  void by_gateway(const host::Interface& interface, const Header& original) {
    if (is_private(original.destination))
      stop({.code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", .interface_id = interface.id});
    if (interface.public_ip.empty())
      stop({.code = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
            .interface_id = interface.id,
            .subnet_id = interface.subnet_id});
    pass({.kind = HopKind::kInternetGateway, .direction = Way::kEgress});
  }

  /// Through a NAT gateway and out of its own subnet; false where the way does not go on.
  bool by_nat(const host::NatGateway& nat) {
    if (nat.subnet_id != source_->subnet_id) through_acl(nat.subnet_id, Way::kIngress);
    pass({.kind = HopKind::kNatGateway, .id = nat.id, .subnet_id = nat.subnet_id});
    header_.source = nat.private_ip;
    header_.source_ports = {1024, 65535};
    through_acl(nat.subnet_id, Way::kEgress);
    const auto route = find_route(nat.subnet_id);
    if (!route) return false;
    if (route->kind == RouteKind::kInternetGateway) {
      pass({.kind = HopKind::kInternetGateway, .direction = Way::kEgress});
      return true;
    }
    if (route->kind != RouteKind::kBlackhole)
      stop({.code = "NO_ROUTE_TO_DESTINATION",
            .subnet_id = nat.subnet_id,
            .route_table_id = table_of(nat.subnet_id),
            .nat_gateway_id = nat.id,
            .route = *route});
    return false;
  }

  void come_back(const host::NatGateway& nat, const Header& original) {
    header_.destination = nat.private_ip;
    header_.destination_ports = {1024, 65535};
    pass({.kind = HopKind::kInternetGateway, .direction = Way::kIngress});
    through_acl(nat.subnet_id, Way::kIngress);
    pass({.kind = HopKind::kNatGateway, .id = nat.id, .direction = Way::kIngress, .subnet_id = nat.subnet_id});
    header_.destination = original.source;
    header_.destination_ports = original.source_ports;
    if (nat.subnet_id != source_->subnet_id) through_acl(nat.subnet_id, Way::kEgress);
  }

  /// To an instance that forwards: what it does with the packet is its own affair, so the way is known up to it.
  void by_interface(const std::string& id) {
    const auto* middle = find_id(vpc_.interfaces, id);
    if (!middle) return stop({.code = "NO_POSSIBLE_DESTINATION", .interface_id = id});
    if (middle->subnet_id != source_->subnet_id) through_acl(middle->subnet_id, Way::kIngress);
    enter(*middle, source_);
    if (middle->source_dest_check)
      return stop({.code = "ENI_SOURCE_DEST_CHECK_RESTRICTION",
                   .direction = Way::kIngress,
                   .interface_id = id,
                   .subnet_id = middle->subnet_id});
    leave(*middle, nullptr);
    through_acl(middle->subnet_id, Way::kEgress);
    const auto route = find_route(middle->subnet_id);
    if (!route || route->kind == RouteKind::kBlackhole) return;
    if (route->kind == RouteKind::kInternetGateway) return by_gateway(*middle, header_);
    stop({.code = "NO_ROUTE_TO_DESTINATION",
          .subnet_id = middle->subnet_id,
          .route_table_id = table_of(middle->subnet_id),
          .route = *route});
  }

  void leave(const host::Interface& interface, const host::Interface* peer) {
    pass({.kind = HopKind::kInterface, .id = interface.id, .subnet_id = interface.subnet_id});
    through_groups(interface, Way::kEgress, header_.destination, peer);
  }
  void enter(const host::Interface& interface, const host::Interface* peer) {
    through_groups(interface, Way::kIngress, header_.source, peer);
    pass({.kind = HopKind::kInterface,
          .id = interface.id,
          .direction = Way::kIngress,
          .subnet_id = interface.subnet_id});
  }

  bool lets_pass(const host::SecurityRule& rule, Way direction, const std::string& address,
                 const host::Interface* peer) const {
    if (rule.direction != direction || !is_protocol(rule.protocol, packet_.protocol)) return false;
    if (rule.protocol != "-1" &&
        (rule.from_port > header_.destination_ports.first || rule.to_port < header_.destination_ports.last))
      return false;
    if (std::ranges::any_of(rule.cidrs, [&](const std::string& block) { return lies_in(address, block); })) return true;
    return peer && std::ranges::any_of(rule.groups, [&](const std::string& group) {
             return std::ranges::find(peer->security_group_ids, group) != peer->security_group_ids.end();
           });
  }

  void through_groups(const host::Interface& interface, Way direction, const std::string& address,
                      const host::Interface* peer) {
    for (const std::string& id : interface.security_group_ids)
      if (const auto* group = find_id(vpc_.security_groups, id))
        for (const host::SecurityRule& rule : group->rules)
          if (lets_pass(rule, direction, address, peer)) {
            pass({.kind = HopKind::kSecurityGroup,
                  .id = id,
                  .direction = direction,
                  .rule = rule,
                  .subnet_id = interface.subnet_id});
            return;
          }
    stop({.code = "ENI_SG_RULES_MISMATCH",
          .direction = direction,
          .interface_id = interface.id,
          .subnet_id = interface.subnet_id,
          .group_ids = interface.security_group_ids});
  }

  /// All ports of the packet must pass: entries take theirs in their order, and the first that denies some decides.
  void through_acl(const std::string& subnet, Way direction) {
    const auto acl = std::ranges::find_if(vpc_.network_acls, [&](const host::NetworkAcl& one) {
      return std::ranges::find(one.subnet_ids, subnet) != one.subnet_ids.end();
    });
    if (acl == vpc_.network_acls.end()) return;
    const std::string& address = direction == Way::kIngress ? header_.source : header_.destination;
    std::vector<host::NetworkAclEntry> entries;
    for (const host::NetworkAclEntry& entry : acl->entries)
      if (entry.direction == direction && is_protocol(entry.protocol, packet_.protocol) && lies_in(address, entry.cidr))
        entries.push_back(entry);
    std::ranges::sort(entries, {}, &host::NetworkAclEntry::number);
    std::vector<Ports> left{header_.destination_ports};
    for (const host::NetworkAclEntry& entry : entries) {
      const bool all = entry.protocol == "-1" || entry.from_port < 0;
      const Ports taken = all ? Ports{} : Ports{entry.from_port, entry.to_port};
      std::vector<Ports> rest;
      bool takes = false;
      for (const Ports& one : left) {
        if (taken.last < one.first || taken.first > one.last) {
          rest.push_back(one);
          continue;
        }
        takes = true;
        if (one.first < taken.first) rest.push_back({one.first, taken.first - 1});
        if (one.last > taken.last) rest.push_back({taken.last + 1, one.last});
      }
      if (takes && entry.action == host::AclAction::kDeny)
        return stop({.code = "SUBNET_ACL_RESTRICTION",
                     .direction = direction,
                     .subnet_id = subnet,
                     .acl_id = acl->id,
                     .entry = entry});
      left = std::move(rest);
      if (!left.empty()) continue;
      pass({.kind = HopKind::kNetworkAcl, .id = acl->id, .direction = direction, .entry = entry, .subnet_id = subnet});
      return;
    }
    stop({.code = "SUBNET_ACL_RESTRICTION", .direction = direction, .subnet_id = subnet, .acl_id = acl->id});
  }

  std::string table_of(const std::string& subnet) const {
    const auto* found = find_id(vpc_.subnets, subnet);
    return found ? found->route_table_id : "";
  }

  void local(const std::string& subnet) {
    pass({.kind = HopKind::kRouteTable,
          .id = table_of(subnet),
          .route = host::Route{vpc_.cidrs.front(), RouteKind::kInterface, ""},
          .subnet_id = subnet});
  }

  /// The most specific route to the packet's destination; an obstacle where there is none, or one that leads nowhere.
  std::optional<host::Route> find_route(const std::string& subnet) {
    const auto* table = find_id(vpc_.route_tables, table_of(subnet));
    const host::Route* best = nullptr;
    int bits = -1;
    if (table)
      for (const host::Route& route : table->routes)
        if (const auto cidr = parse_cidr(route.destination);
            cidr && lies_in(header_.destination, route.destination) && cidr->bits > bits) {
          best = &route;
          bits = cidr->bits;
        }
    if (!best) {
      stop({.code = "NO_ROUTE_TO_DESTINATION", .subnet_id = subnet, .route_table_id = table_of(subnet)});
      return std::nullopt;
    }
    if (best->kind == RouteKind::kBlackhole)
      stop({.code = "BAD_STATE_ROUTE", .subnet_id = subnet, .route_table_id = table->id, .route = *best});
    else
      pass({.kind = HopKind::kRouteTable, .id = table->id, .route = *best, .subnet_id = subnet});
    return *best;
  }

  const host::VpcSpec& vpc_;
  const Packet& packet_;
  const host::Interface* source_ = nullptr;
  const host::Interface* target_ = nullptr;
  Header header_;
  bool returning_ = false;
  Walk walk_;
};

}  // namespace

Walk walk(const host::VpcSpec& vpc, const PathEnd& from, const PathEnd& to, const Packet& packet) {
  return Walker(vpc, packet).run(from, to);
}

}  // namespace hanbat::ec2
