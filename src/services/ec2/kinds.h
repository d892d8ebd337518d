// The kinds of EC2 resources: how each is named, which shape tells of it, which errors say that it is not there.
#pragma once

#include <string>
#include <string_view>

#include "gen/ec2/model.h"

namespace hanbat::ec2 {

struct Kind {
  std::string_view type;       // AWS's resource type in tags and ARNs
  std::string_view prefix;     // of ids
  std::string_view id_member;  // of the shape
  std::string_view not_found;  // error code
  std::string_view message;    // its text; {} is the id
  std::string_view malformed;  // error code of an id that cannot be one
};

/// Which kind a shape tells of. Specialised for every shape that is stored.
template <class T>
struct KindOf;

#define HANBAT_EC2_KIND(shape, ...)           \
  template <>                                 \
  struct KindOf<shape> {                      \
    static constexpr Kind kKind{__VA_ARGS__}; \
  }

HANBAT_EC2_KIND(Vpc, "vpc", "vpc", "VpcId", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist",
                "InvalidVpcId.Malformed");
HANBAT_EC2_KIND(Subnet, "subnet", "subnet", "SubnetId", "InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist",
                "InvalidSubnetID.Malformed");
HANBAT_EC2_KIND(InternetGateway, "internet-gateway", "igw", "InternetGatewayId", "InvalidInternetGatewayID.NotFound",
                "The internetGateway ID '{}' does not exist", "InvalidInternetGatewayId.Malformed");
HANBAT_EC2_KIND(NatGateway, "natgateway", "nat", "NatGatewayId", "NatGatewayNotFound",
                "The Nat Gateway {} was not found", "NatGatewayMalformed");
HANBAT_EC2_KIND(Address, "elastic-ip", "eipalloc", "AllocationId", "InvalidAllocationID.NotFound",
                "The allocation ID '{}' does not exist", "InvalidAllocationID.Malformed");
HANBAT_EC2_KIND(RouteTable, "route-table", "rtb", "RouteTableId", "InvalidRouteTableID.NotFound",
                "The routeTable ID '{}' does not exist", "InvalidRouteTableId.Malformed");
HANBAT_EC2_KIND(SecurityGroup, "security-group", "sg", "GroupId", "InvalidGroup.NotFound",
                "The security group '{}' does not exist", "InvalidGroupId.Malformed");
HANBAT_EC2_KIND(SecurityGroupRule, "security-group-rule", "sgr", "SecurityGroupRuleId",
                "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{}' does not exist",
                "InvalidSecurityGroupRuleId.Malformed");
HANBAT_EC2_KIND(NetworkAcl, "network-acl", "acl", "NetworkAclId", "InvalidNetworkAclID.NotFound",
                "The networkAcl ID '{}' does not exist", "InvalidNetworkAclID.Malformed");
HANBAT_EC2_KIND(DhcpOptions, "dhcp-options", "dopt", "DhcpOptionsId", "InvalidDhcpOptionID.NotFound",
                "The dhcpOption ID '{}' does not exist", "InvalidDhcpOptionsId.Malformed");
HANBAT_EC2_KIND(NetworkInterface, "network-interface", "eni", "NetworkInterfaceId",
                "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist",
                "InvalidNetworkInterfaceId.Malformed");
HANBAT_EC2_KIND(KeyPairInfo, "key-pair", "key", "KeyPairId", "InvalidKeyPair.NotFound",
                "The key pair '{}' does not exist", "InvalidKeyPairId.Malformed");
HANBAT_EC2_KIND(Image, "image", "ami", "ImageId", "InvalidAMIID.NotFound", "The image id '[{}]' does not exist",
                "InvalidAMIID.Malformed");
HANBAT_EC2_KIND(Instance, "instance", "i", "InstanceId", "InvalidInstanceID.NotFound",
                "The instance ID '{}' does not exist", "InvalidInstanceID.Malformed");
HANBAT_EC2_KIND(Volume, "volume", "vol", "VolumeId", "InvalidVolume.NotFound", "The volume '{}' does not exist.",
                "InvalidVolumeID.Malformed");
HANBAT_EC2_KIND(IamInstanceProfileAssociation, "iam-instance-profile-association", "iip-assoc", "AssociationId",
                "InvalidAssociationID.NotFound", "An invalid association-id of '{}' was given",
                "InvalidAssociationID.Malformed");

#undef HANBAT_EC2_KIND

/// The resource type that ids of this form have ("i-…" → "instance"); "" when it is none of ours.
std::string_view type_of_id(std::string_view id);

}  // namespace hanbat::ec2
