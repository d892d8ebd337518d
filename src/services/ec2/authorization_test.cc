// What EC2's calls tell policies: over all resources of a launch, of what is there and of what is made.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/ec2/client.h"
#include "gen/iam/model.h"
#include "host/fake_host.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/ec2/ec2.h"
#include "wire/testing.h"

namespace hanbat::ec2 {
namespace {

constexpr const char* kProfile = "arn:aws:iam::123456789012:instance-profile/web";
constexpr const char* kRole = "arn:aws:iam::123456789012:role/web";

using wire::code_of;

class Ec2AuthorizationTest : public ::testing::Test {
 protected:
  Ec2AuthorizationTest() : test(&host), ec2(test.home, test.user, test.region) {
    test.add<Ec2>();
    test.add<region::FakeService>("iam").on<iam::GetInstanceProfileInput, iam::GetInstanceProfileOutput>(
        "GetInstanceProfile", [](region::Request&, const iam::GetInstanceProfileInput& in) {
          if (in.instance_profile_name != "web") throw wire::Error("NoSuchEntity", 404, "none");
          iam::GetInstanceProfileOutput out;
          out.instance_profile.arn = kProfile;
          out.instance_profile.roles.emplace_back().arn = kRole;
          return out;
        });
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
    host.image_states["amzn2"] = {.alias = "amzn2"};
    vpc = *ec2.create_vpc({.cidr_block = "10.1.0.0/16"}).vpc->vpc_id;
    subnet = *ec2.create_subnet({.availability_zone = "ap-northeast-2a", .cidr_block = "10.1.0.0/24", .vpc_id = vpc})
                  .subnet->subnet_id;
    image = *ec2.describe_images({.owners = {{"amazon"}}}).images->front().image_id;
    test.authorizer.asked.clear();
  }

