// What hanbatd asks of the host's networks: the whole wanted state of a VPC, and where to listen.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

namespace hanbat::host {

/// A part of a VPC. Its first host address (base+1) is the gateway that guests see.
struct Subnet {
  std::string id;
  std::string cidr;
  std::string route_table_id;
  std::string zone = "";  ///< the availability zone's name: what passes between two is counted; empty: of none

  template <class V>
  void visit(V& v) {
    v("id", id), v("cidr", cidr), v("route_table_id", route_table_id), v("zone", zone);
  }
};

/// kEndpoint: the destination is host/s3_address.h's, and what goes there is taken in the VPC's own namespace, where
/// hanbatd listens for S3's requests.
enum class RouteKind { kInternetGateway, kNatGateway, kInterface, kEndpoint, kBlackhole };

/// One route. The route to the VPC's own range is always there and is not listed.
struct Route {
  std::string destination;  ///< CIDR
  RouteKind kind = RouteKind::kBlackhole;
  std::string target;  ///< the NAT gateway's id or the interface's id; empty for the other kinds

  template <class V>
  void visit(V& v) {
    v("destination", destination), v("kind", kind), v("target", target);
  }
};

struct RouteTable {
  std::string id;
  std::vector<Route> routes;

  template <class V>
  void visit(V& v) {
    v("id", id), v("routes", routes);
  }
};

/// A NAT gateway works when its own subnet's route table leads to the internet gateway, as in AWS.
struct NatGateway {
  std::string id;
  std::string subnet_id;
  std::string private_ip;
  std::string public_ip;

  template <class V>
  void visit(V& v) {
    v("id", id), v("subnet_id", subnet_id), v("private_ip", private_ip), v("public_ip", public_ip);
  }
};

enum class Direction { kIngress, kEgress };

struct SecurityRule {
  Direction direction = Direction::kIngress;
  std::string protocol;             ///< an IP protocol's number, or tcp, udp, icmp; -1 for all
  int from_port = -1;               ///< tcp/udp: first port; icmp: type, -1 for all
  int to_port = -1;                 ///< tcp/udp: last port; icmp: code, -1 for all
  std::vector<std::string> cidrs;   ///< IPv4 ranges; the rule holds for a peer in any of these or of the groups
  std::vector<std::string> groups;  ///< ids of security groups of this VPC

  template <class V>
  void visit(V& v) {
    v("direction", direction), v("protocol", protocol), v("from_port", from_port), v("to_port", to_port),
        v("cidrs", cidrs), v("groups", groups);
  }
};

struct SecurityGroup {
  std::string id;
  std::vector<SecurityRule> rules;

  template <class V>
  void visit(V& v) {
    v("id", id), v("rules", rules);
  }
};

enum class AclAction { kAllow, kDeny };

/// One numbered entry of a network ACL; the lowest matching number decides, and what matches none is denied.
struct NetworkAclEntry {
  int number = 0;
  Direction direction = Direction::kIngress;
  AclAction action = AclAction::kDeny;
  std::string protocol;  ///< as in SecurityRule
  int from_port = -1;
  int to_port = -1;
  std::string cidr;

  template <class V>
  void visit(V& v) {
    v("number", number), v("direction", direction), v("action", action), v("protocol", protocol),
        v("from_port", from_port), v("to_port", to_port), v("cidr", cidr);
  }
};

/// Stateless, at the border of the subnets named. A subnet in no ACL lets everything pass.
struct NetworkAcl {
  std::string id;
  std::vector<std::string> subnet_ids;
  std::vector<NetworkAclEntry> entries;

  template <class V>
  void visit(V& v) {
    v("id", id), v("subnet_ids", subnet_ids), v("entries", entries);
  }
};

/// What an interface is of.
enum class Attachment { kNone, kMachine, kBalancer };

/// A further address of a machine's interface.
struct SecondaryAddress {
  std::string private_ip;
  std::string public_ip;  ///< of 198.19.0.0/16, or empty

  template <class V>
  void visit(V& v) {
    v("private_ip", private_ip), v("public_ip", public_ip);
  }
};

/// An elastic network interface. On a machine it is a NIC of the guest (address, gateway and DNS by DHCP); of a load
/// balancer it is an address of the VPC's namespace itself. Security groups hold for both.
struct Interface {
  std::string id;  ///< eni-…; the host-side device name comes from it: device_name()
  Attachment attachment = Attachment::kNone;
  std::string subnet_id;
  std::string private_ip;
  std::string mac;        ///< aa:bb:cc:dd:ee:ff; empty for a balancer's
  std::string public_ip;  ///< of 198.19.0.0/16, or empty
  std::string host_name;  ///< for DHCP, e.g. ip-10-1-0-5; may be empty
  std::vector<std::string> security_group_ids;
  bool source_dest_check = true;
  /// The guest sets them up itself; what goes to them and comes from them is let through as for the first.
  std::vector<SecondaryAddress> secondaries = {};

  template <class V>
  void visit(V& v) {
    v("id", id), v("attachment", attachment), v("subnet_id", subnet_id), v("private_ip", private_ip), v("mac", mac),
        v("public_ip", public_ip), v("host_name", host_name), v("security_group_ids", security_group_ids),
        v("source_dest_check", source_dest_check), v("secondaries", secondaries);
  }
};

/// All addresses of the interface, the first one first.
inline std::vector<SecondaryAddress> addresses_of(const Interface& interface) {
  std::vector<SecondaryAddress> all = {{interface.private_ip, interface.public_ip}};
  all.insert(all.end(), interface.secondaries.begin(), interface.secondaries.end());
  return all;
}

struct DnsRecord {
  std::string name;  ///< lower case, without the final dot
  std::vector<std::string> addresses;

