// Where a packet of a VPC gets to: hop by hop, by the same facts that the host side renders into the kernel. Pure.
//
// The order of what decides is Amazon VPC's: from an interface its groups, its subnet's ACL where the packet leaves the
// subnet, the subnet's route table, what the route leads to; into an interface the ACL and then the groups. What comes
// back passes the ACLs once more, as they keep no state, and needs a route; groups let it pass.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host/networks/spec.h"

namespace hanbat::ec2 {

/// Ports from `first` to `last`, both included.
struct Ports {
  int first = 0;
  int last = 65535;
  bool operator==(const Ports&) const = default;
};

/// Where a packet begins or ends: an interface of the VPC, or what is behind its internet gateway.
struct PathEnd {
  std::string interface_id;  // "" is the internet
  std::string address;       // of an interface its first one unless another is said; of the internet any when ""
};

struct Packet {
  std::string protocol = "tcp";  // or udp
  Ports source_ports = {32768, 60999};
  Ports destination_ports;
};

/// A packet's addresses and ports as they are at one place: NAT changes them.
struct Header {
  std::string source, destination;
  Ports source_ports, destination_ports;
};

enum class HopKind { kInterface, kSecurityGroup, kNetworkAcl, kRouteTable, kInternetGateway, kNatGateway, kEndpoint };

/// What a packet passes, with the rule, entry or route by which it does.
struct Hop {
  HopKind kind = HopKind::kInterface;
  std::string id;  // of the internet gateway and the endpoint "": the spec does not name them
  host::Direction direction = host::Direction::kEgress;
  std::optional<host::SecurityRule> rule;
  std::optional<host::NetworkAclEntry> entry;
  std::optional<host::Route> route;  // "local" is the kind kInterface without a target
  std::string subnet_id;
  Header header;
};

/// Why a packet ends. `code` is one of AWS's explanation codes.
struct Obstacle {
  std::string code;
  host::Direction direction = host::Direction::kEgress;
  std::string interface_id, subnet_id, acl_id, route_table_id, nat_gateway_id;
  std::vector<std::string> group_ids;
  std::optional<host::NetworkAclEntry> entry;  // none: nothing matched, so that the last entry denies
  std::optional<host::Route> route;
  bool returning = false;  // on the way back
  Header header;
};

struct Walk {
  std::vector<Hop> forward, back;
  std::vector<Obstacle> obstacles;  // all that is in the way, the first one first; where the way goes on is not known
                                    // after a missing route
  bool found() const { return obstacles.empty(); }
};

/// Walks from one end to the other; one of them at least is an interface of the VPC. An interface that the spec does
/// not have makes the obstacle NO_POSSIBLE_DESTINATION.
Walk walk(const host::VpcSpec& vpc, const PathEnd& from, const PathEnd& to, const Packet& packet);

}  // namespace hanbat::ec2
