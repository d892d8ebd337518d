// EC2: virtual networks that the kernel enforces and instances that are system containers. A call writes rows; tasks
// bring networks and machines to what the rows say.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "gen/ec2/operations.h"
#include "region/region.h"
#include "services/ec2/calls.h"
#include "services/ec2/instances/metadata.h"

namespace hanbat::http {
class Exchange;
}

namespace hanbat::host {
class Host;
struct VpcState;
}  // namespace hanbat::host

namespace hanbat::ec2 {

class Ec2 final : public Operations {
 public:
  explicit Ec2(region::Region& home);
  ~Ec2() override;

  std::span<const store::Migration> migrations() const override;
  void start() override;

  // Regions and zones
  DescribeRegionsOutput describe_regions(Request& rq, const DescribeRegionsInput& in) override;
  DescribeAvailabilityZonesOutput describe_availability_zones(Request& rq,
                                                              const DescribeAvailabilityZonesInput& in) override;
  DescribeAccountAttributesOutput describe_account_attributes(Request& rq,
                                                              const DescribeAccountAttributesInput& in) override;

  // VPCs
  CreateVpcOutput create_vpc(Request& rq, const CreateVpcInput& in) override;
  CreateDefaultVpcOutput create_default_vpc(Request& rq, const CreateDefaultVpcInput& in) override;
  DescribeVpcsOutput describe_vpcs(Request& rq, const DescribeVpcsInput& in) override;
  DeleteVpcOutput delete_vpc(Request& rq, const DeleteVpcInput& in) override;
  ModifyVpcAttributeOutput modify_vpc_attribute(Request& rq, const ModifyVpcAttributeInput& in) override;
  DescribeVpcAttributeOutput describe_vpc_attribute(Request& rq, const DescribeVpcAttributeInput& in) override;
  DescribeDhcpOptionsOutput describe_dhcp_options(Request& rq, const DescribeDhcpOptionsInput& in) override;
  DescribeNetworkAclsOutput describe_network_acls(Request& rq, const DescribeNetworkAclsInput& in) override;

  // Subnets
  CreateSubnetOutput create_subnet(Request& rq, const CreateSubnetInput& in) override;
  DescribeSubnetsOutput describe_subnets(Request& rq, const DescribeSubnetsInput& in) override;
  DeleteSubnetOutput delete_subnet(Request& rq, const DeleteSubnetInput& in) override;
  ModifySubnetAttributeOutput modify_subnet_attribute(Request& rq, const ModifySubnetAttributeInput& in) override;

  // Gateways and addresses
  CreateInternetGatewayOutput create_internet_gateway(Request& rq, const CreateInternetGatewayInput& in) override;
  AttachInternetGatewayOutput attach_internet_gateway(Request& rq, const AttachInternetGatewayInput& in) override;
  DetachInternetGatewayOutput detach_internet_gateway(Request& rq, const DetachInternetGatewayInput& in) override;
  DeleteInternetGatewayOutput delete_internet_gateway(Request& rq, const DeleteInternetGatewayInput& in) override;
  DescribeInternetGatewaysOutput describe_internet_gateways(Request& rq,
                                                            const DescribeInternetGatewaysInput& in) override;
  CreateNatGatewayOutput create_nat_gateway(Request& rq, const CreateNatGatewayInput& in) override;
  DescribeNatGatewaysOutput describe_nat_gateways(Request& rq, const DescribeNatGatewaysInput& in) override;
  DeleteNatGatewayOutput delete_nat_gateway(Request& rq, const DeleteNatGatewayInput& in) override;
  AllocateAddressOutput allocate_address(Request& rq, const AllocateAddressInput& in) override;
  AssociateAddressOutput associate_address(Request& rq, const AssociateAddressInput& in) override;
  DisassociateAddressOutput disassociate_address(Request& rq, const DisassociateAddressInput& in) override;
  ReleaseAddressOutput release_address(Request& rq, const ReleaseAddressInput& in) override;
  DescribeAddressesOutput describe_addresses(Request& rq, const DescribeAddressesInput& in) override;
  DescribeAddressesAttributeOutput describe_addresses_attribute(Request& rq,
                                                                const DescribeAddressesAttributeInput& in) override;