  template <class V>
  void visit(V& v) {
    v("name", name), v("addresses", addresses);
  }
};

/// What the resolver at base+2 and 169.254.169.253 knows beside the world and AWS's own names (which lead to
/// 198.18.0.1, those of the region's S3 to 198.18.0.2).
struct Dns {
  bool enabled = true;
  std::string domain;  ///< of the machines' own names, e.g. ap-northeast-2.compute.internal
  std::vector<DnsRecord> records;

  template <class V>
  void visit(V& v) {
    v("enabled", enabled), v("domain", domain), v("records", records);
  }
};

/// What leases tell a machine beside its address and router. What is empty is not told.
struct Dhcp {
  std::vector<std::string> domains;      ///< DNS names; the first is the machine's own, all are searched
  std::vector<std::string> dns_servers;  ///< addresses, the VPC's own resolver's too
  std::vector<std::string> ntp_servers;
  std::vector<std::string> netbios_name_servers;
  int netbios_node_type = 0;  ///< 1, 2, 4, 8 as of RFC 2132; 0: not told

  template <class V>
  void visit(V& v) {
    v("domains", domains), v("dns_servers", dns_servers), v("ntp_servers", ntp_servers),
        v("netbios_name_servers", netbios_name_servers), v("netbios_node_type", netbios_node_type);
  }
};

/// The account of what is the region's own, such as the builds' network.
inline constexpr const char* kOwnAccount = "000000000000";

/// The whole wanted state of one VPC.
struct VpcSpec {
  std::string id;
  std::string account;
  std::string region;
  std::vector<std::string> cidrs;  ///< the primary one first; the resolver is at its base+2
  bool internet_gateway = false;
  std::vector<Subnet> subnets;
  std::vector<RouteTable> route_tables;
  std::vector<NatGateway> nat_gateways;
  std::vector<SecurityGroup> security_groups;
  std::vector<NetworkAcl> network_acls;
  std::vector<Interface> interfaces;
  Dns dns;
  Dhcp dhcp;

  template <class V>
  void visit(V& v) {
    v("id", id), v("account", account), v("region", region), v("cidrs", cidrs), v("internet_gateway", internet_gateway),
        v("subnets", subnets), v("route_tables", route_tables), v("nat_gateways", nat_gateways),
        v("security_groups", security_groups), v("network_acls", network_acls), v("interfaces", interfaces),
        v("dns", dns), v("dhcp", dhcp);
  }
};

/// Whether some route leads to an endpoint, for which hanbatd listens in the VPC.
inline bool has_endpoint(const VpcSpec& spec) {
  return std::ranges::any_of(spec.route_tables, [](const RouteTable& table) {
    return std::ranges::any_of(table.routes, [](const Route& route) { return route.kind == RouteKind::kEndpoint; });
  });
}

/// A VPC that the host makes and keeps, or the edge.
struct VpcState {
  std::string id;  ///< empty for the edge
  std::string account;
  /// Tells its namespace from every other one, also from a later one of the same VPC: what listens in one that is gone
  /// hears nothing. Empty while there is none.
  std::string space;

  template <class V>
  void visit(V& v) {
    v("id", id), v("account", account), v("space", space);
  }
};

struct VpcName {
  std::string name;  ///< the VPC's id

  template <class V>
  void visit(V& v) {
    v("name", name);
  }
};

/// The name of an interface's outer end on the host: at most 15 characters, the same for the same interface always.
std::string device_name(const std::string& interface_id);

/// Where hanbatd wants to listen. The edge's 198.18.0.1 and S3's 198.18.0.2 (ports 80, 443), or in a VPC S3's again and
/// 169.254.169.254 (port 80) and 169.254.170.2 (port 80, container credentials). Nothing else is allowed.
struct ListenSpec {
  std::string vpc_id;  ///< empty for the edge
  std::string address;
  int port = 0;

  template <class V>
  void visit(V& v) {
    v("vpc_id", vpc_id), v("address", address), v("port", port);
  }
};

}  // namespace hanbat::host

namespace hanbat {

template <>
inline constexpr auto kWords<host::RouteKind> =
    std::to_array<Word<host::RouteKind>>({{host::RouteKind::kInternetGateway, "igw"},
                                          {host::RouteKind::kNatGateway, "nat"},
                                          {host::RouteKind::kInterface, "eni"},
                                          {host::RouteKind::kEndpoint, "vpce"},
                                          {host::RouteKind::kBlackhole, "blackhole"}});

template <>
inline constexpr auto kWords<host::Direction> = std::to_array<Word<host::Direction>>(
    {{host::Direction::kIngress, "ingress"}, {host::Direction::kEgress, "egress"}});

template <>
inline constexpr auto kWords<host::AclAction> =
    std::to_array<Word<host::AclAction>>({{host::AclAction::kAllow, "allow"}, {host::AclAction::kDeny, "deny"}});

template <>
inline constexpr auto kWords<host::Attachment> =
    std::to_array<Word<host::Attachment>>({{host::Attachment::kNone, "none"},
                                           {host::Attachment::kMachine, "machine"},
                                           {host::Attachment::kBalancer, "balancer"}});

}  // namespace hanbat
