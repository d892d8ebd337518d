// A build in a VPC of its owner's, with EC2 and the host in memory.
#include "services/codebuild/workers/build_in_vpc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/codebuild/client.h"
#include "gen/ec2/client.h"
#include "gen/logs/model.h"
#include "host/fake_host.h"
#include "os/files.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/codebuild/codebuild.h"
#include "services/codebuild/testing.h"
#include "wire/testing.h"

namespace hanbat::codebuild {
namespace {

constexpr const char* kVpc = "vpc-0a";

class BuildInVpcTest : public ::testing::Test {
 protected:
  BuildInVpcTest() : codebuild(test.home, test.user, test.region) {
    host.image_states["codebuild"] = {.alias = "codebuild"};
    write_file_atomic(test.folder + "/build-runner", "");
    test.add<CodeBuild>();
    auto& logs = test.add<region::FakeService>("logs");
    logs.on<logs::CreateLogGroupInput, logs::CreateLogGroupOutput>(
        "CreateLogGroup", [](auto&, const auto&) { return logs::CreateLogGroupOutput{}; });
    logs.on<logs::CreateLogStreamInput, logs::CreateLogStreamOutput>(
        "CreateLogStream", [](auto&, const auto&) { return logs::CreateLogStreamOutput{}; });
    fake_ec2(test.add<region::FakeService>("ec2"));
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
  }

  template <class In, class Out>
  void answer(region::FakeService& ec2, const std::string& name, std::function<Out(const In&)> body) {
    ec2.on<In, Out>(name, [this, name, body = std::move(body)](region::Request& rq, const In& in) {
      if (rq.caller.kind != region::Caller::Kind::kService && refused == name)
        throw wire::Error("UnauthorizedOperation", 403, "You are not authorized to perform this operation.");
      return body(in);
    });
  }

  void fake_ec2(region::FakeService& ec2) {
    answer<ec2::DescribeVpcsInput, ec2::DescribeVpcsOutput>(ec2, "DescribeVpcs",
                                                            [](const auto&) { return ec2::DescribeVpcsOutput{}; });
    answer<ec2::DescribeDhcpOptionsInput, ec2::DescribeDhcpOptionsOutput>(
        ec2, "DescribeDhcpOptions", [](const auto&) { return ec2::DescribeDhcpOptionsOutput{}; });
    answer<ec2::DescribeSubnetsInput, ec2::DescribeSubnetsOutput>(ec2, "DescribeSubnets", [](const auto& in) {
      ec2::DescribeSubnetsOutput out;
      for (const std::string& id : *in.subnet_ids) {
        ec2::Subnet& subnet = out.subnets ? out.subnets->emplace_back() : out.subnets.emplace().emplace_back();
        subnet.subnet_id = id;
        subnet.vpc_id = id == "subnet-elsewhere" ? "vpc-0b" : kVpc;
      }
      return out;
    });
    answer<ec2::DescribeSecurityGroupsInput, ec2::DescribeSecurityGroupsOutput>(
        ec2, "DescribeSecurityGroups", [](const auto& in) {
          ec2::DescribeSecurityGroupsOutput out;
          ec2::SecurityGroup& group = out.security_groups.emplace().emplace_back();
          group.group_id = in.group_ids->front();
          group.vpc_id = kVpc;
          return out;
        });
    answer<ec2::CreateNetworkInterfaceInput, ec2::CreateNetworkInterfaceOutput>(
        ec2, "CreateNetworkInterface", [this](const auto& in) {
          if (full_subnet == in.subnet_id) throw wire::Error("InsufficientFreeAddressesInSubnet", 400, "full");
          const std::string id = "eni-" + std::to_string(++made);
          interfaces.insert(id);
          ec2::CreateNetworkInterfaceOutput out;
          ec2::NetworkInterface& shape = out.network_interface.emplace();
          shape.network_interface_id = id;
          shape.vpc_id = kVpc;
          shape.subnet_id = in.subnet_id;
          shape.private_ip_address = "10.0.0." + std::to_string(made);
          shape.mac_address = "02:00:00:00:00:01";
          return out;
        });
    answer<ec2::DescribeNetworkInterfacesInput, ec2::DescribeNetworkInterfacesOutput>(
        ec2, "DescribeNetworkInterfaces", [](const auto&) { return ec2::DescribeNetworkInterfacesOutput{}; });
    answer<ec2::CreateNetworkInterfacePermissionInput, ec2::CreateNetworkInterfacePermissionOutput>(
        ec2, "CreateNetworkInterfacePermission",
        [](const auto&) { return ec2::CreateNetworkInterfacePermissionOutput{}; });
    answer<ec2::DeleteNetworkInterfaceInput, ec2::DeleteNetworkInterfaceOutput>(
        ec2, "DeleteNetworkInterface", [this](const auto& in) {
          if (in.dry_run.value_or(false)) throw wire::Error("DryRunOperation", 412, "would have succeeded");
          interfaces.erase(in.network_interface_id);
          return ec2::DeleteNetworkInterfaceOutput{};
        });
  }

