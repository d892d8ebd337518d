// Databases of before the region had one store of rows, and what calls see of tags and pages.
#include "services/ec2/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/ec2/client.h"
#include "region/testing.h"
#include "services/ec2/ec2.h"
#include "wire/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using wire::code_of;

/// The database as it was before the migration, with a VPC, what lies in it, and tags.
void fill_old_database(region::TestRegion& test) {
  auto steps = test.home.migrations();
  std::erase_if(steps, [](const store::Migration& step) { return step.module == "ec2" && step.number > 1; });
  test.db->migrate(steps);
  test.db->write([](store::Tx& tx) {
    const auto insert = [&](const char* kind, const char* id, const char* vpc, const char* parent, const char* name,
                            int created, const char* body, const char* own) {
      tx.exec(
          "INSERT INTO ec2_resources(id, account, region, kind, vpc_id, parent, name, created, body, own) "
          "VALUES (?, '123456789012', 'ap-northeast-2', ?, ?, ?, ?, ?, ?, ?)",
          id, kind, vpc, parent, *name ? store::Value(name) : store::Value(), created, body, own);
    };
    insert("vpc", "vpc-1", "vpc-1", "", "", 1,
           R"({"VpcId":"vpc-1","CidrBlock":"10.1.0.0/16","IsDefault":false,"State":"available"})",
           R"({"dns_support":true,"dns_hostnames":true})");
    insert("subnet", "subnet-1", "vpc-1", "", "", 2,
           R"({"SubnetId":"subnet-1","VpcId":"vpc-1","CidrBlock":"10.1.0.0/24","AvailabilityZone":"ap-northeast-2a"})",
           "{}");
    insert("security-group", "sg-1", "vpc-1", "", "web", 3,
           R"({"GroupId":"sg-1","GroupName":"web","VpcId":"vpc-1","Description":"d"})", "{}");
    insert("security-group-rule", "sgr-1", "vpc-1", "sg-1", "", 4,
           R"({"SecurityGroupRuleId":"sgr-1","GroupId":"sg-1","IsEgress":false,"IpProtocol":"tcp","FromPort":80,)"
           R"("ToPort":80,"CidrIpv4":"0.0.0.0/0"})",
           "{}");
    insert("instance", "i-1", "vpc-1", "", "", 5,
           R"({"InstanceId":"i-1","InstanceType":"t3.small","State":{"Code":80,"Name":"stopped"},"Placement":{}})",
           R"({"reservation":"r-1"})");
    insert("network-interface", "eni-1", "vpc-1", "i-1", "10.1.0.4", 6,
           R"({"NetworkInterfaceId":"eni-1","SubnetId":"subnet-1","VpcId":"vpc-1","PrivateIpAddress":"10.1.0.4",)"
           R"("Groups":[],"Attachment":{"DeviceIndex":0,"Status":"attached","InstanceId":"i-1"}})",
           "{}");
    insert("key-pair", "key-1", "", "", "web", 7, R"({"KeyPairId":"key-1","KeyName":"web"})", "{}");
    for (const auto& [id, kind] : {std::pair("vpc-1", "vpc"), {"i-1", "instance"}, {"key-1", "key-pair"}})
      tx.exec(
          "INSERT INTO ec2_tags(resource_id, key, value, account, region, kind) "
          "VALUES (?, 'Name', 'old', '123456789012', 'ap-northeast-2', ?)",
          id, kind);
    tx.exec("INSERT INTO ec2_regions(account, region, prepared) VALUES ('123456789012', 'ap-northeast-2', 1)");
  });
}

TEST(Ec2Store, ADatabaseOfBeforeHasAllItsResourcesAndTags) {
  region::TestRegion test;
  test.add<Ec2>();
  fill_old_database(test);
  test.start();
  const Client ec2(test.home, test.user, test.region);
  const std::optional<std::vector<Filter>> old{{{"tag:Name", {{"old"}}}}};
  EXPECT_EQ(ec2.describe_vpcs({.filters = old}).vpcs->front().vpc_id, "vpc-1");
  EXPECT_TRUE(
      *ec2.describe_vpc_attribute({.attribute = "enableDnsHostnames", .vpc_id = "vpc-1"}).enable_dns_hostnames->value);
  EXPECT_EQ(ec2.describe_subnets({.filters = {{{"vpc-id", {{"vpc-1"}}}}}}).subnets->front().subnet_id, "subnet-1");
  const auto group = ec2.describe_security_groups({.group_ids = {{"sg-1"}}}).security_groups->front();
  EXPECT_EQ(group.ip_permissions->front().from_port, 80);
  EXPECT_EQ(ec2.describe_key_pairs({.key_names = {{"web"}}}).key_pairs->front().tags->front().value, "old");
  const auto instance = ec2.describe_instances({.filters = old}).reservations->front();
  EXPECT_EQ(instance.reservation_id, "r-1");
  EXPECT_EQ(instance.instances->front().private_ip_address, "10.1.0.4");
  EXPECT_THAT(*ec2.describe_tags({}).tags, SizeIs(3));
  EXPECT_EQ(code_of([&] { ec2.create_security_group({.description = "d", .group_name = "web", .vpc_id = "vpc-1"}); }),
            "InvalidGroup.Duplicate");
}

