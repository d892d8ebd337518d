// Network ACLs and which subnets they decide for: each subnet is under one always, its VPC's default one at first.
#include "services/ec2/security/network_acls.h"

#include <algorithm>

#include "host/networks/spec.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostAcls = 200;

constexpr FilterPath kNetworkAclsPaths[] = {{"network-acl-id", "NetworkAclId"},
                                            {"vpc-id", "VpcId"},
                                            {"default", "IsDefault"},
                                            {"owner-id", "OwnerId"},
                                            {"association.association-id", "Associations.NetworkAclAssociationId"},
                                            {"association.network-acl-id", "Associations.NetworkAclId"},
                                            {"association.subnet-id", "Associations.SubnetId"},
                                            {"entry.cidr", "Entries.CidrBlock"},
                                            {"entry.ipv6-cidr", "Entries.Ipv6CidrBlock"},
                                            {"entry.icmp.code", "Entries.IcmpTypeCode.Code"},
                                            {"entry.icmp.type", "Entries.IcmpTypeCode.Type"},
                                            {"entry.port-range.from", "Entries.PortRange.From"},
                                            {"entry.port-range.to", "Entries.PortRange.To"},
                                            {"entry.protocol", "Entries.Protocol"},
                                            {"entry.rule-action", "Entries.RuleAction"},
                                            {"entry.rule-number", "Entries.RuleNumber"},
                                            {"entry.egress", "Entries.Egress"}};

NetworkAclEntry entry_for_all(bool egress, int number, host::AclAction action) {
  NetworkAclEntry entry;
  entry.cidr_block = "0.0.0.0/0";
  entry.egress = egress;
  entry.protocol = "-1";
  entry.rule_action = word_of(action);
  entry.rule_number = number;
  return entry;
}

NetworkAclAssociation association_of(const Resource<NetworkAcl>& acl, const std::string& subnet_id) {
  NetworkAclAssociation association;
  association.network_acl_association_id = ec2_id("aclassoc");
  association.network_acl_id = acl.id;
  association.subnet_id = subnet_id;
  return association;
}

/// The ACL that has the association, and the association in it.
using AclAssociation = std::pair<Resource<NetworkAcl>, NetworkAclAssociation>;

std::optional<AclAssociation> find_acl_association(Request& rq, const std::string& id) {
  for (auto& acl : list<NetworkAcl>(rq.tx, place_of(rq)))
    for (const NetworkAclAssociation& association : *acl.shape.associations)
      if (association.network_acl_association_id == id) {
        NetworkAclAssociation copy = association;
        return AclAssociation{std::move(acl), std::move(copy)};
      }
  return std::nullopt;
}

/// Filters name protocols by word too; entries have their numbers.
std::optional<std::vector<Filter>> by_number(std::optional<std::vector<Filter>> filters) {
  if (!filters) return filters;
  for (Filter& filter : *filters) {
    if (filter.name != "entry.protocol" || !filter.values) continue;
    for (std::string& value : *filter.values)
      value = value == "tcp" ? "6" : value == "udp" ? "17" : value == "icmp" ? "1" : value;
  }
  return filters;
}

}  // namespace

Resource<NetworkAcl> make_network_acl(const Making& at, const Resource<Vpc>& vpc, AclKind kind, const Tags& tags) {
  auto acl = make<NetworkAcl>(at, vpc.id);
  acl.shape.network_acl_id = acl.id;
  acl.shape.vpc_id = vpc.id;
  acl.shape.owner_id = at.place.account;
  acl.shape.is_default = kind == AclKind::kDefault;
  auto& entries = acl.shape.entries.emplace();
  for (const bool egress : {true, false}) {
    if (kind == AclKind::kDefault) entries.push_back(entry_for_all(egress, 100, host::AclAction::kAllow));
    entries.push_back(entry_for_all(egress, kLastEntry, host::AclAction::kDeny));
  }
  acl.shape.associations.emplace();
  create(at.tx, acl, tags);
  return acl;
}

