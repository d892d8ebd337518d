// Entries of network ACLs: what one may be, and the calls that make, replace and delete them.
#include <algorithm>

#include "host/networks/spec.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/security/network_acls.h"

namespace hanbat::ec2 {
namespace {

/// Of each direction, and of IPv4 and IPv6 each; the last entries do not count.
/// Source: "Amazon VPC quotas" of the VPC guide.
constexpr int kMostEntries = 20;
constexpr int kTcp = 6, kUdp = 17, kIcmp = 1, kIcmpV6 = 58;

void require_number(int number) {
  if (number < 1 || number >= kLastEntry)
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter ruleNumber is invalid. It must be between 1 and 32766.", number));
}

int require_protocol(const std::string& text) {
  const auto number = parse_int(text);
  if (!number || *number < -1 || *number > 255)
    throw invalid_parameter(fmt::format("Invalid value '{}' for IP protocol. Unknown protocol.", text));
  return static_cast<int>(*number);
}

void read_ranges(const std::optional<std::string>& cidr, const std::optional<std::string>& cidr_v6,
                 NetworkAclEntry& entry) {
  if (!cidr && !cidr_v6)
    throw Error("MissingParameter", 400, "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.");
  if (cidr && cidr_v6)
    throw Error("InvalidParameterCombination", 400,
                "The parameter ipv6CidrBlock cannot be used with the parameter cidrBlock");
  if (cidr) {
    const auto parsed = parse_cidr(*cidr);
    if (!parsed) throw invalid_parameter(fmt::format("CIDR block {} is malformed", *cidr));
    entry.cidr_block = parsed->str();
  } else {
    if (cidr_v6->find(':') == std::string::npos || cidr_v6->find('/') == std::string::npos)
      throw invalid_parameter(fmt::format("CIDR block {} is malformed", *cidr_v6));
    entry.ipv6_cidr_block = cidr_v6;
  }
}

PortRange require_ports(const std::optional<PortRange>& range) {
  if (!range || !range->from) throw missing_parameter("portRange.from");
  if (!range->to) throw missing_parameter("portRange.to");
  if (*range->from < 0 || *range->to > 65535 || *range->from > *range->to)
    throw invalid_parameter(fmt::format("Invalid TCP/UDP port range ({}:{})", *range->from, *range->to));
  return *range;
}

IcmpTypeCode require_icmp(const std::optional<IcmpTypeCode>& icmp) {
  if (!icmp || !icmp->type) throw missing_parameter("icmpTypeCode.type");
  if (!icmp->code) throw missing_parameter("icmpTypeCode.code");
  const bool all_types = *icmp->type == -1;
  if (*icmp->type < -1 || *icmp->type > 255 || *icmp->code < -1 || *icmp->code > 255 ||
      (all_types && *icmp->code != -1))
    throw invalid_parameter(fmt::format("Invalid ICMP type/code ({}:{})", *icmp->type, *icmp->code));
  return *icmp;
}

/// An entry as a call that makes or replaces one names it. Throws AWS's errors for one that cannot be.
template <class In>
NetworkAclEntry read_entry(const In& in) {
  require_number(in.rule_number);
  if (!find_word<host::AclAction>(in.rule_action))
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter ruleAction is invalid. Unknown rule action.", in.rule_action));
  const int protocol = require_protocol(in.protocol);
  NetworkAclEntry entry;
  entry.rule_number = in.rule_number;
  entry.rule_action = in.rule_action;
  entry.egress = in.egress;
  entry.protocol = std::to_string(protocol);
  read_ranges(in.cidr_block, in.ipv6_cidr_block, entry);
  // Of every other protocol the whole is matched, whatever else the call says.
  if (protocol == kTcp || protocol == kUdp) entry.port_range = require_ports(in.port_range);
  if (protocol == kIcmp || (protocol == kIcmpV6 && entry.ipv6_cidr_block))
    entry.icmp_type_code = require_icmp(in.icmp_type_code);
  return entry;
}

std::vector<NetworkAclEntry>::iterator find_entry(Resource<NetworkAcl>& acl, bool egress, int number) {
  return std::ranges::find_if(*acl.shape.entries, [&](const NetworkAclEntry& one) {
    return one.egress == egress && one.rule_number == number;
  });
}

std::vector<NetworkAclEntry>::iterator require_entry(Resource<NetworkAcl>& acl, bool egress, int number) {
  require_number(number);
  const auto found = find_entry(acl, egress, number);
  if (found == acl.shape.entries->end())
    throw Error("InvalidNetworkAclEntry.NotFound", 400,
                fmt::format("no {} entry with number {}", egress ? "egress" : "ingress", number));
  return found;
}

void require_room(const Resource<NetworkAcl>& acl, const NetworkAclEntry& entry) {
  const auto there = std::ranges::count_if(*acl.shape.entries, [&](const NetworkAclEntry& one) {
    return one.egress == entry.egress && one.rule_number < kLastEntry &&
           one.cidr_block.has_value() == entry.cidr_block.has_value();
  });
  if (there >= kMostEntries)
    throw Error("NetworkAclEntryLimitExceeded", 400, "The maximum number of network acl entries has been reached.");
}

}  // namespace

CreateNetworkAclEntryOutput Ec2::create_network_acl_entry(Request& rq, const CreateNetworkAclEntryInput& in) {
  authorize(rq, "CreateNetworkAclEntry", "network-acl", in.network_acl_id);

  auto acl = require<NetworkAcl>(rq.tx, place_of(rq), in.network_acl_id);
  const NetworkAclEntry entry = read_entry(in);
  if (find_entry(acl, in.egress, in.rule_number) != acl.shape.entries->end())
    throw Error("NetworkAclEntryAlreadyExists", 400,
                fmt::format("The network acl entry identified by {} already exists.", in.rule_number));
  require_room(acl, entry);

  // As AWS lists them: what leaves before what comes in, each in the order in which it is looked at.
  const auto place = std::ranges::find_if(*acl.shape.entries, [&](const NetworkAclEntry& one) {
    return one.egress == entry.egress ? one.rule_number > entry.rule_number : !*one.egress;
  });
  acl.shape.entries->insert(place, entry);
  update(rq.tx, acl);
  touch_vpc(rq.tx, home_.tasks, acl.scope);
  return {};
}

ReplaceNetworkAclEntryOutput Ec2::replace_network_acl_entry(Request& rq, const ReplaceNetworkAclEntryInput& in) {
  authorize(rq, "ReplaceNetworkAclEntry", "network-acl", in.network_acl_id);

  auto acl = require<NetworkAcl>(rq.tx, place_of(rq), in.network_acl_id);
  const NetworkAclEntry entry = read_entry(in);
  const auto there = require_entry(acl, in.egress, in.rule_number);
  if (there->cidr_block.has_value() != entry.cidr_block.has_value()) require_room(acl, entry);

  *there = entry;
  update(rq.tx, acl);
  touch_vpc(rq.tx, home_.tasks, acl.scope);
  return {};
}

DeleteNetworkAclEntryOutput Ec2::delete_network_acl_entry(Request& rq, const DeleteNetworkAclEntryInput& in) {
  authorize(rq, "DeleteNetworkAclEntry", "network-acl", in.network_acl_id);

  auto acl = require<NetworkAcl>(rq.tx, place_of(rq), in.network_acl_id);
  acl.shape.entries->erase(require_entry(acl, in.egress, in.rule_number));
  update(rq.tx, acl);
  touch_vpc(rq.tx, home_.tasks, acl.scope);
  return {};
}

}  // namespace hanbat::ec2
