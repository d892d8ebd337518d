// What is answered to ids that nothing has, and to texts that can be none: the codes and words of AWS differ by the
// kind and by the call. Sources: "Error codes for the Amazon EC2 API"; the end-to-end tests of AWS's controllers for
// Kubernetes (aws-controllers-k8s/ec2-controller), which expect what AWS answered; public reports of the calls.
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

class IdsTest : public Ec2Test {
 protected:
  template <class Call>
  std::string answer(const Call& call) {
    try {
      call();
    } catch (const wire::Error& error) {
      return error.code() + ": " + error.message();
    }
    return "success";
  }
};

TEST_F(IdsTest, AreMalformedOrAbsentInTheWordsOfTheirKind) {
  const auto instances = [&](const char* id) { ec2.describe_instances({.instance_ids = {{id}}}); };
  const auto groups = [&](const char* id) { ec2.describe_security_groups({.group_ids = {{id}}}); };
  const auto images = [&](const char* id) { ec2.describe_images({.image_ids = {{id}}}); };
  const auto volumes = [&](const char* id) { ec2.describe_volumes({.volume_ids = {{id}}}); };
  const auto vpcs = [&](const char* id) { ec2.describe_vpcs({.vpc_ids = {{id}}}); };
  const auto subnets = [&](const char* id) { ec2.describe_subnets({.subnet_ids = {{id}}}); };
  const auto addresses = [&](const char* id) { ec2.describe_addresses({.allocation_ids = {{id}}}); };
  const auto tables = [&](const char* id) { ec2.describe_route_tables({.route_table_ids = {{id}}}); };
  const auto interfaces = [&](const char* id) { ec2.describe_network_interfaces({.network_interface_ids = {{id}}}); };
  const auto acls = [&](const char* id) { ec2.delete_network_acl({.network_acl_id = id}); };
  const auto endpoints = [&](const char* id) { ec2.describe_vpc_endpoints({.vpc_endpoint_ids = {{id}}}); };
  const auto profiles = [&](const char* id) { ec2.disassociate_iam_instance_profile({.association_id = id}); };
  const auto tags = [&](const char* id) { ec2.create_tags({.resources = {id}, .tags = {{.key = "a", .value = "b"}}}); };
  const struct {
    std::function<void(const char*)> call;
    const char* id;
    const char* answer;
  } cases[] = {
      {instances, "ma1", "InvalidInstanceID.Malformed: Invalid id: \"ma1\""},
      {instances, "i-0224e66eafc2asdfs", "InvalidInstanceID.Malformed: Invalid id: \"i-0224e66eafc2asdfs\""},
      {instances, "i-0224e66eafc2", "InvalidInstanceID.Malformed: Invalid id: \"i-0224e66eafc2\""},
      {instances, "i-12345678", "InvalidInstanceID.NotFound: The instance ID 'i-12345678' does not exist"},
      {instances, "i-0123456789abcdef0",
       "InvalidInstanceID.NotFound: The instance ID 'i-0123456789abcdef0' does not exist"},
      {groups, "default", "InvalidGroupId.Malformed: Invalid id: \"default\" (expecting \"sg-...\")"},
      {groups, "sg-xxxxxxxxxxxxxxxxx", "InvalidGroupId.Malformed: Invalid id: \"sg-xxxxxxxxxxxxxxxxx\""},
      {groups, "sg-12345678", "InvalidGroup.NotFound: The security group 'sg-12345678' does not exist"},
      {images, "{var.ami_id}", "InvalidAMIID.Malformed: Invalid id: \"{var.ami_id}\" (expecting \"ami-...\")"},
      {images, "ami-x", "InvalidAMIID.Malformed: Invalid id: \"ami-x\""},
      {images, "ami-12345678", "InvalidAMIID.NotFound: The image id '[ami-12345678]' does not exist"},
      {volumes, "vol-ahsg23h",
       "InvalidParameterValue: Value (vol-ahsg23h) for parameter volumes is invalid. Expected: 'vol-...'."},
      {volumes, "vol-12345678", "InvalidVolume.NotFound: The volume 'vol-12345678' does not exist."},
      {vpcs, "InvalidVpcId", "InvalidVpcID.NotFound: The vpc ID 'InvalidVpcId' does not exist"},
      {subnets, "example", "InvalidSubnetID.NotFound: The subnet ID 'example' does not exist"},
      {addresses, "eipassoc-0d3b898a6e68257e2",
       "InvalidAllocationID.NotFound: The allocation ID 'eipassoc-0d3b898a6e68257e2' does not exist"},
      {tables, "vpc-12345678", "InvalidRouteTableId.Malformed: Invalid id: \"vpc-12345678\" (expecting \"rtb-...\")"},
      {interfaces, "${ENI}", "InvalidNetworkInterfaceId.Malformed: Invalid id: \"${ENI}\" (expecting \"eni-...\")"},
      {acls, "nacl", "InvalidNetworkAclId.Malformed: Invalid id: \"nacl\" (expecting \"acl-...\")"},
      {endpoints, "",
       "InvalidVpcEndpointId.Malformed: Invalid Id: '' (expecting 'vpce-...; the Id may only contain lowercase "
       "alphanumeric characters and a single dash')"},
      {endpoints, "vpce-999ca99d", "InvalidVpcEndpointId.NotFound: The Vpc Endpoint Id 'vpce-999ca99d' does not exist"},
      {profiles, "nothing", "InvalidAssociationID.NotFound: An invalid association-id of 'nothing' was given"},
      {tags, "i-d04e3e86b706490f9dfe6b3d2fc910cf",
       "InvalidID: The ID 'i-d04e3e86b706490f9dfe6b3d2fc910cf' is not valid"},
      {tags, "i-0123456789abcdef0", "InvalidInstanceID.NotFound: The instance ID 'i-0123456789abcdef0' does not exist"},
  };
  for (const auto& one : cases) EXPECT_EQ(answer([&] { one.call(one.id); }), one.answer);
}