void associate_with_default_acl(store::Tx& tx, const Resource<Subnet>& subnet) {
  for (auto& acl : list_in<NetworkAcl>(tx, subnet.scope)) {
    if (!acl.shape.is_default.value_or(false)) continue;
    acl.shape.associations->push_back(association_of(acl, subnet.id));
    update(tx, acl);
  }
}

CreateNetworkAclOutput Ec2::create_network_acl(Request& rq, const CreateNetworkAclInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "network-acl");
  authorize_making(rq, "CreateNetworkAcl", "network-acl", tags);
  authorize(rq, "CreateNetworkAcl", "vpc", in.vpc_id);
  authorize_tagging(rq, "network-acl", tags);

  const Json asked = Json::object({{"vpc", in.vpc_id}});
  CreateNetworkAclOutput out;
  out.client_token = in.client_token;
  if (const auto earlier = earlier_result(rq, in.client_token, asked)) {
    out.network_acl = tagged(rq.tx, require<NetworkAcl>(rq.tx, place_of(rq), *earlier));
    return out;
  }
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  if (list_in<NetworkAcl>(rq.tx, vpc.id).size() >= kMostAcls)
    throw Error("NetworkAclLimitExceeded", 400, "The maximum number of network acls has been reached.");

  const auto acl = make_network_acl(making(rq), vpc, AclKind::kOwn, tags);
  record_result(rq, in.client_token, asked, acl.id);

  out.network_acl = tagged(rq.tx, acl);
  return out;
}

DescribeNetworkAclsOutput Ec2::describe_network_acls(Request& rq, const DescribeNetworkAclsInput& in) {
  authorize(rq, "DescribeNetworkAcls");
  prepare(rq);
  auto page = describe<NetworkAcl>(rq, in, in.network_acl_ids, by_number(in.filters), kNetworkAclsPaths);
  DescribeNetworkAclsOutput out;
  out.network_acls = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteNetworkAclOutput Ec2::delete_network_acl(Request& rq, const DeleteNetworkAclInput& in) {
  authorize(rq, "DeleteNetworkAcl", "network-acl", in.network_acl_id);

  const auto acl = require<NetworkAcl>(rq.tx, place_of(rq), in.network_acl_id);
  if (acl.shape.is_default.value_or(false))
    throw invalid_parameter(fmt::format("cannot delete default network ACL {}", acl.id));
  if (!acl.shape.associations->empty())
    throw dependency_violation(fmt::format("The networkAcl '{}' has dependencies and cannot be deleted.", acl.id));

  remove(rq.tx, acl);
  return {};
}

ReplaceNetworkAclAssociationOutput Ec2::replace_network_acl_association(Request& rq,
                                                                        const ReplaceNetworkAclAssociationInput& in) {
  const auto asked = find_acl_association(rq, in.association_id);
  authorize(rq, "ReplaceNetworkAclAssociation", "subnet", asked ? *asked->second.subnet_id : "*");
  authorize(rq, "ReplaceNetworkAclAssociation", "network-acl", in.network_acl_id);

  if (!asked)
    throw Error("InvalidAssociationID.NotFound", 400,
                fmt::format("The association ID '{}' does not exist", in.association_id));
  auto [before, association] = *asked;
  auto wanted = require<NetworkAcl>(rq.tx, place_of(rq), in.network_acl_id);
  if (wanted.scope != before.scope)
    throw invalid_parameter(
        fmt::format("Network ACL {} and subnet {} belong to different networks", wanted.id, *association.subnet_id));
  ReplaceNetworkAclAssociationOutput out;
  out.new_association_id = association.network_acl_association_id;
  if (wanted.id == before.id) return out;

  std::erase_if(*before.shape.associations,
                [&](const auto& one) { return one.network_acl_association_id == in.association_id; });
  update(rq.tx, before);
  wanted.shape.associations->push_back(association_of(wanted, *association.subnet_id));
  update(rq.tx, wanted);
  touch_vpc(rq.tx, home_.tasks, wanted.scope);

  out.new_association_id = wanted.shape.associations->back().network_acl_association_id;
  return out;
}

}  // namespace hanbat::ec2
