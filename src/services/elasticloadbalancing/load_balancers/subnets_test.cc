// A living load balancer moves to other subnets: its interfaces and addresses follow, those that stay are kept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/ec2/model.h"
#include "gen/elasticloadbalancing/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/workers/wanted.h"

namespace hanbat::elasticloadbalancing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

/// What of EC2 load balancers ask, with the interfaces and addresses that are there now. "subnet-vpc1a" lies in the
/// zone a of vpc1.
class Ec2Networks {
 public:
  explicit Ec2Networks(region::FakeService& ec2) {
    ec2.on<ec2::DescribeSubnetsInput, ec2::DescribeSubnetsOutput>("DescribeSubnets", [](Request&, const auto& in) {
      ec2::DescribeSubnetsOutput out;
      out.subnets.emplace();
      for (const std::string& id : *in.subnet_ids) {
        if (id == "subnet-gone")
          throw wire::Error("InvalidSubnetID.NotFound", 400, "The subnet ID 'subnet-gone' does not exist");
        ec2::Subnet& subnet = out.subnets->emplace_back();
        subnet.subnet_id = id;
        subnet.vpc_id = id.substr(7, 4);
        subnet.availability_zone = "ap-northeast-2" + id.substr(11, 1);
        subnet.cidr_block = "10.0.0.0/24";
      }
      return out;
    });
    ec2.on<ec2::DescribeInternetGatewaysInput, ec2::DescribeInternetGatewaysOutput>(
        "DescribeInternetGateways", [](Request&, const auto&) {
          ec2::DescribeInternetGatewaysOutput out;
          out.internet_gateways.emplace().emplace_back();
          return out;
        });
    ec2.on<ec2::DescribeSecurityGroupsInput, ec2::DescribeSecurityGroupsOutput>(
        "DescribeSecurityGroups", [](Request&, const auto&) {
          ec2::DescribeSecurityGroupsOutput out;
          out.security_groups.emplace().emplace_back().group_id = "sg-1";
          return out;
        });
    ec2.on<ec2::CreateNetworkInterfaceInput, ec2::CreateNetworkInterfaceOutput>(
        "CreateNetworkInterface", [this](Request&, const auto& in) {
          ec2::CreateNetworkInterfaceOutput out;
          out.network_interface.emplace().network_interface_id = "eni-" + std::to_string(++made);
          out.network_interface->private_ip_address = "10.0.0." + std::to_string(made);
          interfaces[*out.network_interface->network_interface_id] = in.subnet_id;
          groups = in.groups.value_or(std::vector<std::string>{});
          return out;
        });
    ec2.on<ec2::DeleteNetworkInterfaceInput, ec2::DeleteNetworkInterfaceOutput>(
        "DeleteNetworkInterface", [this](Request&, const auto& in) {
          interfaces.erase(in.network_interface_id);
          return ec2::DeleteNetworkInterfaceOutput{};
        });
    ec2.on<ec2::AllocateAddressInput, ec2::AllocateAddressOutput>("AllocateAddress", [this](Request&, const auto&) {
      ec2::AllocateAddressOutput out;
      out.allocation_id = "eipalloc-" + std::to_string(++allocated);
      out.public_ip = "198.19.0." + std::to_string(allocated);
      addresses.insert(*out.allocation_id);
      return out;
    });
    ec2.on<ec2::AssociateAddressInput, ec2::AssociateAddressOutput>(
        "AssociateAddress", [](Request&, const auto&) { return ec2::AssociateAddressOutput{}; });
    ec2.on<ec2::DisassociateAddressInput, ec2::DisassociateAddressOutput>(
        "DisassociateAddress", [](Request&, const auto&) { return ec2::DisassociateAddressOutput{}; });
    ec2.on<ec2::ReleaseAddressInput, ec2::ReleaseAddressOutput>("ReleaseAddress", [this](Request&, const auto& in) {
      addresses.erase(in.allocation_id.value_or(""));
      return ec2::ReleaseAddressOutput{};
    });
  }

  std::vector<std::string> subnets() const {
    std::vector<std::string> ids;
    for (const auto& [interface, subnet] : interfaces) ids.push_back(subnet);
    return ids;
  }

  std::map<std::string, std::string> interfaces;  // with their subnets
  std::set<std::string> addresses;
  std::vector<std::string> groups;  // of the interface that was made last
  int made = 0;
  int allocated = 0;
};

class BalancerSubnets : public ::testing::Test {
 protected:
  BalancerSubnets() : elb(test.home, test.user, test.region), ec2(test.add<region::FakeService>("ec2")) {
    test.add<ElasticLoadBalancing>();
    test.start();
  }

  std::string make(const std::string& scheme = "internet-facing") {
    CreateLoadBalancerInput in;
    in.name = "web";
    in.scheme = scheme;
    in.subnets = {{"subnet-vpc1a", "subnet-vpc1b"}};
    return *elb.create_load_balancer(in).load_balancers->front().load_balancer_arn;
  }

  LoadBalancer described() { return elb.describe_load_balancers({}).load_balancers->front(); }
  std::vector<std::string> zones() {
    std::vector<std::string> ids;
    const LoadBalancer balancer = described();
    for (const AvailabilityZone& zone : *balancer.availability_zones) ids.push_back(*zone.subnet_id);
    return ids;
  }
  std::vector<std::string> nodes() {
    std::vector<std::string> addresses;
    const auto spec = test.db->read([&](store::Tx& tx) { return wanted_balancers(tx, test.home.vault); });
    for (const auto& node : spec.balancers.front().nodes) addresses.push_back(node.private_ip + " " + node.public_ip);
    return addresses;
  }

