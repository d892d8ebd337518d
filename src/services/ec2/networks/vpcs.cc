// VPCs and their attributes.
#include "base/words.h"
#include "services/ec2/calls/resource_keys.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

/// What DescribeVpcAttribute can be asked for.
enum class VpcAttributeName { kDnsSupport, kDnsHostnames, kUsageMetrics };

}  // namespace
}  // namespace hanbat::ec2

namespace hanbat {

template <>
constexpr auto kWords<ec2::VpcAttributeName> = std::to_array<Word<ec2::VpcAttributeName>>(
    {{ec2::VpcAttributeName::kDnsSupport, "enableDnsSupport"},
     {ec2::VpcAttributeName::kDnsHostnames, "enableDnsHostnames"},
     {ec2::VpcAttributeName::kUsageMetrics, "enableNetworkAddressUsageMetrics"}});

}  // namespace hanbat

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostVpcs = 5;

constexpr FilterPath kVpcPaths[] = {
    {"vpc-id", "VpcId"},
    {"cidr", "CidrBlock"},
    {"cidr-block", "CidrBlock"},
    {"cidr-block-association.association-id", "CidrBlockAssociationSet.AssociationId"},
    {"cidr-block-association.cidr-block", "CidrBlockAssociationSet.CidrBlock"},
    {"cidr-block-association.state", "CidrBlockAssociationSet.CidrBlockState.State"},
    {"dhcp-options-id", "DhcpOptionsId"},
    {"dhcpOptionsId", "DhcpOptionsId"},
    {"is-default", "IsDefault"},
    {"isDefault", "IsDefault"},
    {"owner-id", "OwnerId"},
    {"state", "State"},
    {"ipv6-cidr-block-association.ipv6-cidr-block", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"},
    {"ipv6-cidr-block-association.ipv6-pool", "Ipv6CidrBlockAssociationSet.Ipv6Pool"},
    {"ipv6-cidr-block-association.association-id", "Ipv6CidrBlockAssociationSet.AssociationId"},
    {"ipv6-cidr-block-association.state", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"}};

Cidr require_vpc_cidr(const std::optional<std::string>& text, const host::EdgeRange& edge) {
  if (!text) throw missing_parameter("cidrBlock");
  const auto cidr = parse_cidr(*text);
  if (!cidr)
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter cidrBlock is invalid. This is not a valid CIDR block.", *text));
  // The pool of public addresses and the endpoints of AWS lie in the edge's range, by default one of which AWS forbids
  // a part too.
  if (cidr->bits < 16 || cidr->bits > 28 || cidr->overlaps(*parse_cidr(edge.text())) ||
      cidr->overlaps(*parse_cidr("127.0.0.0/8")) || cidr->overlaps(*parse_cidr("169.254.0.0/16")))
    throw Error("InvalidVpc.Range", 400, fmt::format("The CIDR '{}' is invalid.", *text));
  return *cidr;
}

/// As the calls that make one answer.
Vpc new_vpc(Request& rq, const Resource<Vpc>& vpc) {
  Vpc shape = tagged(rq.tx, vpc);
  shape.state = "pending";
  shape.ipv6_cidr_block_association_set.emplace();
  shape.block_public_access_states.reset();
  return shape;
}

void refuse_dependencies(store::Tx& tx, const Resource<Vpc>& vpc) {
  bool used = !list_in<Subnet>(tx, vpc.id).empty() || !list_in<InternetGateway>(tx, vpc.id).empty() ||
              !list_in<NetworkInterface>(tx, vpc.id).empty() || list_in<SecurityGroup>(tx, vpc.id).size() > 1 ||
              list_in<RouteTable>(tx, vpc.id).size() > 1 || list_in<NetworkAcl>(tx, vpc.id).size() > 1 ||
              !list_in<VpcEndpoint>(tx, vpc.id).empty();
  if (used) throw dependency_violation(fmt::format("The vpc '{}' has dependencies and cannot be deleted.", vpc.id));
}

}  // namespace

void Ec2::prepare(Request& rq) {
  const Place place = place_of(rq);
  if (is_prepared(rq.tx, place)) return;
  if (rq.tx.mode() == store::Tx::Mode::kWrite) return prepare_place(making(rq));
  throw region::WriteFirst{[place, now = rq.now()](store::Tx& tx) { prepare_place({tx, place, now}); }};
}

CreateVpcOutput Ec2::create_vpc(Request& rq, const CreateVpcInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "vpc");
  authorize_making(rq, "CreateVpc", "vpc", tags);
  authorize_tagging(rq, "vpc", tags);

  prepare(rq);
  const Cidr cidr = require_vpc_cidr(in.cidr_block, rq.home.settings.edge);
  if (in.amazon_provided_ipv6_cidr_block.value_or(false)) throw not_done(rq, "AmazonProvidedIpv6CidrBlock");
  if (in.instance_tenancy.value_or("default") != "default") throw not_done(rq, "InstanceTenancy other than default");
  if (list<Vpc>(rq.tx, place_of(rq)).size() >= kMostVpcs)
    throw Error("VpcLimitExceeded", 400, "The maximum number of VPCs has been reached.");

  const auto vpc = make_vpc(making(rq), cidr, false, tags);

  CreateVpcOutput out;
  out.vpc = new_vpc(rq, vpc);
  return out;
}

CreateDefaultVpcOutput Ec2::create_default_vpc(Request& rq, const CreateDefaultVpcInput&) {
  authorize(rq, "CreateDefaultVpc");

  prepare(rq);
  if (const auto present = find_default_vpc(rq.tx, place_of(rq)))
    throw Error("DefaultVpcAlreadyExists", 400,
                fmt::format("A Default VPC already exists for this account in this region."));

  const auto vpc = make_default_vpc(making(rq));

  CreateDefaultVpcOutput out;
  out.vpc = new_vpc(rq, vpc);
  return out;
}

DescribeVpcsOutput Ec2::describe_vpcs(Request& rq, const DescribeVpcsInput& in) {
  authorize(rq, "DescribeVpcs");
  prepare(rq);
  auto page = describe<Vpc>(rq, in, in.vpc_ids, in.filters, kVpcPaths);
  DescribeVpcsOutput out;
  out.vpcs = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteVpcOutput Ec2::delete_vpc(Request& rq, const DeleteVpcInput& in) {
  authorize(rq, "DeleteVpc", "vpc", in.vpc_id);

  const auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  refuse_dependencies(rq.tx, vpc);

  for (const auto& row : list_in<SecurityGroupRule>(rq.tx, vpc.id)) remove(rq.tx, row);
  for (const auto& row : list_in<SecurityGroup>(rq.tx, vpc.id)) remove(rq.tx, row);
  for (const auto& row : list_in<RouteTable>(rq.tx, vpc.id)) remove(rq.tx, row);
  for (const auto& row : list_in<NetworkAcl>(rq.tx, vpc.id)) remove(rq.tx, row);
  remove(rq.tx, vpc);
  touch_vpc(rq.tx, rq.home.tasks, vpc.id);
  return {};
}

ModifyVpcAttributeOutput Ec2::modify_vpc_attribute(Request& rq, const ModifyVpcAttributeInput& in) {
  const auto given = [](const std::optional<AttributeBooleanValue>& attribute) -> std::optional<std::string> {
    if (!attribute) return std::nullopt;
    return truth(attribute->value.value_or(false));
  };
  authorize(rq, "ModifyVpcAttribute", "vpc", in.vpc_id,
            attribute_keys({{"EnableDnsHostnames", given(in.enable_dns_hostnames)},
                            {"EnableDnsSupport", given(in.enable_dns_support)}}));

  auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  if (in.enable_dns_hostnames && in.enable_dns_support)
    throw Error("InvalidParameterCombination", 400, "Fields for multiple attributes specified");
  if (!in.enable_dns_hostnames && !in.enable_dns_support)
    throw Error("InvalidParameterCombination", 400, "No attributes specified.");

  if (in.enable_dns_hostnames) vpc.own["dns_hostnames"] = in.enable_dns_hostnames->value.value_or(false);
  if (in.enable_dns_support) vpc.own["dns_support"] = in.enable_dns_support->value.value_or(false);
  update(rq.tx, vpc);
  touch_vpc(rq.tx, rq.home.tasks, vpc.id);
  return {};
}

DescribeVpcAttributeOutput Ec2::describe_vpc_attribute(Request& rq, const DescribeVpcAttributeInput& in) {
  authorize(rq, "DescribeVpcAttribute", "vpc", in.vpc_id);

  prepare(rq);
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  DescribeVpcAttributeOutput out;
  out.vpc_id = vpc.id;
  switch (require_attribute<VpcAttributeName>(in.attribute)) {
    case VpcAttributeName::kDnsSupport:
      out.enable_dns_support.emplace().value = vpc.own.flag("dns_support");
      break;
    case VpcAttributeName::kDnsHostnames:
      out.enable_dns_hostnames.emplace().value = vpc.own.flag("dns_hostnames");
      break;
    case VpcAttributeName::kUsageMetrics:
      out.enable_network_address_usage_metrics.emplace().value = vpc.own.flag("usage_metrics");
      break;
  }
  return out;
}

}  // namespace hanbat::ec2
