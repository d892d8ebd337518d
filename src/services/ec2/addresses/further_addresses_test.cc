// Further private addresses of an interface: with its making, later, and with an elastic address of their own.
#include <gmock/gmock.h>

#include "services/ec2/metadata/metadata_tree.h"
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FurtherAddresses : public Ec2Test {
 protected:
  std::string interface(CreateNetworkInterfaceInput in) {
    return *ec2.create_network_interface(in).network_interface->network_interface_id;
  }
  NetworkInterface shown(const std::string& id) {
    return ec2.describe_network_interfaces({.network_interface_ids = {{id}}}).network_interfaces->front();
  }
  std::vector<std::string> addresses(const std::string& id) {
    std::vector<std::string> out;
    const NetworkInterface interface = shown(id);
    for (const auto& one : *interface.private_ip_addresses) out.push_back(*one.private_ip_address);
    return out;
  }
  static PrivateIpAddressSpecification address(const char* ip, bool primary = false) {
    PrivateIpAddressSpecification out;
    out.primary = primary;
    out.private_ip_address = ip;
    return out;
  }
};

TEST_F(FurtherAddresses, ComeWithTheInterfaceNamedOrCounted) {
  const std::string subnet_id = subnet(vpc(), "10.1.0.0/24");
  const std::string named =
      interface({.private_ip_addresses = {{address("10.1.0.20", true), address("10.1.0.21")}}, .subnet_id = subnet_id});
  EXPECT_THAT(addresses(named), ElementsAre("10.1.0.20", "10.1.0.21"));
  EXPECT_TRUE(*shown(named).private_ip_addresses->at(0).primary);
  EXPECT_FALSE(*shown(named).private_ip_addresses->at(1).primary);
  const std::string counted = interface({.secondary_private_ip_address_count = 2, .subnet_id = subnet_id});
  EXPECT_THAT(addresses(counted), ElementsAre("10.1.0.4", "10.1.0.5", "10.1.0.6"));
  EXPECT_THAT(addresses(interface({.subnet_id = subnet_id})), ElementsAre("10.1.0.7")) << "they are taken";
  EXPECT_EQ(code_of([&] {
              interface({.private_ip_addresses = {{address("10.1.0.30")}},
                         .secondary_private_ip_address_count = 1,
                         .subnet_id = subnet_id});
            }),
            "InvalidParameterCombination");
}

TEST_F(FurtherAddresses, AreTheMachinesInTheNetworkAndInItsMetadata) {
  const std::string vpc_id = vpc(), subnet_id = subnet(vpc_id, "10.1.0.0/24");
  gateway(vpc_id);
  const std::string id = *ec2.run_instances(launch(subnet_id)).instances->front().instance_id;
  test.run_until_idle();
  const std::string eni = *instance(id).network_interfaces->front().network_interface_id;
  const auto assigned = ec2.assign_private_ip_addresses(
      {.network_interface_id = eni, .private_ip_addresses = {{"10.1.0.50", "10.1.0.51"}}});
  EXPECT_THAT(*assigned.assigned_private_ip_addresses, SizeIs(2));
  const std::string allocation = *ec2.allocate_address({}).allocation_id;
  ec2.associate_address({.allocation_id = allocation, .network_interface_id = eni, .private_ip_address = "10.1.0.51"});
  test.run_until_idle();

  const auto& wanted = host.vpc_specs[vpc_id].interfaces.front().secondaries;
  ASSERT_THAT(wanted, SizeIs(2));
  EXPECT_EQ(wanted[0].private_ip, "10.1.0.50");
  EXPECT_EQ(wanted[0].public_ip, "");
  EXPECT_EQ(wanted[1].public_ip, ec2.describe_addresses({}).addresses->front().public_ip);
  EXPECT_EQ(ec2.describe_addresses({}).addresses->front().private_ip_address, "10.1.0.51");
  EXPECT_FALSE(instance(id).public_ip_address) << "the first address has none";
  EXPECT_THAT(*instance(id).network_interfaces->front().private_ip_addresses, SizeIs(3));
  const std::string at = "network/interfaces/macs/" + *shown(eni).mac_address + "/";
  test.home.db.read([&](store::Tx& tx) {
    const auto tree = metadata_tree(tx, *find<Instance>(tx, id), "");
    EXPECT_EQ(tree.at(at + "local-ipv4s"), "10.1.0.4\n10.1.0.50\n10.1.0.51");
    EXPECT_EQ(tree.at(at + "public-ipv4s"), wanted[1].public_ip);
    EXPECT_EQ(tree.at(at + "ipv4-associations/" + wanted[1].public_ip), "10.1.0.51");
  });

  EXPECT_EQ(code_of([&] {
              ec2.assign_private_ip_addresses({.network_interface_id = eni, .secondary_private_ip_address_count = 9});
            }),
            "PrivateIpAddressLimitExceeded");
  ec2.unassign_private_ip_addresses({.network_interface_id = eni, .private_ip_addresses = {{"10.1.0.51"}}});
  test.run_until_idle();
  EXPECT_THAT(host.vpc_specs[vpc_id].interfaces.front().secondaries, SizeIs(1));
  EXPECT_FALSE(ec2.describe_addresses({}).addresses->front().association_id) << "its elastic address is free";
  EXPECT_EQ(code_of([&] {
              ec2.unassign_private_ip_addresses({.network_interface_id = eni, .private_ip_addresses = {{"10.1.0.4"}}});
            }),
            "InvalidParameterValue");
}

TEST_F(FurtherAddresses, GoToAnotherInterfaceOnlyWhereThatIsAllowed) {
  const std::string subnet_id = subnet(vpc(), "10.1.0.0/24");
  const std::string one = interface({.private_ip_addresses = {{address("10.1.0.21")}}, .subnet_id = subnet_id});
  const std::string other = interface({.subnet_id = subnet_id});
  AssignPrivateIpAddressesInput in;
  in.network_interface_id = other;
  in.private_ip_addresses = {{"10.1.0.21"}};
  EXPECT_EQ(code_of([&] { ec2.assign_private_ip_addresses(in); }), "InvalidIPAddress.InUse");
  in.allow_reassignment = true;
  ec2.assign_private_ip_addresses(in);
  EXPECT_THAT(addresses(one), SizeIs(1));
  EXPECT_THAT(addresses(other), SizeIs(2));
}

TEST_F(FurtherAddresses, ALaunchSaysHowManyItWants) {
  RunInstancesInput in = launch("");
  in.subnet_id.reset();
  InstanceNetworkInterfaceSpecification& nic = in.network_interfaces.emplace().emplace_back();
  nic.device_index = 0;
  nic.subnet_id = subnet(vpc(), "10.1.0.0/24");
  nic.secondary_private_ip_address_count = 1;
  EXPECT_THAT(*ec2.run_instances(in).instances->front().network_interfaces->front().private_ip_addresses, SizeIs(2));
}

}  // namespace
}  // namespace hanbat::ec2
