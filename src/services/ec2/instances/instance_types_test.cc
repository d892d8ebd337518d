// What is told of instance types.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST_F(Ec2Test, ATypeTellsWhatIsNotThereAndTheCoresThatItAlwaysHas) {
  const auto types = *ec2.describe_instance_types({}).instance_types;
  for (const InstanceTypeInfo& type : types) {
    SCOPED_TRACE(*type.instance_type);
    EXPECT_EQ(type.nitro_enclaves_support, "unsupported");
    EXPECT_EQ(type.nitro_tpm_support, "unsupported");
    EXPECT_EQ(type.phc_support, "unsupported");
    EXPECT_EQ(type.reboot_migration_support, "unsupported");
    EXPECT_THAT(*type.v_cpu_info->valid_cores, ElementsAre(*type.v_cpu_info->default_cores));
    EXPECT_THAT(*type.v_cpu_info->valid_threads_per_core, ElementsAre(*type.v_cpu_info->default_threads_per_core));
  }
  const auto found = [&](const char* filter, const char* value) {
    return *ec2.describe_instance_types({.filters = {{{filter, {{value}}}}}, .instance_types = {{"t3.small"}}})
                .instance_types;
  };
  EXPECT_THAT(found("vcpu-info.valid-cores", "1"), SizeIs(1));
  EXPECT_THAT(found("vcpu-info.valid-cores", "2"), SizeIs(0));
  EXPECT_THAT(found("nitro-tpm-support", "supported"), SizeIs(0));
}

TEST_F(Ec2Test, TypesThatAreNotHereAreNamedTogether) {
  // Of AWS's two here, and one that nobody has.
  DescribeInstanceTypesInput in{.instance_types = {{"t3.small", "a1.large", "t9.none", "g5.xlarge"}}};
  const auto message = [&]() -> std::string {
    try {
      ec2.describe_instance_types(in);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "InvalidInstanceType");
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(message(), HasSubstr("do not exist: [a1.large, t9.none, g5.xlarge]"));
  RunInstancesInput launched = launch(subnet(vpc(), "10.1.0.0/24"));
  for (const std::string type : {"a1.large", "t9.none"}) {
    launched.instance_type = type;
    try {
      ec2.run_instances(launched);
      ADD_FAILURE() << type << " runs";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), "InvalidParameterValue");
      EXPECT_STREQ(error.what(), ("Invalid value '" + type + "' for InstanceType.").c_str());
    }
  }
}

}  // namespace
}  // namespace hanbat::ec2
