// Security groups.
#include <algorithm>

#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/security/security_rules.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostGroups = 2500;

constexpr FilterPath kSecurityGroupsPaths[] = {
    {"group-id", "GroupId"},
    {"group-name", "GroupName"},
    {"description", "Description"},
    {"owner-id", "OwnerId"},
    {"vpc-id", "VpcId"},
    {"ip-permission.cidr", "IpPermissions.IpRanges.CidrIp"},
    {"ip-permission.ipv6-cidr", "IpPermissions.Ipv6Ranges.CidrIpv6"},
    {"ip-permission.from-port", "IpPermissions.FromPort"},
    {"ip-permission.to-port", "IpPermissions.ToPort"},
    {"ip-permission.protocol", "IpPermissions.IpProtocol"},
    {"ip-permission.group-id", "IpPermissions.UserIdGroupPairs.GroupId"},
    {"ip-permission.user-id", "IpPermissions.UserIdGroupPairs.UserId"},
    {"egress.ip-permission.cidr", "IpPermissionsEgress.IpRanges.CidrIp"},
    {"egress.ip-permission.from-port", "IpPermissionsEgress.FromPort"},
    {"egress.ip-permission.to-port", "IpPermissionsEgress.ToPort"},
    {"egress.ip-permission.protocol", "IpPermissionsEgress.IpProtocol"},
    {"egress.ip-permission.group-id", "IpPermissionsEgress.UserIdGroupPairs.GroupId"},
    {"ip-permission.group-name", "IpPermissions.UserIdGroupPairs.GroupName"},
    {"ip-permission.prefix-list-id", "IpPermissions.PrefixListIds.PrefixListId"},
    {"egress.ip-permission.group-name", "IpPermissionsEgress.UserIdGroupPairs.GroupName"},
    {"egress.ip-permission.ipv6-cidr", "IpPermissionsEgress.Ipv6Ranges.CidrIpv6"},
    {"egress.ip-permission.prefix-list-id", "IpPermissionsEgress.PrefixListIds.PrefixListId"},
    {"egress.ip-permission.user-id", "IpPermissionsEgress.UserIdGroupPairs.UserId"}};

void fill(store::Tx& tx, Resource<SecurityGroup>& group) {
  std::vector<Rule> in, out;
  for (const auto& row : list_of<SecurityGroupRule>(tx, group.id))
    (row.shape.is_egress.value_or(false) ? out : in).push_back(rule_of(row.shape));
  group.shape.ip_permissions = permissions_of(in, group.place.account);
  group.shape.ip_permissions_egress = permissions_of(out, group.place.account);
}

/// A name or a description of a group. `most` is how AWS says how long one may be.
void check_text(std::string_view parameter, std::string_view what, std::string_view most, const std::string& text) {
  static constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789. _-:/()#,@[]+=&;{}!$*";
  if (std::ranges::any_of(text, [](unsigned char c) { return c > 127; }))
    throw invalid_parameter(fmt::format(
        "Value ({}) for parameter {} is invalid. Character sets beyond ASCII are not supported.", text, parameter));
  if (text.size() > 255 || text.find_first_not_of(kAllowed) != std::string::npos)
    throw invalid_parameter(
        fmt::format("Invalid security group {0}. Valid {0}s are {1} less than 256 characters from the following set:  "
                    "a-zA-Z0-9. _-:/()#,@[]+=&;{{}}!$*",
                    what, most));
}

std::string vpc_for(Request& rq, const std::optional<std::string>& vpc_id) {
  if (vpc_id) return require<Vpc>(rq.tx, place_of(rq), *vpc_id).id;
  const auto vpc = find_default_vpc(rq.tx, place_of(rq));
  if (!vpc) throw Error("VPCIdNotSpecified", 400, "No default VPC for this user");
  return vpc->id;
}