  std::string arn(const std::string& resource) { return "arn:aws:ec2:ap-northeast-2:123456789012:" + resource; }
  std::optional<std::vector<TagSpecification>> tags(const std::string& type, const std::string& key,
                                                    const std::string& value) {
    TagSpecification one;
    one.resource_type = type;
    one.tags = {{Tag{.key = key, .value = value}}};
    return {{one}};
  }
  void tag(const std::string& id, const std::string& key, const std::string& value) {
    ec2.create_tags({.resources = {id}, .tags = {Tag{.key = key, .value = value}}});
  }
  RunInstancesInput launch() {
    RunInstancesInput in;
    in.image_id = image;
    in.instance_type = "t3.small";
    in.max_count = in.min_count = 1;
    in.subnet_id = subnet;
    return in;
  }
  void expect_asked(std::initializer_list<region::ExpectedKey> expected) {
    for (const region::ExpectedKey& one : expected)
      EXPECT_EQ(test.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
          << one.action << " on " << one.resource << ": " << one.key;
  }

  host::FakeHost host;
  region::TestRegion test;
  Client ec2;
  std::string vpc, subnet, image;
};

TEST_F(Ec2AuthorizationTest, ALaunchAsksForAllThatItMakesAndUses) {
  ec2.create_key_pair({.key_name = "key"});
  RunInstancesInput in = launch();
  in.key_name = "key";
  in.iam_instance_profile = IamInstanceProfileSpecification{.name = "web"};
  in.tag_specifications = tags("instance", "env", "prod");
  in.metadata_options = InstanceMetadataOptionsRequest{.http_tokens = "required"};
  const std::string id = *ec2.run_instances(in).instances->front().instance_id;
  const std::string image_arn = "arn:aws:ec2:ap-northeast-2::image/" + image;
  const std::string vpc_arn = arn("vpc/" + vpc);
  expect_asked({
      {"ec2:RunInstances", arn("instance/*"), "ec2:InstanceType", "t3.small"},
      {"ec2:RunInstances", arn("instance/*"), "ec2:MetadataHttpTokens", "required"},
      {"ec2:RunInstances", arn("instance/*"), "ec2:InstanceProfile", kProfile},
      {"ec2:RunInstances", arn("instance/*"), "ec2:AvailabilityZone", "ap-northeast-2a"},
      {"ec2:RunInstances", arn("instance/*"), "aws:RequestTag/env", "prod"},
      {"ec2:RunInstances", arn("instance/*"), "ec2:Region", "ap-northeast-2"},
      {"ec2:RunInstances", image_arn, "ec2:ImageID", image},
      {"ec2:RunInstances", image_arn, "ec2:Owner", "amazon"},
      {"ec2:RunInstances", arn("subnet/" + subnet), "ec2:Vpc", vpc_arn},
      {"ec2:RunInstances", arn("network-interface/*"), "ec2:Subnet", arn("subnet/" + subnet)},
      {"ec2:RunInstances", arn("network-interface/*"), "aws:RequestTag/env", "no key"},
      {"ec2:RunInstances", arn("security-group/sg-*"), "ec2:Vpc", vpc_arn},
      {"ec2:RunInstances", arn("volume/*"), "ec2:Encrypted", "false"},
      {"ec2:RunInstances", arn("key-pair/key"), "ec2:KeyPairType", "rsa"},
      {"ec2:CreateTags", arn("instance/*"), "ec2:CreateAction", "RunInstances"},
      {"ec2:CreateTags", arn("instance/*"), "aws:TagKeys", "env"},
      {"ec2:CreateTags", arn("volume/*"), "aws:TagKeys", "not asked"},
      {"iam:PassRole", kRole, "iam:PassedToService", "ec2.amazonaws.com"},
      {"iam:PassRole", kRole, "iam:AssociatedResourceArn", arn("instance/*")},
  });

  ec2.stop_instances({.instance_ids = {id}});
  expect_asked({{"ec2:StopInstances", arn("instance/" + id), "ec2:ResourceTag/env", "prod"},
                {"ec2:StopInstances", arn("instance/" + id), "aws:ResourceTag/env", "prod"},
                {"ec2:StopInstances", arn("instance/" + id), "ec2:InstanceType", "t3.small"},
                {"ec2:StopInstances", arn("instance/" + id), "ec2:InstanceProfile", kProfile}});
}

TEST_F(Ec2AuthorizationTest, TheRightToLaunchComesBeforeTheWordThatSomethingIsMissing) {
  struct Case {
    const char* what;
    std::function<void(RunInstancesInput&)> change;
    const char* refused;
    const char* allowed;
  };
  const Case cases[] = {
      {"image", [](auto& in) { in.image_id = "ami-0123456789abcdef0"; }, "AccessDenied", "InvalidAMIID.NotFound"},
      {"subnet", [](auto& in) { in.subnet_id = "subnet-0123456789abcdef0"; }, "AccessDenied",
       "InvalidSubnetID.NotFound"},
      {"group", [](auto& in) { in.security_group_ids = {{"sg-0123456789abcdef0"}}; }, "AccessDenied",
       "InvalidGroup.NotFound"},
      {"key", [](auto& in) { in.key_name = "nobody"; }, "AccessDenied", "InvalidKeyPair.NotFound"},
      {"profile", [](auto& in) { in.iam_instance_profile = IamInstanceProfileSpecification{.name = "nobody"}; },
       "AccessDenied", "InvalidParameterValue"},
      {"another account's profile",
       [](auto& in) {
         in.iam_instance_profile =
             IamInstanceProfileSpecification{.arn = "arn:aws:iam::999999999999:instance-profile/web"};
       },
       "AccessDenied", "InvalidParameterValue"},
      {"a profile in two ways",
       [](auto& in) { in.iam_instance_profile = IamInstanceProfileSpecification{.arn = kProfile, .name = "web"}; },
       "InvalidParameterCombination", "InvalidParameterCombination"},
  };
  for (const Case& one : cases) {
    RunInstancesInput in = launch();
    one.change(in);
    test.authorizer.refuses = nullptr;
    EXPECT_EQ(code_of([&] { ec2.run_instances(in); }), one.allowed) << one.what;
    test.authorizer.refuses = [](const region::AccessQuestion& q) { return q.action == "ec2:RunInstances"; };
    EXPECT_EQ(code_of([&] { ec2.run_instances(in); }), one.refused) << one.what;
  }
}

TEST_F(Ec2AuthorizationTest, ADryRunAlsoAsksForTheRole) {
  RunInstancesInput in = launch();
  in.dry_run = true;
  in.iam_instance_profile = IamInstanceProfileSpecification{.name = "web"};
  EXPECT_EQ(code_of([&] { ec2.run_instances(in); }), "DryRunOperation");
  test.authorizer.refuses = [](const region::AccessQuestion& q) { return q.action == "iam:PassRole"; };
  EXPECT_EQ(code_of([&] { ec2.run_instances(in); }), "AccessDenied");
}

TEST_F(Ec2AuthorizationTest, WhatIsThereIsToldOfByItsTagsAndNature) {
  const std::string group =
      *ec2.create_security_group({.description = "d", .group_name = "web", .vpc_id = vpc}).group_id;
  const std::string table = *ec2.create_route_table({.vpc_id = vpc}).route_table->route_table_id;
  const std::string address = *ec2.allocate_address({}).allocation_id;
  const std::string association =
      *ec2.associate_route_table({.route_table_id = table, .subnet_id = subnet}).association_id;
  for (const std::string& id : {vpc, subnet, group, table, address}) tag(id, "team", "a");
  ec2.create_key_pair({.key_name = "key", .tag_specifications = tags("key-pair", "team", "b")});
  const std::string vpc_arn = arn("vpc/" + vpc);

  ec2.disassociate_route_table({.association_id = association});
  ec2.delete_route_table({.route_table_id = table});
  ec2.delete_security_group({.group_id = group});
  ec2.modify_subnet_attribute({.private_dns_hostname_type_on_launch = "ip-name", .subnet_id = subnet});
  expect_asked({{"ec2:ModifySubnetAttribute", arn("subnet/" + subnet), "ec2:Attribute/PrivateDnsHostnameTypeOnLaunch",
                 "ip-name"}});
  ec2.modify_subnet_attribute({.map_public_ip_on_launch = AttributeBooleanValue{.value = true}, .subnet_id = subnet});
  ec2.delete_subnet({.subnet_id = subnet});
  ec2.modify_vpc_attribute({.enable_dns_hostnames = AttributeBooleanValue{.value = true}, .vpc_id = vpc});
  ec2.release_address({.allocation_id = address});
  ec2.delete_key_pair({.key_name = "key"});
  expect_asked({
      {"ec2:CreateTags", arn("subnet/" + subnet), "aws:RequestTag/team", "a"},
      {"ec2:CreateTags", arn("subnet/" + subnet), "ec2:CreateAction", "no key"},
      {"ec2:DisassociateRouteTable", arn("route-table/" + table), "ec2:ResourceTag/team", "a"},
      {"ec2:DisassociateRouteTable", arn("subnet/" + subnet), "ec2:ResourceTag/team", "a"},
      {"ec2:DeleteRouteTable", arn("route-table/" + table), "ec2:Vpc", vpc_arn},
      {"ec2:DeleteSecurityGroup", arn("security-group/" + group), "ec2:Vpc", vpc_arn},
      {"ec2:DeleteSecurityGroup", arn("security-group/" + group), "aws:ResourceTag/team", "a"},
      {"ec2:ModifySubnetAttribute", arn("subnet/" + subnet), "ec2:Attribute/MapPublicIpOnLaunch", "true"},
      {"ec2:DeleteSubnet", arn("subnet/" + subnet), "ec2:AvailabilityZoneId", "apne2-az1"},
      {"ec2:ModifyVpcAttribute", vpc_arn, "ec2:Attribute", "EnableDnsHostnames"},
      {"ec2:ModifyVpcAttribute", vpc_arn, "ec2:ResourceTag/team", "a"},
      {"ec2:ReleaseAddress", arn("elastic-ip/" + address), "ec2:Domain", "vpc"},
      {"ec2:CreateTags", arn("key-pair/*"), "ec2:CreateAction", "CreateKeyPair"},
      {"ec2:DeleteKeyPair", arn("key-pair/key"), "ec2:ResourceTag/team", "b"},
  });
}

TEST_F(Ec2AuthorizationTest, MakingIsAskedBeforeTagging) {
  test.authorizer.refuses = [](const region::AccessQuestion&) { return true; };
  EXPECT_EQ(
      code_of([&] { ec2.create_vpc({.cidr_block = "10.2.0.0/16", .tag_specifications = tags("vpc", "team", "a")}); }),
      "AccessDenied");
  EXPECT_EQ(test.authorizer.condition_key_of("ec2:CreateVpc", arn("vpc/*"), "aws:RequestTag/team"), "a");
  EXPECT_EQ(test.authorizer.condition_key_of("ec2:CreateTags", "*", "aws:TagKeys"), "not asked");
}

TEST_F(Ec2AuthorizationTest, AnAbsentResourceIsAskedAboutByItsNameAlone) {
  EXPECT_EQ(code_of([&] { ec2.delete_vpc({.vpc_id = "vpc-0123456789abcdef0"}); }), "InvalidVpcID.NotFound");
  EXPECT_EQ(test.authorizer.condition_key_of("ec2:DeleteVpc", arn("vpc/vpc-0123456789abcdef0"), "ec2:VpcID"), "no key");
  test.authorizer.refuses = [](const region::AccessQuestion&) { return true; };
  EXPECT_EQ(code_of([&] { ec2.delete_vpc({.vpc_id = "vpc-0123456789abcdef0"}); }), "AccessDenied");
}

TEST_F(Ec2AuthorizationTest, AnotherAccountsResourceTellsNothing) {
  tag(vpc, "team", "a");
  region::Caller other = test.user;
  other.account = "210987654321";
  const Client theirs(test.home, other, test.region);
  EXPECT_EQ(code_of([&] { theirs.delete_vpc({.vpc_id = vpc}); }), "InvalidVpcID.NotFound");
  EXPECT_EQ(test.authorizer.condition_key_of("ec2:DeleteVpc", "arn:aws:ec2:ap-northeast-2:210987654321:vpc/*",
                                             "aws:ResourceTag/team"),
            "no key");
}

TEST_F(Ec2AuthorizationTest, ARuleIsDescribedAnewOnlyThroughItsOwnGroup) {
  const auto group = [&](const std::string& name) {
    return *ec2.create_security_group({.description = "d", .group_name = name, .vpc_id = vpc}).group_id;
  };
  const std::string mine = group("mine"), theirs = group("theirs");
  AuthorizeSecurityGroupIngressInput in;
  in.group_id = theirs;
  IpPermission& http = in.ip_permissions.emplace().emplace_back();
  http.ip_protocol = "tcp";
  http.from_port = http.to_port = 80;
  http.ip_ranges.emplace().emplace_back().cidr_ip = "0.0.0.0/0";
  const std::string rule =
      *ec2.authorize_security_group_ingress(in).security_group_rules->front().security_group_rule_id;
  UpdateSecurityGroupRuleDescriptionsIngressInput anew;
  anew.group_id = mine;
  anew.security_group_rule_descriptions = {
      {SecurityGroupRuleDescription{.description = "x", .security_group_rule_id = rule}}};
  EXPECT_EQ(code_of([&] { ec2.update_security_group_rule_descriptions_ingress(anew); }),
            "InvalidSecurityGroupRuleId.NotFound");
}

}  // namespace
}  // namespace hanbat::ec2
