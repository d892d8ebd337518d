// What the makers of a VPC's nftables ruleset share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "host/ipv4.h"
#include "host/networks/spec.h"

namespace hanbat::host {

/// An id as a part of a chain's or set's name.
std::string identifier(std::string id);
/// The part of a rule that matches protocol and ports (of ICMP: type and code); "" for everything.
std::string match_of(const std::string& protocol, int from, int to);
/// The word for the other end's address in a rule of that direction.
std::string peer_of(Direction direction);
/// A table's routes, the most specific first.
std::vector<std::pair<Range, Route>> by_prefix(const RouteTable& table);
/// The VPC's base+2.
std::string resolver_address(const VpcSpec& spec);

void add_network_acls(const VpcSpec& spec, std::string& out);

}  // namespace hanbat::host
