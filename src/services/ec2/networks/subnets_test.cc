// What can be changed of a subnet.
#include <gtest/gtest.h>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

TEST_F(Ec2Test, ASubnetNamesItsInstancesByTheirAddressesAndOtherNamesAreNotDone) {
  const std::string id = subnet(vpc(), "10.1.0.0/24");
  const auto code = [&](const char* type) {
    return code_of(
        [&] { ec2.modify_subnet_attribute({.private_dns_hostname_type_on_launch = type, .subnet_id = id}); });
  };
  EXPECT_EQ(code("ip-name"), "");
  EXPECT_EQ(code("resource-name"), "NotImplemented");
  EXPECT_EQ(code("other"), "InvalidParameterValue");
  const Subnet told = ec2.describe_subnets({.subnet_ids = {{id}}}).subnets->front();
  EXPECT_EQ(told.private_dns_name_options_on_launch->hostname_type, "ip-name");
}

TEST_F(Ec2Test, OneAttributeOfASubnetIsChangedAtATime) {
  ModifySubnetAttributeInput in{.subnet_id = subnet(vpc(), "10.1.0.0/24")};
  EXPECT_EQ(code_of([&] { ec2.modify_subnet_attribute(in); }), "InvalidParameterCombination");
  in.map_public_ip_on_launch = AttributeBooleanValue{.value = true};
  EXPECT_EQ(code_of([&] { ec2.modify_subnet_attribute(in); }), "");
  in.private_dns_hostname_type_on_launch = "ip-name";
  EXPECT_EQ(code_of([&] { ec2.modify_subnet_attribute(in); }), "InvalidParameterCombination");
}

}  // namespace
}  // namespace hanbat::ec2
