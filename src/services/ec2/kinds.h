// The kinds of EC2 resources: how each is named, which shape describes it, which errors say that it is not there.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gen/ec2/model.h"
#include "region/resources.h"

namespace hanbat::ec2 {

/// How AWS words that a text can be no id of the kind; its services differ in that.
enum class IdWords {
  kExpecting,  // Invalid id: "x" (expecting "sg-..."); without the parenthesis where only what follows the prefix is
               // wrong
  kPlain,      // Invalid id: "x"
  kEndpoint,   // Invalid Id: 'x' (expecting 'vpce-...; the Id may only contain …'); any letters and digits will do
  kValue       // Value (x) for parameter volumes is invalid. Expected: 'vol-...'.
};

struct Kind {
  std::string_view type;       // AWS's resource type in tags and ARNs
  std::string_view prefix;     // of ids
  std::string_view not_found;  // error code
  std::string_view message;    // its text; {} is the id
  std::string_view
      malformed;  // error code of an id that cannot be one; "" where AWS says of any text that it is not there
  IdWords words = IdWords::kExpecting;
};

/// Throws what AWS answers to ids of the kind that nothing has. `ids` is not empty.
[[noreturn]] void throw_absent(const Kind& kind, const std::vector<std::string>& ids);
/// The prefix, a dash, and 8 or 17 hexadecimal digits.
bool has_id_form(std::string_view prefix, std::string_view id);
/// For calls that look at an id's form where others of its kind do not: throws `code` with AWS's words.
void require_id_form(std::string_view code, std::string_view prefix, std::string_view id,
                     IdWords words = IdWords::kExpecting);

/// arn:aws:ec2:<region>:<account>:<type>/<id>: what tags are kept by.
std::string arn_of(const region::Place& place, std::string_view type, std::string_view id);

}  // namespace hanbat::ec2

