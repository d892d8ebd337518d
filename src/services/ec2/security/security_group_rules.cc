// Rules of security groups: authorized, revoked, described, changed.
#include <algorithm>

#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/prefix_lists.h"
#include "services/ec2/security/security_rules.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kSecurityGroupRulesPaths[] = {{"group-id", "GroupId"},
                                                   {"security-group-rule-id", "SecurityGroupRuleId"}};

Resource<SecurityGroup> group_of(Request& rq, const std::optional<std::string>& id,
                                 const std::optional<std::string>& name = std::nullopt) {
  if (id && name) throw not_together("groupName", "groupId");
  if (id) return require<SecurityGroup>(rq.tx, place_of(rq), *id);
  if (!name) throw missing_parameter("groupName or groupId");
  const auto vpc = find_default_vpc(rq.tx, place_of(rq));
  if (vpc)
    if (auto group = find_named<SecurityGroup>(rq.tx, place_of(rq), vpc->id, *name)) return std::move(*group);
  throw Error("InvalidGroup.NotFound", 400,
              fmt::format("The security group '{}' does not exist in default VPC '{}'", *name, vpc ? vpc->id : "none"));
}

Resource<ManagedPrefixList> require_list(Request& rq, const std::string& id) {
  return require_prefix_list(rq.tx, place_of(rq), rq.home.settings.edge, id);
}

template <class In>
std::optional<std::string> name_in(const In& in) {
  if constexpr (requires { in.group_name; })
    return in.group_name;
  else
    return std::nullopt;
}

/// The rules that a call names by permissions, or by its flat form.
template <class In>
std::vector<Rule> named_rules(Request& rq, const Resource<SecurityGroup>& group, const In& in) {
  std::vector<IpPermission> permissions = in.ip_permissions.value_or(std::vector<IpPermission>{});
  if (in.ip_protocol || in.cidr_ip || in.from_port || in.to_port) {
    const char* flat = in.ip_protocol ? "ipProtocol" : in.cidr_ip ? "cidrIp" : in.from_port ? "fromPort" : "toPort";
    if (!permissions.empty()) throw not_together("ipPermissions", flat);
    IpPermission& one = permissions.emplace_back();
    one.ip_protocol = in.ip_protocol;
    one.from_port = in.from_port;
    one.to_port = in.to_port;
    one.ip_ranges.emplace().emplace_back().cidr_ip = in.cidr_ip;
  }
  return rules_of(permissions, [&](const UserIdGroupPair& pair) {
    if (pair.user_id && !pair.user_id->empty() && *pair.user_id != rq.account)
      throw Error("InvalidGroup.NotFound", 400,
                  fmt::format("The security group '{}' does not exist", pair.group_id.value_or("")));
    if (pair.group_id) {
      const auto peer = require<SecurityGroup>(rq.tx, place_of(rq), *pair.group_id);
      if (peer.scope != group.scope)
        throw Error("InvalidGroup.NotFound", 400,
                    fmt::format("You have specified two resources that belong to different networks."));
      return peer.id;
    }
    const auto peer = find_named<SecurityGroup>(rq.tx, place_of(rq), group.scope, pair.group_name.value_or(""));
    if (!peer)
      throw Error("InvalidGroup.NotFound", 400,
                  fmt::format("The security group '{}' does not exist", pair.group_name.value_or("")));
    return peer->id;
  });
}

std::vector<Resource<SecurityGroupRule>> present_rules(store::Tx& tx, const Resource<SecurityGroup>& group,
                                                       Direction way) {
  auto rules = list_of<SecurityGroupRule>(tx, group.id);
  std::erase_if(rules,
                [&](const auto& row) { return row.shape.is_egress.value_or(false) != (way == Direction::kEgress); });
  return rules;
}