  // Route tables
  CreateRouteTableOutput create_route_table(Request& rq, const CreateRouteTableInput& in) override;
  DescribeRouteTablesOutput describe_route_tables(Request& rq, const DescribeRouteTablesInput& in) override;
  DeleteRouteTableOutput delete_route_table(Request& rq, const DeleteRouteTableInput& in) override;
  AssociateRouteTableOutput associate_route_table(Request& rq, const AssociateRouteTableInput& in) override;
  DisassociateRouteTableOutput disassociate_route_table(Request& rq, const DisassociateRouteTableInput& in) override;
  ReplaceRouteTableAssociationOutput replace_route_table_association(
      Request& rq, const ReplaceRouteTableAssociationInput& in) override;
  CreateRouteOutput create_route(Request& rq, const CreateRouteInput& in) override;
  ReplaceRouteOutput replace_route(Request& rq, const ReplaceRouteInput& in) override;
  DeleteRouteOutput delete_route(Request& rq, const DeleteRouteInput& in) override;

  // Security groups
  CreateSecurityGroupOutput create_security_group(Request& rq, const CreateSecurityGroupInput& in) override;
  DescribeSecurityGroupsOutput describe_security_groups(Request& rq, const DescribeSecurityGroupsInput& in) override;
  DeleteSecurityGroupOutput delete_security_group(Request& rq, const DeleteSecurityGroupInput& in) override;
  AuthorizeSecurityGroupIngressOutput authorize_security_group_ingress(
      Request& rq, const AuthorizeSecurityGroupIngressInput& in) override;
  AuthorizeSecurityGroupEgressOutput authorize_security_group_egress(
      Request& rq, const AuthorizeSecurityGroupEgressInput& in) override;
  RevokeSecurityGroupIngressOutput revoke_security_group_ingress(Request& rq,
                                                                 const RevokeSecurityGroupIngressInput& in) override;
  RevokeSecurityGroupEgressOutput revoke_security_group_egress(Request& rq,
                                                               const RevokeSecurityGroupEgressInput& in) override;
  DescribeSecurityGroupRulesOutput describe_security_group_rules(Request& rq,
                                                                 const DescribeSecurityGroupRulesInput& in) override;
  ModifySecurityGroupRulesOutput modify_security_group_rules(Request& rq,
                                                             const ModifySecurityGroupRulesInput& in) override;
  UpdateSecurityGroupRuleDescriptionsIngressOutput update_security_group_rule_descriptions_ingress(
      Request& rq, const UpdateSecurityGroupRuleDescriptionsIngressInput& in) override;
  UpdateSecurityGroupRuleDescriptionsEgressOutput update_security_group_rule_descriptions_egress(
      Request& rq, const UpdateSecurityGroupRuleDescriptionsEgressInput& in) override;

  // Network interfaces
  CreateNetworkInterfaceOutput create_network_interface(Request& rq, const CreateNetworkInterfaceInput& in) override;
  DescribeNetworkInterfacesOutput describe_network_interfaces(Request& rq,
                                                              const DescribeNetworkInterfacesInput& in) override;
  DeleteNetworkInterfaceOutput delete_network_interface(Request& rq, const DeleteNetworkInterfaceInput& in) override;
  ModifyNetworkInterfaceAttributeOutput modify_network_interface_attribute(
      Request& rq, const ModifyNetworkInterfaceAttributeInput& in) override;
  DescribeNetworkInterfaceAttributeOutput describe_network_interface_attribute(
      Request& rq, const DescribeNetworkInterfaceAttributeInput& in) override;

  // Key pairs
  CreateKeyPairOutput create_key_pair(Request& rq, const CreateKeyPairInput& in) override;
  ImportKeyPairOutput import_key_pair(Request& rq, const ImportKeyPairInput& in) override;
  DescribeKeyPairsOutput describe_key_pairs(Request& rq, const DescribeKeyPairsInput& in) override;
  DeleteKeyPairOutput delete_key_pair(Request& rq, const DeleteKeyPairInput& in) override;

  // Images and instance types
  DescribeImagesOutput describe_images(Request& rq, const DescribeImagesInput& in) override;
  DescribeImageAttributeOutput describe_image_attribute(Request& rq, const DescribeImageAttributeInput& in) override;
  DescribeInstanceTypesOutput describe_instance_types(Request& rq, const DescribeInstanceTypesInput& in) override;
  DescribeInstanceTypeOfferingsOutput describe_instance_type_offerings(
      Request& rq, const DescribeInstanceTypeOfferingsInput& in) override;

