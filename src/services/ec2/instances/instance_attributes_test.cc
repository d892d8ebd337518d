// What of an instance can be set: at its launch, and afterwards.
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

class InstanceAttributes : public Ec2Test {
 protected:
  std::string run(RunInstancesInput in) {
    const std::string id = *ec2.run_instances(in).instances->front().instance_id;
    test.run_until_idle();
    return id;
  }
  RunInstancesInput usual() { return launch(subnet(vpc(), "10.1.0.0/24")); }
  void stop(const std::string& id) {
    ec2.stop_instances({.instance_ids = {id}});
    test.run_until_idle();
  }
  std::string code_of_type(const std::string& id, const char* type) {
    return code_of([&] {
      ec2.modify_instance_attribute({.instance_id = id, .instance_type = AttributeValue{.value = std::string(type)}});
    });
  }
};

TEST_F(InstanceAttributes, AStoppedInstanceGetsAnotherTypeAndItsMachineTheShareWithTheNextStart) {
  const std::string id = run(usual());
  EXPECT_EQ(code_of_type(id, "t3.micro"), "IncorrectInstanceState");
  stop(id);
  EXPECT_EQ(code_of_type(id, "t9.micro"), "InvalidParameterValue");
  EXPECT_EQ(code_of_type(id, "t3.micro"), "");
  EXPECT_EQ(instance(id).instance_type, "t3.micro");
  EXPECT_EQ(host.machine_specs.at(id).memory_mib, 2048);
  ec2.start_instances({.instance_ids = {id}});
  test.run_until_idle();
  EXPECT_EQ(host.machine_specs.at(id).memory_mib, 1024);
}

TEST_F(InstanceAttributes, AMachineHasNoVariablesOfAFirmwareThatItDoesNotBootBy) {
  const std::string id = run(usual());
  try {
    ec2.get_instance_uefi_data({.instance_id = id});
    ADD_FAILURE() << "there is some";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), "UnsupportedOperation");
    EXPECT_EQ(error.status(), 400);
    EXPECT_NE(error.message().find(id), std::string::npos);
  }
  EXPECT_EQ(code_of([&] { ec2.get_instance_uefi_data({.dry_run = true, .instance_id = id}); }), "UnsupportedOperation");
  EXPECT_EQ(code_of([&] { ec2.get_instance_uefi_data({.instance_id = "i-0123456789abcdef0"}); }),
            "InvalidInstanceID.NotFound");
  EXPECT_EQ(code_of([&] { ec2.get_instance_uefi_data({.instance_id = "server"}); }), "InvalidInstanceID.Malformed");
}

TEST_F(InstanceAttributes, DetailedMonitoringIsASettingThatTheLaunchAndLaterCallsSet) {
  RunInstancesInput in = usual();
  in.monitoring = RunInstancesMonitoringEnabled{.enabled = true};
  const std::string id = run(in);
  EXPECT_EQ(instance(id).monitoring->state, "enabled");
  const auto off = ec2.unmonitor_instances({.instance_ids = {id}});
  EXPECT_EQ(off.instance_monitorings->at(0).monitoring->state, "disabled");
  EXPECT_EQ(instance(id).monitoring->state, "disabled");
  ec2.monitor_instances({.instance_ids = {id}});
  EXPECT_EQ(instance(id).monitoring->state, "enabled");
  EXPECT_EQ(code_of([&] { ec2.monitor_instances({.instance_ids = {"i-0123456789abcdef0"}}); }),
            "InvalidInstanceID.NotFound");
}

TEST_F(InstanceAttributes, ATypeTellsOfItsNetworkToTheDisksAndIsFoundByIt) {
  DescribeInstanceTypesInput in{.instance_types = {{"t3.small", "t2.micro"}}};
  const auto both = ec2.describe_instance_types(in).instance_types.value();
  ASSERT_EQ(both.size(), 2u);
  EXPECT_FALSE(both[0].ebs_info->ebs_optimized_info);
  EXPECT_EQ(both[1].ebs_info->ebs_optimized_info->baseline_throughput_in_m_bps, 21.75);
  EXPECT_TRUE(both[1].placement_group_info);
  in.filters = {{{.name = "ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps", .values = {{"2085"}}}}};
  EXPECT_EQ(ec2.describe_instance_types(in).instance_types->size(), 1u);
}

TEST_F(InstanceAttributes, CreditsAreToldAsChosenAndAFamilysOwnMayBeNamed) {
  RunInstancesInput in = usual();
  const auto told = [&](const char* type, std::optional<std::string> chosen) {
    in.instance_type = type;
    in.credit_specification.reset();
    if (chosen) in.credit_specification = CreditSpecificationRequest{.cpu_credits = *chosen};
    const std::string id = run(in);
    return ec2.describe_instance_credit_specifications({.instance_ids = {{id}}})
        .instance_credit_specifications->at(0)
        .cpu_credits.value_or("");
  };
  EXPECT_EQ(told("t3.micro", std::nullopt), "unlimited");
  EXPECT_EQ(told("t2.micro", std::nullopt), "standard");
  EXPECT_EQ(told("t2.micro", "standard"), "standard");
  EXPECT_EQ(told("t2.micro", "unlimited"), "unlimited");
  EXPECT_EQ(code_of([&] { told("t3.micro", "standard"); }), "NotImplemented");
}

TEST_F(InstanceAttributes, TypesAreEbsOptimizedAndThoseOfBeforeNitroAreNot) {
  RunInstancesInput in = usual();
  in.ebs_optimized = true;
  const std::string id = run(in);
  EXPECT_EQ(instance(id).ebs_optimized, true);
  in.instance_type = "t2.micro";
  EXPECT_EQ(code_of([&] { ec2.run_instances(in); }), "Unsupported");
  stop(id);
  EXPECT_EQ(code_of_type(id, "t2.micro"), "Unsupported");
  ec2.modify_instance_attribute({.ebs_optimized = AttributeBooleanValue{.value = false}, .instance_id = id});
  EXPECT_EQ(code_of_type(id, "t2.micro"), "");
}

TEST_F(InstanceAttributes, AVolumeIsAskedForWithTheSpeedThatItsTypeHasAnyway) {
  RunInstancesInput in = usual();
  const auto code = [&](const char* type, std::optional<int> iops, std::optional<int> throughput) {
    BlockDeviceMapping mapping{.device_name = "/dev/xvda"};
    mapping.ebs = EbsBlockDevice{.iops = iops, .volume_type = std::string(type)};
    mapping.ebs->throughput = throughput;
    in.block_device_mappings = {mapping};
    return code_of([&] { ec2.run_instances(in); });
  };
  EXPECT_EQ(code("gp3", 3000, 125), "");
  EXPECT_EQ(code("gp3", 6000, {}), "NotImplemented");
  EXPECT_EQ(code("gp3", {}, 250), "NotImplemented");
  EXPECT_EQ(code("gp2", 3000, {}), "InvalidParameterValue");
  EXPECT_EQ(code("gp2", {}, 125), "InvalidParameterValue");
}

TEST_F(InstanceAttributes, VolumesAreNotEncryptedUnlessAsked) {
  EXPECT_EQ(ec2.get_ebs_encryption_by_default({}).ebs_encryption_by_default, false);
  EXPECT_EQ(ec2.get_ebs_default_kms_key_id({}).kms_key_id, "alias/aws/ebs");
}

}  // namespace
}  // namespace hanbat::ec2