template <class Out, class In>
Out authorize_rules(Request& rq, const In& in, Direction way, std::string_view action) {
  const Tags tags = requested_tags(in.tag_specifications, "security-group-rule");
  const std::optional<std::string> id = in.group_id;
  authorize(rq, action, "security-group", group_asked(rq, id, name_in(in)));
  if (!tags.empty()) authorize_making(rq, action, "security-group-rule", tags);
  authorize_tagging(rq, "security-group-rule", tags);

  const auto group = group_of(rq, id, name_in(in));
  const auto rules = named_rules(rq, group, in);
  if (rules.empty()) throw missing_parameter("ipPermissions");
  const auto present = present_rules(rq.tx, group, way);
  std::size_t count = rules_counted(rq.tx, present, rq.home.settings.edge);
  for (const Rule& rule : rules) count += rule.prefix_list.empty() ? 1 : weight_of(require_list(rq, rule.prefix_list));
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const bool twice = std::any_of(rules.begin(), rules.begin() + static_cast<std::ptrdiff_t>(i),
                                   [&](const Rule& other) { return other.same(rules[i]); });
    if (twice) throw invalid_parameter("The same permission must not appear multiple times");
    if (std::ranges::any_of(present, [&](const auto& row) { return rule_of(row.shape).same(rules[i]); }))
      throw Error("InvalidPermission.Duplicate", 400,
                  fmt::format("the specified rule \"{}\" already exists", rules[i].peer_text()));
  }
  if (count > kMostRules)
    throw Error("RulesPerSecurityGroupLimitExceeded", 400,
                "The maximum number of rules per security group has been reached.");

  Out out;
  out.return_ = true;
  out.security_group_rules.emplace();
  for (const Rule& rule : rules) {
    const auto row = make_rule(making(rq), group.scope, group.id, way, rule, tags);
    out.security_group_rules->push_back(tagged(rq.tx, row));
    if (tags.empty()) out.security_group_rules->back().tags.reset();  // which DescribeSecurityGroupRules tells always
  }
  touch_vpc(rq.tx, rq.home.tasks, group.scope);
  return out;
}

template <class Out>
void revoke(Request& rq, const Resource<SecurityGroupRule>& row, Out& out) {
  auto& revoked = out.revoked_security_group_rules->emplace_back();
  const SecurityGroupRule& shape = row.shape;
  revoked.security_group_rule_id = row.id;
  revoked.group_id = shape.group_id;
  revoked.is_egress = shape.is_egress;
  revoked.ip_protocol = shape.ip_protocol;
  revoked.from_port = shape.from_port;
  revoked.to_port = shape.to_port;
  revoked.cidr_ipv4 = shape.cidr_ipv4;
  revoked.cidr_ipv6 = shape.cidr_ipv6;
  revoked.prefix_list_id = shape.prefix_list_id;
  revoked.description = shape.description;
  if (shape.referenced_group_info) revoked.referenced_group_id = shape.referenced_group_info->group_id;
  remove(rq.tx, row);
}

template <class Out, class In>
Out revoke_rules(Request& rq, const In& in, Direction way, std::string_view action) {
  const std::optional<std::string> id = in.group_id;
  authorize(rq, action, "security-group", group_asked(rq, id, name_in(in)));

  const auto group = group_of(rq, id, name_in(in));
  Out out;
  out.return_ = true;
  out.revoked_security_group_rules.emplace();
  for (const std::string& rule_id : in.security_group_rule_ids.value_or(std::vector<std::string>{})) {
    const auto row = require<SecurityGroupRule>(rq.tx, place_of(rq), rule_id);
    if (row.parent != group.id || row.shape.is_egress.value_or(false) != (way == Direction::kEgress))
      throw Error("InvalidSecurityGroupRuleId.NotFound", 400,
                  fmt::format("The security group rule ID '{}' does not exist", rule_id));
    revoke(rq, row, out);
  }
  for (const Rule& rule : named_rules(rq, group, in)) {
    const auto present = present_rules(rq.tx, group, way);
    const auto found = std::ranges::find_if(present, [&](const auto& row) { return rule_of(row.shape).same(rule); });
    if (found == present.end())
      throw Error("InvalidPermission.NotFound", 400, "The specified rule does not exist in this security group.");
    revoke(rq, *found, out);
  }
  if (out.revoked_security_group_rules->empty()) throw missing_parameter("ipPermissions");
  touch_vpc(rq.tx, rq.home.tasks, group.scope);
  return out;
}