namespace hanbat {

#define HANBAT_EC2_ROWS(type, ...)                       \
  static constexpr std::string_view kRows = "ec2/" type; \
  static constexpr ec2::Kind kKind { type, __VA_ARGS__ }

#define HANBAT_EC2_KIND(shape, type, ...)                                                                            \
  template <>                                                                                                        \
  struct region::KindOf<ec2::shape> {                                                                                \
    HANBAT_EC2_ROWS(type, __VA_ARGS__);                                                                              \
    static std::string arn(const region::Resource<ec2::shape>& row) { return ec2::arn_of(row.place, type, row.id); } \
  }

HANBAT_EC2_KIND(Vpc, "vpc", "vpc", "InvalidVpcID.NotFound", "The vpc ID '{}' does not exist", "");
HANBAT_EC2_KIND(Subnet, "subnet", "subnet", "InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist", "");
HANBAT_EC2_KIND(InternetGateway, "internet-gateway", "igw", "InvalidInternetGatewayID.NotFound",
                "The internetGateway ID '{}' does not exist", "InvalidInternetGatewayId.Malformed");
HANBAT_EC2_KIND(NatGateway, "natgateway", "nat", "NatGatewayNotFound", "The Nat Gateway {} was not found",
                "NatGatewayMalformed");
HANBAT_EC2_KIND(Address, "elastic-ip", "eipalloc", "InvalidAllocationID.NotFound",
                "The allocation ID '{}' does not exist", "");
HANBAT_EC2_KIND(RouteTable, "route-table", "rtb", "InvalidRouteTableID.NotFound",
                "The routeTable ID '{}' does not exist", "InvalidRouteTableId.Malformed");
HANBAT_EC2_KIND(SecurityGroup, "security-group", "sg", "InvalidGroup.NotFound",
                "The security group '{}' does not exist", "InvalidGroupId.Malformed");
HANBAT_EC2_KIND(SecurityGroupRule, "security-group-rule", "sgr", "InvalidSecurityGroupRuleId.NotFound",
                "The security group rule ID '{}' does not exist", "InvalidSecurityGroupRuleId.Malformed");
HANBAT_EC2_KIND(NetworkAcl, "network-acl", "acl", "InvalidNetworkAclID.NotFound",
                "The networkAcl ID '{}' does not exist", "InvalidNetworkAclId.Malformed");
HANBAT_EC2_KIND(DhcpOptions, "dhcp-options", "dopt", "InvalidDhcpOptionID.NotFound",
                "The dhcpOption ID '{}' does not exist", "InvalidDhcpOptionsId.Malformed");
HANBAT_EC2_KIND(ManagedPrefixList, "prefix-list", "pl", "InvalidPrefixListID.NotFound",
                "The prefix list ID '{}' does not exist", "InvalidPrefixListId.Malformed");
HANBAT_EC2_KIND(VpcEndpoint, "vpc-endpoint", "vpce", "InvalidVpcEndpointId.NotFound",
                "The Vpc Endpoint Id '{}' does not exist", "InvalidVpcEndpointId.Malformed", ec2::IdWords::kEndpoint);
HANBAT_EC2_KIND(NetworkInterface, "network-interface", "eni", "InvalidNetworkInterfaceID.NotFound",
                "The networkInterface ID '{}' does not exist", "InvalidNetworkInterfaceId.Malformed");
HANBAT_EC2_KIND(NetworkInsightsPath, "network-insights-path", "nip", "InvalidNetworkInsightsPathId.NotFound",
                "The Network Insights Path ID '{}' does not exist", "InvalidNetworkInsightsPathId.Malformed");
HANBAT_EC2_KIND(NetworkInsightsAnalysis, "network-insights-analysis", "nia",
                "InvalidNetworkInsightsAnalysisId.NotFound", "The Network Insights Analysis ID '{}' does not exist",
                "InvalidNetworkInsightsAnalysisId.Malformed");
HANBAT_EC2_KIND(KeyPairInfo, "key-pair", "key", "InvalidKeyPair.NotFound", "The key pair ID '{}' does not exist", "");
// An image belongs to no account; the tags that each has on it go when the image does (see images.cc).
template <>
struct region::KindOf<ec2::Image> {
  HANBAT_EC2_ROWS("image", "ami", "InvalidAMIID.NotFound", "The image id '[{}]' does not exist",
                  "InvalidAMIID.Malformed");
};
HANBAT_EC2_KIND(Instance, "instance", "i", "InvalidInstanceID.NotFound", "The instance ID '{}' does not exist",
                "InvalidInstanceID.Malformed", ec2::IdWords::kPlain);
HANBAT_EC2_KIND(Volume, "volume", "vol", "InvalidVolume.NotFound", "The volume '{}' does not exist.",
                "InvalidParameterValue", ec2::IdWords::kValue);
HANBAT_EC2_KIND(LaunchTemplate, "launch-template", "lt", "InvalidLaunchTemplateId.NotFound",
                "The specified launch template, with template ID {}, does not exist.",
                "InvalidLaunchTemplateId.Malformed");
HANBAT_EC2_KIND(IamInstanceProfileAssociation, "iam-instance-profile-association", "iip-assoc",
                "InvalidAssociationID.NotFound", "An invalid association-id of '{}' was given", "");

#undef HANBAT_EC2_KIND
#undef HANBAT_EC2_ROWS

}  // namespace hanbat

namespace hanbat::ec2 {

template <class... T>
struct Kinds {
  /// Calls `visit(std::type_identity<T>{})` with each kind.
  template <class Visit>
  static constexpr void each(Visit visit) {
    (visit(std::type_identity<T>{}), ...);
  }
};
/// What can have tags.
using TaggableKinds =
    Kinds<Vpc, Subnet, InternetGateway, NatGateway, Address, RouteTable, SecurityGroup, SecurityGroupRule, NetworkAcl,
          DhcpOptions, VpcEndpoint, ManagedPrefixList, Instance, NetworkInterface, NetworkInsightsPath,
          NetworkInsightsAnalysis, KeyPairInfo, Image, Volume, LaunchTemplate>;

/// The resource type that ids of this form have ("i-…" → "instance"); "" when it is none of ours.
std::string_view type_of_id(std::string_view id);

}  // namespace hanbat::ec2
