#include "services/ec2/security/security_rules.h"

#include <map>
#include <tuple>

#include "services/ec2/networks/cidr.h"

namespace hanbat::ec2 {
namespace {

bool has_ports(const std::string& protocol) { return protocol == "tcp" || protocol == "udp"; }
bool is_icmp(const std::string& protocol) { return protocol == "icmp" || protocol == "icmpv6"; }

std::string protocol_name(const std::string& given) {
  static const std::map<std::string, std::string> kNames{{"6", "tcp"},     {"17", "udp"}, {"1", "icmp"},
                                                         {"58", "icmpv6"}, {"all", "-1"}, {"icmpv6", "icmpv6"}};
  const std::string name = lower(given);
  if (const auto found = kNames.find(name); found != kNames.end()) return found->second;
  if (has_ports(name) || name == "icmp" || name == "-1") return name;
  const auto number = parse_int(name);
  if (!number || *number < 0 || *number > 255)
    throw invalid_parameter(fmt::format("Invalid value '{}' for IP protocol. Unknown protocol.", given));
  return name;
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return text;
}

}  // namespace

bool Rule::same(const Rule& other) const {
  const auto facts = [](const Rule& rule) {
    return std::tie(rule.protocol, rule.from_port, rule.to_port, rule.cidr, rule.cidr_v6, rule.prefix_list, rule.group);
  };
  return facts(*this) == facts(other);
}

std::string Rule::peer_text() const {
  const std::string peer = cidr + cidr_v6 + prefix_list + group;
  if (protocol == "-1") return fmt::format("peer: {}, ALL, ALLOW", peer);
  if (is_icmp(protocol))
    return fmt::format("peer: {}, {}, type: {}, code: {}, ALLOW", peer, upper(protocol), from_port, to_port);
  return fmt::format("peer: {}, {}, from port: {}, to port: {}, ALLOW", peer, upper(protocol), from_port, to_port);
}

Rule normalised(Rule rule) {
  rule.protocol = protocol_name(rule.protocol);
  if (has_ports(rule.protocol)) {
    if (rule.from_port == -1 && rule.to_port == -1) rule.from_port = 0, rule.to_port = 65535;
    for (const int port : {rule.from_port, rule.to_port})
      if (port < 0 || port > 65535) throw invalid_parameter(fmt::format("TCP/UDP port ({}) out of range", port));
    if (rule.from_port > rule.to_port)
      throw invalid_parameter(fmt::format("Invalid TCP/UDP port range ({}:{})", rule.from_port, rule.to_port));
  } else if (is_icmp(rule.protocol)) {
    if (rule.from_port < -1 || rule.from_port > 255 || rule.to_port < -1 || rule.to_port > 255)
      throw invalid_parameter(fmt::format("ICMP type ({}) out of range", rule.from_port));
  } else {
    rule.from_port = rule.to_port = -1;
  }
  if (!rule.cidr.empty()) {
    const auto cidr = parse_cidr(rule.cidr);
    if (!cidr) throw invalid_parameter(fmt::format("CIDR block {} is malformed", rule.cidr));
    rule.cidr = cidr->str();
  }
  if (!rule.cidr_v6.empty() &&
      (rule.cidr_v6.find(':') == std::string::npos || rule.cidr_v6.find('/') == std::string::npos))
    throw invalid_parameter(fmt::format("CIDR block {} is malformed", rule.cidr_v6));
  for (const char c : rule.description)
    if (rule.description.size() > 255 || static_cast<unsigned char>(c) < 32 || c == '<' || c == '>')
      throw invalid_parameter(
          "Invalid rule description. Valid descriptions are strings less than 256 characters from the "
          "following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*");
  return rule;
}

std::vector<Rule> rules_of(const std::vector<IpPermission>& permissions, const GroupNamed& group_named) {
  std::vector<Rule> rules;
  for (const IpPermission& permission : permissions) {
    if (!permission.ip_protocol) throw missing_parameter("ipProtocol");
    Rule base;
    base.protocol = *permission.ip_protocol;
    base.from_port = permission.from_port.value_or(-1);
    base.to_port = permission.to_port.value_or(-1);
    if (has_ports(protocol_name(base.protocol)) && permission.from_port.has_value() != permission.to_port.has_value())
      throw invalid_parameter("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
    const std::size_t before = rules.size();
    for (const IpRange& range : permission.ip_ranges.value_or(std::vector<IpRange>{})) {
      Rule& rule = rules.emplace_back(base);
      rule.cidr = range.cidr_ip.value_or("");
      rule.description = range.description.value_or("");
      if (rule.cidr.empty()) throw invalid_parameter("CIDR block  is malformed");
    }
    for (const Ipv6Range& range : permission.ipv6_ranges.value_or(std::vector<Ipv6Range>{})) {
      Rule& rule = rules.emplace_back(base);
      rule.cidr_v6 = range.cidr_ipv6.value_or("");
      rule.description = range.description.value_or("");
    }
    for (const PrefixListId& list : permission.prefix_list_ids.value_or(std::vector<PrefixListId>{})) {
      Rule& rule = rules.emplace_back(base);
      rule.prefix_list = list.prefix_list_id.value_or("");
      rule.description = list.description.value_or("");
      if (rule.prefix_list.empty()) throw missing_parameter("prefixListId");
    }
    for (const UserIdGroupPair& pair : permission.user_id_group_pairs.value_or(std::vector<UserIdGroupPair>{})) {
      Rule& rule = rules.emplace_back(base);
      rule.group = group_named(pair);
      rule.description = pair.description.value_or("");
    }
    if (rules.size() == before)
      throw Error("MissingParameter", 400,
                  "The request must contain at least one of cidrIp, cidrIpv6, prefixListId or a source security group");
  }
  for (Rule& rule : rules) rule = normalised(std::move(rule));
  return rules;
}

Rule rule_of(const SecurityGroupRule& shape) {
  Rule rule;
  rule.protocol = shape.ip_protocol.value_or("-1");
  rule.from_port = shape.from_port.value_or(-1);
  rule.to_port = shape.to_port.value_or(-1);
  rule.cidr = shape.cidr_ipv4.value_or("");
  rule.cidr_v6 = shape.cidr_ipv6.value_or("");
  rule.prefix_list = shape.prefix_list_id.value_or("");
  if (shape.referenced_group_info) rule.group = shape.referenced_group_info->group_id.value_or("");
  rule.description = shape.description.value_or("");
  return rule;
}

void put_rule(SecurityGroupRule& shape, const Rule& rule, const Place& place) {
  shape.ip_protocol = rule.protocol;
  shape.from_port = rule.from_port;
  shape.to_port = rule.to_port;
  shape.cidr_ipv4.reset();
  shape.cidr_ipv6.reset();
  shape.prefix_list_id.reset();
  shape.referenced_group_info.reset();
  shape.description.reset();
  if (!rule.cidr.empty()) shape.cidr_ipv4 = rule.cidr;
  if (!rule.cidr_v6.empty()) shape.cidr_ipv6 = rule.cidr_v6;
  if (!rule.prefix_list.empty()) shape.prefix_list_id = rule.prefix_list;
  if (!rule.group.empty()) {
    ReferencedSecurityGroup& group = shape.referenced_group_info.emplace();
    group.group_id = rule.group;
    group.user_id = place.account;
  }
  if (!rule.description.empty()) shape.description = rule.description;
}

std::vector<IpPermission> permissions_of(const std::vector<Rule>& rules, const std::string& account) {
  std::map<std::tuple<std::string, int, int>, IpPermission> gathered;
  for (const Rule& rule : rules) {
    IpPermission& permission = gathered[{rule.protocol, rule.from_port, rule.to_port}];
    permission.ip_protocol = rule.protocol;
    if (has_ports(rule.protocol) || is_icmp(rule.protocol)) {
      permission.from_port = rule.from_port;
      permission.to_port = rule.to_port;
    }
    if (!permission.ip_ranges) {
      permission.ip_ranges.emplace();
      permission.ipv6_ranges.emplace();
      permission.prefix_list_ids.emplace();
      permission.user_id_group_pairs.emplace();
    }
    const auto description = rule.description.empty() ? std::nullopt : std::optional(rule.description);
    if (!rule.cidr.empty()) {
      permission.ip_ranges->push_back({rule.cidr, description});
    } else if (!rule.cidr_v6.empty()) {
      permission.ipv6_ranges->push_back({rule.cidr_v6, description});
    } else if (!rule.prefix_list.empty()) {
      PrefixListId& list = permission.prefix_list_ids->emplace_back();
      list.prefix_list_id = rule.prefix_list;
      list.description = description;
    } else {
      UserIdGroupPair& pair = permission.user_id_group_pairs->emplace_back();
      pair.group_id = rule.group;
      pair.user_id = account;
      pair.description = description;
    }
  }
  std::vector<IpPermission> permissions;
  for (auto& [key, permission] : gathered) permissions.push_back(std::move(permission));
  return permissions;
}

Resource<SecurityGroupRule> make_rule(const Making& at, const std::string& vpc_id, const std::string& group_id,
                                      Direction direction, const Rule& rule, const Tags& tags) {
  auto row = make<SecurityGroupRule>(at, vpc_id, group_id);
  row.shape.security_group_rule_id = row.id;
  row.shape.security_group_rule_arn =
      fmt::format("arn:aws:ec2:{}:{}:security-group-rule/{}", at.place.region, at.place.account, row.id);
  row.shape.group_id = group_id;
  row.shape.group_owner_id = at.place.account;
  row.shape.is_egress = direction == Direction::kEgress;
  put_rule(row.shape, rule, at.place);
  create(at.tx, row, tags);
  return row;
}

}  // namespace hanbat::ec2