  region::TestRegion test;
  Client elb;
  Ec2Networks ec2;
};

TEST_F(BalancerSubnets, ABalancerStandsInTheSubnetsThatItWasGivenLastAndKeepsItsPlaceInThoseItHad) {
  const std::string arn = make();
  EXPECT_THAT(nodes(), ElementsAre("10.0.0.1 198.19.0.1", "10.0.0.2 198.19.0.2"));

  const auto out = elb.set_subnets({.load_balancer_arn = arn, .subnets = {{"subnet-vpc1c", "subnet-vpc1b"}}});
  ASSERT_EQ(out.availability_zones->size(), 2u);
  EXPECT_EQ(out.availability_zones->front().zone_name, "ap-northeast-2c");
  EXPECT_EQ(out.ip_address_type, "ipv4");
  EXPECT_THAT(zones(), ElementsAre("subnet-vpc1c", "subnet-vpc1b"));
  EXPECT_THAT(ec2.subnets(), UnorderedElementsAre("subnet-vpc1b", "subnet-vpc1c"));
  EXPECT_THAT(ec2.addresses, UnorderedElementsAre("eipalloc-2", "eipalloc-3"));
  EXPECT_THAT(ec2.groups, ElementsAre("sg-1"));
  EXPECT_THAT(nodes(), ElementsAre("10.0.0.3 198.19.0.3", "10.0.0.2 198.19.0.2"));

  elb.set_subnets({.load_balancer_arn = arn,
                   .subnet_mappings = {
                       {{.subnet_id = "subnet-vpc1a"}, {.subnet_id = "subnet-vpc1b"}, {.subnet_id = "subnet-vpc1c"}}}});
  EXPECT_THAT(zones(), ElementsAre("subnet-vpc1a", "subnet-vpc1b", "subnet-vpc1c"));
  EXPECT_EQ(nodes().size(), 3u);

  elb.delete_load_balancer({.load_balancer_arn = arn});
  EXPECT_THAT(ec2.interfaces, IsEmpty());
  EXPECT_THAT(ec2.addresses, IsEmpty());
}

TEST_F(BalancerSubnets, AnInternalBalancerMovesWithoutPublicAddresses) {
  const std::string arn = make("internal");
  elb.set_subnets({.load_balancer_arn = arn, .subnets = {{"subnet-vpc1a", "subnet-vpc1c"}}});
  EXPECT_THAT(ec2.subnets(), UnorderedElementsAre("subnet-vpc1a", "subnet-vpc1c"));
  EXPECT_THAT(ec2.addresses, IsEmpty());
}

TEST_F(BalancerSubnets, SubnetsThatCannotBeAreRefusedAndNothingMoves) {
  const std::string arn = make();
  const auto refused = [&](std::vector<std::string> subnets) {
    try {
      elb.set_subnets({.load_balancer_arn = arn, .subnets = std::move(subnets)});
    } catch (const wire::Error& error) {
      return error.code();
    }
    return std::string("taken");
  };
  EXPECT_EQ(refused({"subnet-vpc1a"}), "ValidationError");
  EXPECT_EQ(refused({}), "ValidationError");
  EXPECT_EQ(refused({"subnet-vpc1a", "subnet-gone"}), "SubnetNotFound");
  EXPECT_EQ(refused({"subnet-vpc1a", "subnet-vpc1aa"}), "InvalidConfigurationRequest");
  EXPECT_EQ(refused({"subnet-vpc1a", "subnet-vpc2b"}), "InvalidConfigurationRequest");
  EXPECT_EQ(refused({"subnet-vpc2a", "subnet-vpc2b"}), "InvalidConfigurationRequest");
  EXPECT_THAT(zones(), ElementsAre("subnet-vpc1a", "subnet-vpc1b"));
  EXPECT_THAT(ec2.interfaces.size(), 2u);
}

TEST_F(BalancerSubnets, WhoAsksForABalancerThatHasMovedIsToldOfItWhereItStandsNow) {
  const std::string arn = make();
  EXPECT_EQ(make(), arn);
  elb.set_subnets({.load_balancer_arn = arn, .subnets = {{"subnet-vpc1c", "subnet-vpc1b"}}});
  EXPECT_THROW(make(), DuplicateLoadBalancerNameException);
  elb.set_subnets({.load_balancer_arn = arn, .subnets = {{"subnet-vpc1a", "subnet-vpc1b"}}});
  EXPECT_EQ(make(), arn);
}

TEST_F(BalancerSubnets, AddressesOfIpv6NeedSubnetsThatHaveThem) {
  const std::string arn = make();
  EXPECT_EQ(elb.set_ip_address_type({.ip_address_type = "ipv4", .load_balancer_arn = arn}).ip_address_type, "ipv4");
  for (const std::string type : {"dualstack", "dualstack-without-public-ipv4"}) {
    const auto expect_refused = [&](auto call) {
      try {
        call();
        ADD_FAILURE() << type << " was taken";
      } catch (const wire::Error& error) {
        EXPECT_EQ(error.code(), "ValidationError");
        EXPECT_EQ(error.message(), "You must specify subnets with an associated IPv6 CIDR block.");
      }
    };
    expect_refused([&] { elb.set_ip_address_type({.ip_address_type = type, .load_balancer_arn = arn}); });
    expect_refused([&] {
      elb.set_subnets(
          {.ip_address_type = type, .load_balancer_arn = arn, .subnets = {{"subnet-vpc1a", "subnet-vpc1b"}}});
    });
  }
  EXPECT_EQ(described().ip_address_type, "ipv4");
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