TEST_F(IdsTest, OfSeveralImagesThatAreNotThereAllAreNamed) {
  EXPECT_EQ(answer([&] { ec2.describe_images({.image_ids = {{"ami-12345678", "ami-87654321"}}}); }),
            "InvalidAMIID.NotFound: The image ids '[ami-12345678, ami-87654321]' do not exist");
  EXPECT_EQ(answer([&] { ec2.run_instances({.image_id = "ami-x", .max_count = 1, .min_count = 1}); }),
            "InvalidAMIID.Malformed: Invalid id: \"ami-x\" (expecting \"ami-...\")");
}

TEST_F(IdsTest, AreLookedAtByEachCallInItsOwnWay) {
  const std::string net = vpc(), in = subnet(net, "10.1.1.0/24");
  const std::string gateway = *ec2.create_internet_gateway({}).internet_gateway->internet_gateway_id;
  const std::string address = *ec2.allocate_address({}).allocation_id;
  const std::string table = *ec2.create_route_table({.vpc_id = net}).route_table->route_table_id;
  EXPECT_EQ(answer([&] { ec2.attach_internet_gateway({.internet_gateway_id = gateway, .vpc_id = "MalformedVpcId"}); }),
            "InvalidVpcId.Malformed: Invalid id: \"MalformedVpcId\" (expecting \"vpc-...\")");
  EXPECT_EQ(answer([&] { ec2.create_subnet({.cidr_block = "10.1.2.0/24", .vpc_id = "InvalidVpcId"}); }),
            "InvalidVpcID.NotFound: The vpc ID 'InvalidVpcId' does not exist");
  EXPECT_EQ(answer([&] { ec2.create_nat_gateway({.allocation_id = address, .subnet_id = "InvalidSubnet"}); }),
            "InvalidSubnet: The subnet ID 'InvalidSubnet' is malformed");
  EXPECT_EQ(answer([&] { ec2.create_nat_gateway({.allocation_id = address, .subnet_id = "subnet-12345678"}); }),
            "InvalidSubnet: The subnet ID 'subnet-12345678' does not exist");
  EXPECT_EQ(answer([&] { ec2.create_nat_gateway({.allocation_id = "MalformedElasticIpId", .subnet_id = in}); }),
            "InvalidElasticIpID.Malformed: The elastic-ip ID 'MalformedElasticIpId' is malformed");
  EXPECT_EQ(answer([&] { ec2.create_nat_gateway({.allocation_id = "eipalloc-12345678", .subnet_id = in}); }),
            "InvalidElasticIpID.NotFound: The elastic-ip ID 'eipalloc-12345678' does not exist");
  EXPECT_EQ(answer([&] { ec2.create_nat_gateway({.subnet_id = in}); }),
            "MissingParameter: The request must include the AllocationId parameter. Add the required parameter and "
            "retry the request.");
  const auto route = [&](CreateRouteInput wanted) {
    wanted.route_table_id = table;
    wanted.destination_cidr_block = "0.0.0.0/0";
    return answer([&] { ec2.create_route(wanted); });
  };
  EXPECT_EQ(route({.gateway_id = "igw-12345678"}),
            "InvalidGatewayID.NotFound: The gateway ID 'igw-12345678' does not exist");
  EXPECT_EQ(route({.gateway_id = "nat-0b08ff466280436f1"}),
            "InvalidGatewayID.NotFound: The gateway ID 'nat-0b08ff466280436f1' does not exist");
  EXPECT_EQ(route({.nat_gateway_id = "nat-0770306a339d57474"}),
            "InvalidNatGatewayID.NotFound: The natGateway ID 'nat-0770306a339d57474' does not exist");
  const std::string s3 = "com.amazonaws.ap-northeast-2.s3";
  EXPECT_EQ(answer([&] { ec2.create_vpc_endpoint({.service_name = s3, .vpc_id = "MalformedVpcId"}); }),
            "InvalidVpcId.Malformed: Invalid Id: 'MalformedVpcId' (expecting 'vpc-...; the Id may only contain "
            "lowercase alphanumeric characters and a single dash')");
  EXPECT_EQ(answer([&] {
              ec2.create_vpc_endpoint({.route_table_ids = {{"rtb-12345678"}}, .service_name = s3, .vpc_id = net});
            }),
            "InvalidRouteTableId.NotFound: The routeTable ID 'rtb-12345678' does not exist");
  EXPECT_EQ(answer([&] { ec2.delete_vpc_endpoints({.vpc_endpoint_ids = {"nonsense"}}); }).substr(0, 30),
            "InvalidVpcEndpointId.Malformed");
}

TEST_F(IdsTest, WhatCannotBeAllocatedIsRefusedInAwssWords) {
  EXPECT_EQ(answer([&] { ec2.allocate_address({.public_ipv4_pool = "InvalidIpV4Address"}); }),
            "InvalidParameterValue: invalid value for parameter pool: InvalidIpV4Address");
  EXPECT_EQ(answer([&] { ec2.allocate_address({.address = "52.27.68.220", .public_ipv4_pool = "amazon"}); }),
            "InvalidParameterCombination: The parameter PublicIpv4Pool cannot be used with the parameter Address");
  EXPECT_EQ(answer([&] { ec2.describe_addresses({.public_ips = {{"nonsense"}}}); }).substr(0, 24),
            "InvalidAddress.Malformed");
}

}  // namespace
}  // namespace hanbat::ec2