  CreateProjectInput project(std::vector<std::string> subnets = {"subnet-a", "subnet-b"}) {
    CreateProjectInput in = least_project("web");
    in.vpc_config.emplace().vpc_id = kVpc;
    in.vpc_config->subnets = std::move(subnets);
    in.vpc_config->security_group_ids = {{"sg-a"}};
    return in;
  }
  Build build(const std::string& id) { return codebuild.batch_get_builds({.ids = {id}}).builds->front(); }
  std::string start() { return *codebuild.start_build({.project_name = "web"}).build->id; }
  /// EC2 has brought the VPC into the kernel.
  void bring_vpc() { host.vpc_specs[kVpc].id = kVpc; }
  /// What the phase PROVISIONING of the build says.
  std::string provisioning(const std::string& id) {
    const Build there = build(id);
    for (const BuildPhase& phase : *there.phases)
      if (phase.phase_type == "PROVISIONING" && phase.contexts && !phase.contexts->empty())
        return phase.contexts->front().status_code.value_or("") + ": " + phase.contexts->front().message.value_or("");
    return "";
  }

  host::FakeHost host;
  region::TestRegion test{&host};
  Client codebuild;
  std::string refused, full_subnet;
  std::set<std::string> interfaces;
  int made = 0;
};

TEST_F(BuildInVpcTest, TheMachineHasTheInterfaceThatEc2Made) {
  EXPECT_EQ(codebuild.create_project(project()).project->vpc_config->vpc_id, kVpc);
  const std::string id = start();
  test.run_until_idle();
  EXPECT_TRUE(host.machine_specs.empty()) << "the VPC is not in the kernel";
  bring_vpc();
  test.clock.advance(std::chrono::seconds(1));
  test.run_until_idle();
  ASSERT_EQ(host.machine_specs.size(), 1U);
  const host::Nic nic = host.machine_specs.begin()->second.nics.front();
  EXPECT_EQ(nic.interface_id, "eni-1");
  EXPECT_EQ(nic.mac, "02:00:00:00:00:01");
  EXPECT_EQ(build(id).network_interface->network_interface_id, "eni-1");
  EXPECT_EQ(build(id).vpc_config->subnets->size(), 2U);

  codebuild.stop_build({.id = id});
  test.run_until_idle();
  EXPECT_TRUE(host.machine_specs.empty());
  EXPECT_TRUE(interfaces.empty());
}

TEST_F(BuildInVpcTest, AFullSubnetIsPassedOver) {
  codebuild.create_project(project());
  full_subnet = "subnet-b";  // where the first build would begin
  const std::string first = start();
  test.run_until_idle();
  EXPECT_EQ(build(first).network_interface->subnet_id, "subnet-a");
}

TEST_F(BuildInVpcTest, ARoleWithoutOneOfTheRightsFailsInProvisioningAndLeavesNoInterface) {
  codebuild.create_project(project());
  for (const char* right :
       {"DescribeVpcs", "DescribeDhcpOptions", "DescribeSubnets", "DescribeSecurityGroups", "CreateNetworkInterface",
        "DescribeNetworkInterfaces", "CreateNetworkInterfacePermission", "DeleteNetworkInterface"}) {
    refused = right;
    const std::string id = start();
    test.run_until_idle();
    EXPECT_EQ(build(id).build_status, "FAILED") << right;
    EXPECT_EQ(provisioning(id), "VPC_CLIENT_ERROR: Unexpected EC2 error: UnauthorizedOperation") << right;
    EXPECT_TRUE(interfaces.empty()) << right;
  }
}

TEST_F(BuildInVpcTest, AProjectsVpcIsSeenWithItsRolesEyes) {
  const auto refusal = [&](const CreateProjectInput& in) {
    return wire::refusal_of([&] { codebuild.create_project(in); });
  };
  refused = "DescribeSecurityGroups";
  EXPECT_EQ(refusal(project()), "InvalidInputException: Not authorized to perform DescribeSecurityGroups");
  refused.clear();
  EXPECT_EQ(refusal(project({"subnet-elsewhere"})),
            "InvalidInputException: Invalid vpc config: the subnet subnet-elsewhere is not in the VPC vpc-0a");
  EXPECT_EQ(refusal(project({})), "InvalidInputException: Invalid vpc config: at least one subnet must be specified");
}

TEST_F(BuildInVpcTest, AnEmptyConfigurationTakesTheProjectOutOfItsVpc) {
  codebuild.create_project(project());
  UpdateProjectInput update;
  update.name = "web";
  update.description = "as before";
  EXPECT_TRUE(codebuild.update_project(update).project->vpc_config);
  update.vpc_config.emplace();
  EXPECT_FALSE(codebuild.update_project(update).project->vpc_config);
  const std::string id = start();
  test.run_until_idle();
  EXPECT_EQ(made, 0);
  EXPECT_FALSE(build(id).network_interface);
  EXPECT_EQ(host.machine_specs.size(), 1U);
}

}  // namespace
}  // namespace hanbat::codebuild