bool is_referenced(store::Tx& tx, const Resource<SecurityGroup>& group) {
  const auto rules = list_in<SecurityGroupRule>(tx, group.scope);
  const auto interfaces = list_in<NetworkInterface>(tx, group.scope);
  return std::ranges::any_of(
             rules,
             [&](const auto& rule) { return rule.parent != group.id && rule_of(rule.shape).group == group.id; }) ||
         std::ranges::any_of(interfaces, [&](const auto& interface) {
           const auto ids = group_ids(interface.shape.groups);
           return std::ranges::find(ids, group.id) != ids.end();
         });
}

}  // namespace

Resource<SecurityGroup> make_security_group(const Making& at, const std::string& vpc_id, const std::string& name,
                                            const std::string& description, const Tags& tags) {
  auto group = make<SecurityGroup>(at, vpc_id);
  group.name = name;
  SecurityGroup& shape = group.shape;
  shape.group_id = group.id;
  shape.group_name = name;
  shape.description = description;
  shape.owner_id = at.place.account;
  shape.vpc_id = vpc_id;
  shape.security_group_arn =
      fmt::format("arn:aws:ec2:{}:{}:security-group/{}", at.place.region, at.place.account, group.id);
  create(at.tx, group, tags);

  Rule all;
  all.protocol = "-1";
  if (name == "default") {
    all.group = group.id;
    make_rule(at, vpc_id, group.id, Direction::kIngress, all, {});
    all.group.clear();
  }
  all.cidr = "0.0.0.0/0";
  make_rule(at, vpc_id, group.id, Direction::kEgress, all, {});
  return group;
}

Resource<SecurityGroup> require_default_group(store::Tx& tx, const Place& place, const std::string& vpc_id) {
  if (auto group = find_named<SecurityGroup>(tx, place, vpc_id, "default")) return std::move(*group);
  throw Error("InvalidGroup.NotFound", 400,
              fmt::format("The security group 'default' does not exist in VPC '{}'", vpc_id));
}

std::vector<GroupIdentifier> require_groups(store::Tx& tx, const Place& place, const std::string& vpc_id,
                                            const std::vector<std::string>& ids) {
  std::vector<GroupIdentifier> groups;
  const auto add = [&](const Resource<SecurityGroup>& group) {
    GroupIdentifier& identifier = groups.emplace_back();
    identifier.group_id = group.id;
    identifier.group_name = group.shape.group_name;
  };
  for (const std::string& id : ids) {
    const auto group = require<SecurityGroup>(tx, place, id);
    if (group.scope != vpc_id)
      throw invalid_parameter(fmt::format("You have specified two resources that belong to different networks."));
    add(group);
  }
  if (groups.empty()) add(require_default_group(tx, place, vpc_id));
  return groups;
}

std::string group_asked(Request& rq, const std::optional<std::string>& id, const std::optional<std::string>& name) {
  if (id) return *id;
  const auto vpc = find_default_vpc(rq.tx, place_of(rq));
  const auto named = vpc && name ? find_named<SecurityGroup>(rq.tx, place_of(rq), vpc->id, *name) : std::nullopt;
  return named ? named->id : "*";
}

CreateSecurityGroupOutput Ec2::create_security_group(Request& rq, const CreateSecurityGroupInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "security-group");
  authorize_making(rq, "CreateSecurityGroup", "security-group", tags);
  const auto default_vpc = in.vpc_id ? std::nullopt : find_default_vpc(rq.tx, place_of(rq));
  authorize(rq, "CreateSecurityGroup", "vpc", in.vpc_id.value_or(default_vpc ? default_vpc->id : "*"));
  authorize_tagging(rq, "security-group", tags);

  prepare(rq);
  const std::string vpc_id = vpc_for(rq, in.vpc_id);
  if (in.group_name.empty()) throw missing_parameter("GroupName");
  if (in.description.empty()) throw missing_parameter("GroupDescription");
  check_text("GroupName", "name", "non-empty strings", in.group_name);
  check_text("GroupDescription", "description", "strings", in.description);
  if (in.group_name.starts_with("sg-"))
    throw invalid_parameter("invalid value for parameter groupName. Group names may not be in the format sg-*.");
  if (in.group_name == "default") throw invalid_parameter("Cannot use reserved security group name: default");
  if (find_named<SecurityGroup>(rq.tx, place_of(rq), vpc_id, in.group_name))
    throw Error("InvalidGroup.Duplicate", 400,
                fmt::format("The security group '{}' already exists for VPC '{}'", in.group_name, vpc_id));
  if (list<SecurityGroup>(rq.tx, place_of(rq)).size() >= kMostGroups)
    throw Error("SecurityGroupLimitExceeded", 400,
                "The maximum number of security groups for this account has been reached.");

  const auto group = make_security_group(making(rq), vpc_id, in.group_name, in.description, tags);

  CreateSecurityGroupOutput out;
  out.group_id = group.id;
  out.security_group_arn = group.shape.security_group_arn;
  if (!tags.empty()) out.tags = region::tag_list<Tag>(tags);
  return out;
}