  // Instances
  RunInstancesOutput run_instances(Request& rq, const RunInstancesInput& in) override;
  DescribeInstancesOutput describe_instances(Request& rq, const DescribeInstancesInput& in) override;
  DescribeInstanceStatusOutput describe_instance_status(Request& rq, const DescribeInstanceStatusInput& in) override;
  DescribeInstanceAttributeOutput describe_instance_attribute(Request& rq,
                                                              const DescribeInstanceAttributeInput& in) override;
  ModifyInstanceAttributeOutput modify_instance_attribute(Request& rq, const ModifyInstanceAttributeInput& in) override;
  ModifyInstanceMetadataOptionsOutput modify_instance_metadata_options(
      Request& rq, const ModifyInstanceMetadataOptionsInput& in) override;
  StartInstancesOutput start_instances(Request& rq, const StartInstancesInput& in) override;
  StopInstancesOutput stop_instances(Request& rq, const StopInstancesInput& in) override;
  RebootInstancesOutput reboot_instances(Request& rq, const RebootInstancesInput& in) override;
  TerminateInstancesOutput terminate_instances(Request& rq, const TerminateInstancesInput& in) override;
  GetConsoleOutputOutput get_console_output(Request& rq, const GetConsoleOutputInput& in) override;
  DescribeInstanceCreditSpecificationsOutput describe_instance_credit_specifications(
      Request& rq, const DescribeInstanceCreditSpecificationsInput& in) override;

  // Instance profiles of instances
  AssociateIamInstanceProfileOutput associate_iam_instance_profile(Request& rq,
                                                                   const AssociateIamInstanceProfileInput& in) override;
  DisassociateIamInstanceProfileOutput disassociate_iam_instance_profile(
      Request& rq, const DisassociateIamInstanceProfileInput& in) override;
  ReplaceIamInstanceProfileAssociationOutput replace_iam_instance_profile_association(
      Request& rq, const ReplaceIamInstanceProfileAssociationInput& in) override;
  DescribeIamInstanceProfileAssociationsOutput describe_iam_instance_profile_associations(
      Request& rq, const DescribeIamInstanceProfileAssociationsInput& in) override;

  // Volumes
  DescribeVolumesOutput describe_volumes(Request& rq, const DescribeVolumesInput& in) override;
  DescribeVolumeStatusOutput describe_volume_status(Request& rq, const DescribeVolumeStatusInput& in) override;

  // Tags
  CreateTagsOutput create_tags(Request& rq, const CreateTagsInput& in) override;
  DeleteTagsOutput delete_tags(Request& rq, const DeleteTagsInput& in) override;
  DescribeTagsOutput describe_tags(Request& rq, const DescribeTagsInput& in) override;

 private:
  /// Gives the account and region its default VPC when this is the first call for it.
  void prepare(Request& rq);
  /// The instance's profile by name or ARN, with iam:PassRole asked of the caller. Throws AWS's errors.

  // Networks, in network_tasks.cc.
  void apply_vpc(store::TaskRun& run);
  void listen_for_metadata(const host::VpcState& vpc);
  void watch_networks(host::Host& host);
  void forget(store::TaskRun& run);

  // Machines, in instance_tasks.cc.
  void apply_instance(store::TaskRun& run);
  void launch(store::TaskRun& run, const Resource<Instance>& row);
  void halt(store::TaskRun& run, const Resource<Instance>& row);
  void destroy(store::TaskRun& run, const Resource<Instance>& row);
  void watch_machines(store::TaskRun& run);
  void give_up_instance(store::Tx& tx, const std::string& id, std::string_view why);

  // The instance metadata service, in metadata.cc.
  void serve_metadata(http::Exchange& exchange);
  /// The guest's first question since its start shows that it is up.
  void note_guest_spoke(const Resource<Instance>& row);

  region::Region& home_;
  // VPC → the namespace in which this process listens for its metadata requests.
  std::mutex listening_mutex_;
  std::map<std::string, std::string> listening_;
  // Machines that this process has seen running; only those can be seen to have stopped by themselves.
  std::set<std::string> seen_running_;
  std::set<std::string> missed_once_;   // should have run at the last look, and did not
  std::set<std::string> nobodys_once_;  // networks that had no VPC at the last look
  Metadata metadata_;
};

}  // namespace hanbat::ec2
