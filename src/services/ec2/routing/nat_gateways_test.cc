// NAT gateways on their way into the kernel, with a host side of memory that works, refuses or fails.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using NatGateways = Ec2Test;

TEST_F(NatGateways, ANatGatewayIsAvailableWhenTheKernelHasItAndFreesItsAddressWhenGone) {
  const std::string id = vpc();
  const std::string part = subnet(id, "10.1.2.0/24");
  gateway(id);
  const std::string address = *ec2.allocate_address({.domain = "vpc"}).allocation_id;
  const std::string nat =
      *ec2.create_nat_gateway({.allocation_id = address, .subnet_id = part}).nat_gateway->nat_gateway_id;
  const auto state = [&] {
    return *ec2.describe_nat_gateways({.nat_gateway_ids = {{nat}}}).nat_gateways->front().state;
  };
  EXPECT_EQ(state(), "pending");
  test.run_until_idle();
  EXPECT_EQ(state(), "available");
  ASSERT_THAT(host.vpc_specs[id].nat_gateways, SizeIs(1));
  EXPECT_THAT(host.vpc_specs[id].nat_gateways[0].public_ip, HasSubstr("198.19."));
  EXPECT_EQ(code_of([&] { ec2.release_address({.allocation_id = address}); }), "InvalidIPAddress.InUse");
  ec2.delete_nat_gateway({.nat_gateway_id = nat});
  test.run_until_idle();
  EXPECT_EQ(state(), "deleted");
  ec2.release_address({.allocation_id = address});
}

TEST_F(NatGateways, ANatGatewayThatTheHostSideRefusesForGoodFailsAndFreesItsAddress) {
  const std::string id = vpc();
  const std::string part = subnet(id, "10.1.2.0/24");
  gateway(id);
  const std::string address = *ec2.allocate_address({.domain = "vpc"}).allocation_id;
  test.run_until_idle();
  const std::string nat =
      *ec2.create_nat_gateway({.allocation_id = address, .subnet_id = part}).nat_gateway->nat_gateway_id;
  host.fail_next = "no such network";
  host.fail_code = host::HostErrorCode::kInvalid;
  test.run_until_idle();
  const auto failed = ec2.describe_nat_gateways({.nat_gateway_ids = {{nat}}}).nat_gateways->front();
  EXPECT_EQ(failed.state, "failed");
  EXPECT_EQ(failed.failure_code, "InternalError");
  EXPECT_EQ(failed.failure_message, "no such network");
  EXPECT_THAT(*ec2.describe_network_interfaces({}).network_interfaces, SizeIs(0));
  ec2.release_address({.allocation_id = address});
  ec2.delete_nat_gateway({.nat_gateway_id = nat});
  EXPECT_EQ(ec2.describe_nat_gateways({.nat_gateway_ids = {{nat}}}).nat_gateways->front().state, "deleted");
}

TEST_F(NatGateways, ANetworkThatTheHostSideFailsAtFailsWhatWaitsForItAndIsMadeOnceItCan) {
  const std::string id = vpc();
  const std::string part = subnet(id, "10.1.2.0/24");
  gateway(id);
  test.run_until_idle();
  const auto make = [&] {
    CreateNatGatewayInput in;
    in.allocation_id = *ec2.allocate_address({.domain = "vpc"}).allocation_id;
    in.subnet_id = part;
    return *ec2.create_nat_gateway(in).nat_gateway->nat_gateway_id;
  };
  const auto shown = [&](const std::string& nat) {
    return ec2.describe_nat_gateways({.nat_gateway_ids = {{nat}}}).nat_gateways->front();
  };
  const auto pass = [&](Seconds time) {
    for (Seconds gone{0}; gone < time; gone += Seconds(1)) {
      test.clock.advance(Seconds(1));
      test.run_until_idle();
    }
  };
  host.fail_always = "no room for another namespace";
  const std::string nat = make();
  pass(Seconds(290));
  EXPECT_EQ(shown(nat).state, "pending");
  pass(Seconds(50));
  EXPECT_EQ(shown(nat).state, "failed");
  EXPECT_EQ(shown(nat).failure_message, "no room for another namespace");
  const auto failing = [&] { return test.db->read([](store::Tx& tx) { return store::list_failing(tx, 10); }); };
  EXPECT_TRUE(std::ranges::any_of(failing(), [&](const store::FailingTask& one) {
    return one.kind == "ec2.apply_vpc" && one.key == id && one.why == "no room for another namespace";
  }));

  host.fail_always = "";
  pass(Seconds(31));
  EXPECT_TRUE(failing().empty());
  const std::string later = make();
  test.run_until_idle();
  EXPECT_EQ(shown(later).state, "available");
}

}  // namespace
}  // namespace hanbat::ec2
