// A network interface that a service made with a role of its user's becomes the service's own.
#include <gtest/gtest.h>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

TEST_F(Ec2Test, AnInterfaceThatARolesHolderHandsOverIsManagedByTheService) {
  const std::string part = subnet(vpc(), "10.1.0.0/24");
  region::Caller role = test.user;
  role.kind = region::Caller::Kind::kAssumedRole;
  role.user_id = "AROAX:AWSCodeBuild-1";
  role.held_by = "codebuild.amazonaws.com";
  const Client as_role(test.home, role, test.region);
  CreateNetworkInterfaceInput make;
  make.subnet_id = part;
  const std::string id = *as_role.create_network_interface(make).network_interface->network_interface_id;
  const auto shown = [&] {
    DescribeNetworkInterfacesInput in;
    in.network_interface_ids = {{id}};
    return ec2.describe_network_interfaces(in).network_interfaces->front();
  };
  EXPECT_EQ(shown().status, "available");

  CreateNetworkInterfacePermissionInput permission;
  permission.network_interface_id = id;
  permission.permission = "INSTANCE-ATTACH";
  permission.aws_service = "codebuild.amazonaws.com";
  EXPECT_EQ(code_of([&] { ec2.create_network_interface_permission(permission); }), "NotImplemented")
      << "nobody but the service may name it";
  const auto granted = *as_role.create_network_interface_permission(permission).interface_permission;
  EXPECT_EQ(granted.permission_state->state, "granted");
  EXPECT_EQ(test.authorizer.condition_key_of("ec2:CreateNetworkInterfacePermission", "*", "ec2:AuthorizedService"),
            "codebuild.amazonaws.com");
  EXPECT_EQ(shown().status, "in-use");
  EXPECT_TRUE(*shown().requester_managed);
  EXPECT_EQ(shown().requester_id, "AROAX:AWSCodeBuild-1");
  // Its owner can neither delete nor hand it over again; it keeps the subnet.
  EXPECT_EQ(code_of([&] { ec2.delete_network_interface({.network_interface_id = id}); }), "OperationNotPermitted");
  EXPECT_EQ(code_of([&] { as_role.create_network_interface_permission(permission); }), "InvalidParameterValue");
  EXPECT_EQ(code_of([&] { ec2.delete_subnet({.subnet_id = part}); }), "DependencyViolation");
  const Client codebuild(test.home, test.home.identity().service_caller(test.user.account, "codebuild.amazonaws.com"),
                         test.region);
  codebuild.delete_network_interface({.network_interface_id = id});
  ec2.delete_subnet({.subnet_id = part});
}

}  // namespace
}  // namespace hanbat::ec2