template <class Out, class In>
Out describe_rules_anew(Request& rq, const In& in, Direction way, std::string_view action) {
  authorize(rq, action, "security-group", group_asked(rq, in.group_id, in.group_name));

  const auto group = group_of(rq, in.group_id, in.group_name);
  for (const auto& one : in.security_group_rule_descriptions.value_or(std::vector<SecurityGroupRuleDescription>{})) {
    auto row = require<SecurityGroupRule>(rq.tx, place_of(rq), one.security_group_rule_id.value_or(""));
    if (row.parent != group.id)
      throw Error("InvalidSecurityGroupRuleId.NotFound", 400,
                  fmt::format("The security group rule ID '{}' does not exist", row.id));
    row.shape.description = one.description;
    update(rq.tx, row);
  }
  if (in.ip_permissions) {
    std::vector<Rule> rules;
    rules = rules_of(*in.ip_permissions, [&](const UserIdGroupPair& pair) { return pair.group_id.value_or(""); });
    for (const Rule& rule : rules) {
      auto present = present_rules(rq.tx, group, way);
      const auto found = std::ranges::find_if(present, [&](const auto& row) { return rule_of(row.shape).same(rule); });
      if (found == present.end())
        throw Error("InvalidPermission.NotFound", 400, "The specified rule does not exist in this security group.");
      found->shape.description = rule.description.empty() ? std::nullopt : std::optional(rule.description);
      update(rq.tx, *found);
    }
  }
  Out out;
  out.return_ = true;
  return out;
}

}  // namespace

AuthorizeSecurityGroupIngressOutput Ec2::authorize_security_group_ingress(
    Request& rq, const AuthorizeSecurityGroupIngressInput& in) {
  return authorize_rules<AuthorizeSecurityGroupIngressOutput>(rq, in, Direction::kIngress,
                                                              "AuthorizeSecurityGroupIngress");
}

AuthorizeSecurityGroupEgressOutput Ec2::authorize_security_group_egress(Request& rq,
                                                                        const AuthorizeSecurityGroupEgressInput& in) {
  return authorize_rules<AuthorizeSecurityGroupEgressOutput>(rq, in, Direction::kEgress,
                                                             "AuthorizeSecurityGroupEgress");
}

RevokeSecurityGroupIngressOutput Ec2::revoke_security_group_ingress(Request& rq,
                                                                    const RevokeSecurityGroupIngressInput& in) {
  return revoke_rules<RevokeSecurityGroupIngressOutput>(rq, in, Direction::kIngress, "RevokeSecurityGroupIngress");
}

RevokeSecurityGroupEgressOutput Ec2::revoke_security_group_egress(Request& rq,
                                                                  const RevokeSecurityGroupEgressInput& in) {
  return revoke_rules<RevokeSecurityGroupEgressOutput>(rq, in, Direction::kEgress, "RevokeSecurityGroupEgress");
}

