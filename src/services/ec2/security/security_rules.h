// Rules of security groups: the one form they are kept in, and the two forms in which calls name them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/ec2/calls/calls.h"

namespace hanbat::ec2 {

enum class Direction { kIngress, kEgress };

/// One rule: one peer. Calls give permissions with many peers, which are as many rules.
struct Rule {
  std::string protocol;  // tcp, udp, icmp, icmpv6, -1, or a number
  int from_port = -1;
  int to_port = -1;
  std::string cidr;  // one of the four is set
  std::string cidr_v6;
  std::string prefix_list;  // its id
  std::string group;
  std::string description;

  /// Whether both let the same through; descriptions do not count.
  bool same(const Rule& other) const;
  /// As AWS spells rules in errors.
  std::string peer_text() const;
};

/// The rules of permissions as calls give them. Throws AWS's errors for what is no rule. Groups are as written (id, or
/// a name of the VPC's groups, which `group_named` resolves).
using GroupNamed = std::function<std::string(const UserIdGroupPair&)>;
std::vector<Rule> rules_of(const std::vector<IpPermission>& permissions, const GroupNamed& group_named);
/// Checks and puts into the kept form: protocol by name, ports of protocols that have none, CIDR without host bits.
Rule normalised(Rule rule);

Rule rule_of(const SecurityGroupRule& shape);
/// Writes the rule's facts into the shape.
void put_rule(SecurityGroupRule& shape, const Rule& rule, const Place& place);
/// Rules gathered into permissions as DescribeSecurityGroups answers.
std::vector<IpPermission> permissions_of(const std::vector<Rule>& rules, const std::string& account);

/// Adds a rule to the group.
Resource<SecurityGroupRule> make_rule(const Making& at, const std::string& vpc_id, const std::string& group_id,
                                      Direction direction, const Rule& rule, const Tags& tags);

}  // namespace hanbat::ec2