DescribeSecurityGroupsOutput Ec2::describe_security_groups(Request& rq, const DescribeSecurityGroupsInput& in) {
  authorize(rq, "DescribeSecurityGroups");
  const region::Pager pager(rq, in, kPageSizes);

  prepare(rq);
  const auto names = in.group_names.value_or(std::vector<std::string>{});
  const auto filled = [&](Resource<SecurityGroup>& group) { fill(rq.tx, group); };
  if (names.empty()) {
    auto page = describe_page<SecurityGroup>(rq, pager, in.group_ids, in.filters, kSecurityGroupsPaths, filled);
    DescribeSecurityGroupsOutput out;
    out.security_groups = std::move(page.items);
    out.next_token = std::move(page.next_token);
    return out;
  }
  std::vector<Resource<SecurityGroup>> found;
  for (auto& row : select<SecurityGroup>(rq, in.group_ids, in.filters, kSecurityGroupsPaths, filled)) {
    if (std::ranges::find(names, *row.shape.group_name) == names.end()) continue;
    found.push_back(std::move(row));
  }
  for (const std::string& name : names)
    if (std::ranges::none_of(found, [&](const auto& group) { return group.shape.group_name == name; }))
      throw Error("InvalidGroup.NotFound", 400, fmt::format("The security group '{}' does not exist", name));
  auto page = cut_page(pager, std::move(found));
  DescribeSecurityGroupsOutput out;
  out.security_groups = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteSecurityGroupOutput Ec2::delete_security_group(Request& rq, const DeleteSecurityGroupInput& in) {
  authorize(rq, "DeleteSecurityGroup", "security-group", group_asked(rq, in.group_id, in.group_name));

  prepare(rq);
  if (!in.group_id && !in.group_name) throw missing_parameter("groupName or groupId");
  if (in.group_id && in.group_name) throw not_together("groupName", "groupId");
  std::optional<Resource<SecurityGroup>> group;
  if (in.group_id)
    group = require<SecurityGroup>(rq.tx, place_of(rq), *in.group_id);
  else
    group = find_named<SecurityGroup>(rq.tx, place_of(rq), vpc_for(rq, std::nullopt), *in.group_name);
  if (!group)
    throw Error("InvalidGroup.NotFound", 400, fmt::format("The security group '{}' does not exist", *in.group_name));
  if (group->shape.group_name == "default")
    throw Error("CannotDelete", 400,
                fmt::format("the specified group: \"{}\" name: \"default\" cannot be deleted by a user", group->id));
  if (is_referenced(rq.tx, *group))
    throw dependency_violation(fmt::format("resource {} has a dependent object", group->id));

  for (const auto& rule : list_of<SecurityGroupRule>(rq.tx, group->id)) remove(rq.tx, rule);
  remove(rq.tx, *group);
  touch_vpc(rq.tx, home_.tasks, group->scope);

  DeleteSecurityGroupOutput out;
  out.return_ = true;
  out.group_id = group->id;
  return out;
}

}  // namespace hanbat::ec2