DescribeSecurityGroupRulesOutput Ec2::describe_security_group_rules(Request& rq,
                                                                    const DescribeSecurityGroupRulesInput& in) {
  authorize(rq, "DescribeSecurityGroupRules");
  prepare(rq);
  auto page = describe<SecurityGroupRule>(rq, in, in.security_group_rule_ids, in.filters, kSecurityGroupRulesPaths,
                                          [](Resource<SecurityGroupRule>& row) {
                                            // Rules of earlier versions have it; AWS tells it of groups of peers alone.
                                            if (row.shape.referenced_group_info)
                                              row.shape.referenced_group_info->vpc_id.reset();
                                          });
  DescribeSecurityGroupRulesOutput out;
  out.security_group_rules = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

ModifySecurityGroupRulesOutput Ec2::modify_security_group_rules(Request& rq, const ModifySecurityGroupRulesInput& in) {
  if (in.security_group_rules.empty()) throw missing_parameter("SecurityGroupRule");
  authorize(rq, "ModifySecurityGroupRules", "security-group", in.group_id);
  for (const SecurityGroupRuleUpdate& wanted : in.security_group_rules)
    authorize(rq, "ModifySecurityGroupRules", "security-group-rule", wanted.security_group_rule_id);

  const auto group = require<SecurityGroup>(rq.tx, place_of(rq), in.group_id);
  for (const SecurityGroupRuleUpdate& wanted : in.security_group_rules) {
    auto row = require<SecurityGroupRule>(rq.tx, place_of(rq), wanted.security_group_rule_id);
    if (row.parent != group.id)
      throw Error("InvalidSecurityGroupRuleId.NotFound", 400,
                  fmt::format("The security group rule ID '{}' does not exist", row.id));
    if (!wanted.security_group_rule) throw missing_parameter("SecurityGroupRule");
    const SecurityGroupRuleRequest& given = *wanted.security_group_rule;
    Rule rule;
    rule.protocol = given.ip_protocol.value_or("-1");
    rule.from_port = given.from_port.value_or(-1);
    rule.to_port = given.to_port.value_or(-1);
    rule.cidr = given.cidr_ipv4.value_or("");
    rule.cidr_v6 = given.cidr_ipv6.value_or("");
    rule.prefix_list = given.prefix_list_id.value_or("");
    rule.group = given.referenced_group_id.value_or("");
    rule.description = given.description.value_or("");
    if (!rule.group.empty()) require<SecurityGroup>(rq.tx, place_of(rq), rule.group);
    if (!rule.prefix_list.empty()) require_list(rq, rule.prefix_list);
    if (int{!rule.cidr.empty()} + int{!rule.cidr_v6.empty()} + int{!rule.prefix_list.empty()} +
            int{!rule.group.empty()} !=
        1)
      throw Error("InvalidParameterCombination", 400,
                  "Only one of cidrIp, cidrIpv6, prefixListId or groupId can be specified.");
    put_rule(row.shape, normalised(std::move(rule)), row.place);
    update(rq.tx, row);
  }
  for (const Direction way : {Direction::kIngress, Direction::kEgress})
    if (rules_counted(rq.tx, present_rules(rq.tx, group, way), rq.home.settings.edge) > kMostRules)
      throw Error("RulesPerSecurityGroupLimitExceeded", 400,
                  "The maximum number of rules per security group has been reached.");
  touch_vpc(rq.tx, home_.tasks, group.scope);

  ModifySecurityGroupRulesOutput out;
  out.return_ = true;
  return out;
}

UpdateSecurityGroupRuleDescriptionsIngressOutput Ec2::update_security_group_rule_descriptions_ingress(
    Request& rq, const UpdateSecurityGroupRuleDescriptionsIngressInput& in) {
  return describe_rules_anew<UpdateSecurityGroupRuleDescriptionsIngressOutput>(
      rq, in, Direction::kIngress, "UpdateSecurityGroupRuleDescriptionsIngress");
}

UpdateSecurityGroupRuleDescriptionsEgressOutput Ec2::update_security_group_rule_descriptions_egress(
    Request& rq, const UpdateSecurityGroupRuleDescriptionsEgressInput& in) {
  return describe_rules_anew<UpdateSecurityGroupRuleDescriptionsEgressOutput>(
      rq, in, Direction::kEgress, "UpdateSecurityGroupRuleDescriptionsEgress");
}

}  // namespace hanbat::ec2