class Ec2TagsTest : public ::testing::Test {
 protected:
  Ec2TagsTest() : ec2(test.home, test.user, test.region) {
    test.add<Ec2>();
    test.start();
    vpc = *ec2.describe_vpcs({}).vpcs->front().vpc_id;
  }
  std::string code(const std::vector<Tag>& tags) {
    return code_of([&] { ec2.create_tags({.resources = {vpc}, .tags = tags}); });
  }
  std::vector<std::string> keys() {
    std::vector<std::string> keys;
    const auto tags = *ec2.describe_tags({}).tags;
    for (const TagDescription& tag : tags) keys.push_back(*tag.key);
    return keys;
  }

  region::TestRegion test;
  Client ec2;
  std::string vpc;
};

TEST_F(Ec2TagsTest, AnyCharacterMayStandInATagAndLengthsCountCharacters) {
  std::string key, value;
  for (int i = 0; i < 127; ++i) key += "키";
  for (int i = 0; i < 256; ++i) value += "값";
  EXPECT_EQ(code({{"<b>*&%", "line\nbreak"}, {key, value}}), "");
  EXPECT_EQ(code({{key + "키", ""}}), "InvalidParameterValue");
  EXPECT_EQ(code({{"k", value + "값"}}), "InvalidParameterValue");
}

TEST_F(Ec2TagsTest, ReservedDoubleAndTooManyTagsAreRefusedAndLeaveNothing) {
  EXPECT_EQ(code({{"good", ""}, {"AWS:x", ""}}), "InvalidParameterValue");
  EXPECT_EQ(code({{"twice", "1"}, {"twice", "2"}}), "InvalidParameterValue");
  std::vector<Tag> many;
  for (int i = 0; i < 50; ++i) many.push_back({"k" + std::to_string(i), ""});
  EXPECT_EQ(code(many), "");
  EXPECT_EQ(code({{"one-more", ""}}), "TagLimitExceeded");
  EXPECT_THAT(keys(), SizeIs(50));
}

TEST_F(Ec2TagsTest, ATagNamedWithAValueGoesOnlyWithThatValue) {
  ec2.create_tags({.resources = {vpc}, .tags = {{"a", "1"}, {"b", "2"}, {"c", "3"}}});
  ec2.delete_tags({.resources = {vpc}, .tags = {{{"a", "other"}, {"b", "2"}, {"c", std::nullopt}}}});
  EXPECT_THAT(keys(), ElementsAre("a"));
  ec2.delete_tags({.resources = {vpc}});
  EXPECT_THAT(keys(), SizeIs(0));
}

TEST_F(Ec2TagsTest, TagsGoWithTheirResource) {
  const std::string id = *ec2.allocate_address({}).allocation_id;
  ec2.create_tags({.resources = {id}, .tags = {{"a", "1"}}});
  ec2.release_address({.allocation_id = id});
  EXPECT_THAT(keys(), SizeIs(0));
}

TEST_F(Ec2TagsTest, EachAccountHasItsOwnTagsOnAnImage) {
  const std::string image = *ec2.describe_images({}).images->front().image_id;
  ec2.create_tags({.resources = {image}, .tags = {{"mine", "1"}}});
  region::Caller other = test.user;
  other.account = "210987654321";
  const Client theirs(test.home, other, test.region);
  theirs.create_tags({.resources = {image}, .tags = {{"theirs", "2"}}});
  EXPECT_EQ(ec2.describe_images({}).images->front().tags->front().key, "mine");
  EXPECT_EQ(theirs.describe_images({}).images->front().tags->front().key, "theirs");
}

TEST_F(Ec2TagsTest, WhatIsNotThereHasNoTags) {
  EXPECT_EQ(code_of([&] { ec2.create_tags({.resources = {"subnet-0123456789abcdef0"}, .tags = {{"a", ""}}}); }),
            "InvalidSubnetID.NotFound");
  EXPECT_EQ(code_of([&] { ec2.create_tags({.resources = {"key-0123456789abcdef0"}, .tags = {{"a", ""}}}); }),
            "InvalidKeyPair.NotFound");
  EXPECT_EQ(code_of([&] { ec2.create_tags({.resources = {"subnet-0"}, .tags = {{"a", ""}}}); }), "InvalidID");
  EXPECT_EQ(code_of([&] { ec2.create_tags({.resources = {"x-0"}, .tags = {{"a", ""}}}); }), "InvalidID");
}

TEST_F(Ec2TagsTest, ATokenThatIsNotOursAndASizeOutsideTheRangeAreRefused) {
  for (const char* token : {"garbage", "", "-1"})
    EXPECT_EQ(code_of([&] { ec2.describe_subnets({.next_token = token}); }), "InvalidParameterValue") << token;
  for (const int size : {4, 1001})
    EXPECT_EQ(code_of([&] { ec2.describe_instances({.max_results = size}); }), "InvalidParameterValue") << size;
  EXPECT_EQ(code_of([&] { ec2.describe_instances({.instance_ids = {{"i-1"}}, .max_results = 5}); }),
            "InvalidParameterCombination");
}

}  // namespace
}  // namespace hanbat::ec2
