// What is told of zones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "region/aws_regions.h"
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::SizeIs;

TEST_F(Ec2Test, AZoneTellsTheLongNameOfItsGroupAndIsFoundByIt) {
  const auto zones = *ec2.describe_availability_zones({}).availability_zones;
  ASSERT_THAT(zones, SizeIs(4));
  for (const AvailabilityZone& zone : zones) EXPECT_EQ(zone.group_long_name, "Asia Pacific (Seoul) 1");
  const auto found = [&](const char* name) {
    return *ec2.describe_availability_zones({.filters = {{{"group-long-name", {{name}}}}}}).availability_zones;
  };
  EXPECT_THAT(found("Asia Pacific (Seoul) 1"), SizeIs(4));
  EXPECT_THAT(found("Asia Pacific (Tokyo) 1"), SizeIs(0));
}

TEST_F(Ec2Test, EveryRegionOfAwsHasALongNameAndOneThatAwsDoesNotHaveHasNone) {
  const auto name_in = [&](const char* region) {
    const Client there(test.home, test.user, region);
    return there.describe_availability_zones({}).availability_zones->front().group_long_name.value_or("");
  };
  for (const char* region : region::kAwsRegions) EXPECT_NE(name_in(region), "") << region;
  for (const char* region : region::kAwsOptInRegions) EXPECT_NE(name_in(region), "") << region;
  EXPECT_EQ(name_in("us-east-1"), "US East (N. Virginia) 1");
  EXPECT_EQ(name_in("xx-north-9"), "");
}

}  // namespace
}  // namespace hanbat::ec2
