// Subnets.
#include "base/words.h"
#include "services/ec2/calls/resource_keys.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

/// What the names of a subnet's instances are made of; those of their ids are not built.
enum class HostnameType { kAddress };

}  // namespace
}  // namespace hanbat::ec2

namespace hanbat {

template <>
constexpr auto kWords<ec2::HostnameType> =
    std::to_array<Word<ec2::HostnameType>>({{ec2::HostnameType::kAddress, "ip-name"}});

}  // namespace hanbat

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostSubnets = 200;

constexpr FilterPath kSubnetsPaths[] = {
    {"subnet-id", "SubnetId"},
    {"subnet-arn", "SubnetArn"},
    {"vpc-id", "VpcId"},
    {"availability-zone", "AvailabilityZone"},
    {"availabilityZone", "AvailabilityZone"},
    {"availability-zone-id", "AvailabilityZoneId"},
    {"availabilityZoneId", "AvailabilityZoneId"},
    {"available-ip-address-count", "AvailableIpAddressCount"},
    {"cidr-block", "CidrBlock"},
    {"cidr", "CidrBlock"},
    {"cidrBlock", "CidrBlock"},
    {"default-for-az", "DefaultForAz"},
    {"defaultForAz", "DefaultForAz"},
    {"map-public-ip-on-launch", "MapPublicIpOnLaunch"},
    {"enable-dns64", "EnableDns64"},
    {"ipv6-native", "Ipv6Native"},
    {"private-dns-name-options-on-launch.hostname-type", "PrivateDnsNameOptionsOnLaunch.HostnameType"},
    {"owner-id", "OwnerId"},
    {"state", "State"},
    {"customer-owned-ipv4-pool", "CustomerOwnedIpv4Pool"},
    {"enable-lni-at-device-index", "EnableLniAtDeviceIndex"},
    {"ipv6-cidr-block-association.ipv6-cidr-block", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"},
    {"ipv6-cidr-block-association.association-id", "Ipv6CidrBlockAssociationSet.AssociationId"},
    {"ipv6-cidr-block-association.state", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"},
    {"map-customer-owned-ip-on-launch", "MapCustomerOwnedIpOnLaunch"},
    {"outpost-arn", "OutpostArn"},
    {"private-dns-name-options-on-launch.enable-resource-name-dns-a-record",
     "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord"},
    {"private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record",
     "PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord"}};

void fill(store::Tx& tx, Resource<Subnet>& subnet) {
  subnet.shape.block_public_access_states.emplace().internet_gateway_block_mode = "off";
  const Cidr cidr = *parse_cidr(*subnet.shape.cidr_block);
  subnet.shape.available_ip_address_count =
      static_cast<int>(usable_addresses(cidr) - static_cast<std::int64_t>(taken_addresses(tx, subnet).size()));
}

Cidr require_subnet_cidr(store::Tx& tx, const Resource<Vpc>& vpc, const std::optional<std::string>& text) {
  if (!text) throw Error("MissingParameter", 400, "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.");
  const auto cidr = parse_cidr(*text);
  if (!cidr)
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter cidrBlock is invalid. This is not a valid CIDR block.", *text));
  if (cidr->bits < 16 || cidr->bits > 28 || !parse_cidr(*vpc.shape.cidr_block)->contains(*cidr))
    throw Error("InvalidSubnet.Range", 400, fmt::format("The CIDR '{}' is invalid.", *text));
  const auto others = list_in<Subnet>(tx, vpc.id);
  for (const auto& other : others)
    if (parse_cidr(*other.shape.cidr_block)->overlaps(*cidr))
      throw Error("InvalidSubnet.Conflict", 400, fmt::format("The CIDR '{}' conflicts with another subnet", *text));
  if (others.size() >= kMostSubnets)
    throw Error("SubnetLimitExceeded", 400, "The maximum number of subnets has been reached.");
  return *cidr;
}

}  // namespace

CreateSubnetOutput Ec2::create_subnet(Request& rq, const CreateSubnetInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "subnet");
  authorize_making(rq, "CreateSubnet", "subnet", tags);
  authorize(rq, "CreateSubnet", "vpc", in.vpc_id);
  authorize_tagging(rq, "subnet", tags);

  const auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  const std::string zone = require_zone(place_of(rq), in.availability_zone, in.availability_zone_id);
  const Cidr cidr = require_subnet_cidr(rq.tx, vpc, in.cidr_block);

  auto subnet = make_subnet(making(rq), vpc, cidr, zone, false, tags);
  touch_vpc(rq.tx, rq.home.tasks, vpc.id);

  fill(rq.tx, subnet);
  CreateSubnetOutput out;
  out.subnet = tagged(rq.tx, subnet);
  out.subnet->block_public_access_states.reset();
  return out;
}

DescribeSubnetsOutput Ec2::describe_subnets(Request& rq, const DescribeSubnetsInput& in) {
  authorize(rq, "DescribeSubnets");
  prepare(rq);
  auto page = describe<Subnet>(rq, in, in.subnet_ids, in.filters, kSubnetsPaths,
                               [&](Resource<Subnet>& row) { fill(rq.tx, row); });
  DescribeSubnetsOutput out;
  out.subnets = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteSubnetOutput Ec2::delete_subnet(Request& rq, const DeleteSubnetInput& in) {
  authorize(rq, "DeleteSubnet", "subnet", in.subnet_id);

  const auto subnet = require<Subnet>(rq.tx, place_of(rq), in.subnet_id);
  if (!taken_addresses(rq.tx, subnet).empty())
    throw dependency_violation(fmt::format("The subnet '{}' has dependencies and cannot be deleted.", subnet.id));

  for (auto& table : list_in<RouteTable>(rq.tx, subnet.scope))
    if (std::erase_if(*table.shape.associations, [&](const auto& a) { return a.subnet_id == subnet.id; }))
      update(rq.tx, table);
  for (auto& acl : list_in<NetworkAcl>(rq.tx, subnet.scope))
    if (std::erase_if(*acl.shape.associations, [&](const auto& a) { return a.subnet_id == subnet.id; }))
      update(rq.tx, acl);
  remove(rq.tx, subnet);
  touch_vpc(rq.tx, rq.home.tasks, subnet.scope);
  return {};
}

ModifySubnetAttributeOutput Ec2::modify_subnet_attribute(Request& rq, const ModifySubnetAttributeInput& in) {
  std::optional<std::string> map_public_ip;
  if (in.map_public_ip_on_launch) map_public_ip = truth(in.map_public_ip_on_launch->value.value_or(false));
  const auto& names = in.private_dns_hostname_type_on_launch;
  authorize(rq, "ModifySubnetAttribute", "subnet", in.subnet_id,
            attribute_keys({{"MapPublicIpOnLaunch", map_public_ip}, {"PrivateDnsHostnameTypeOnLaunch", names}}));

  auto subnet = require<Subnet>(rq.tx, place_of(rq), in.subnet_id);
  if (map_public_ip && names)
    throw Error("InvalidParameterCombination", 400, "Fields for multiple attributes specified");
  if (!map_public_ip && !names) throw Error("InvalidParameterCombination", 400, "No attributes specified.");

  if (names && !find_word<HostnameType>(*names)) throw not_done(rq, "PrivateDnsHostnameTypeOnLaunch " + *names);
  if (map_public_ip) subnet.shape.map_public_ip_on_launch = in.map_public_ip_on_launch->value.value_or(false);
  update(rq.tx, subnet);
  return {};
}

}  // namespace hanbat::ec2
