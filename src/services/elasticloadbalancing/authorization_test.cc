// What Elastic Load Balancing's calls tell policies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/ec2/model.h"
#include "gen/elasticloadbalancing/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"

namespace hanbat::elasticloadbalancing {
namespace {

const std::string kPrefix = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:";

class ElbAuthorizationTest : public ::testing::Test {
 protected:
  ElbAuthorizationTest() : elb(test.home, test.user, test.region) {
    test.add<ElasticLoadBalancing>();
    test.add<region::FakeService>("ec2").on<ec2::DescribeVpcsInput, ec2::DescribeVpcsOutput>(
        "DescribeVpcs", [](region::Request&, const auto&) {
          ec2::DescribeVpcsOutput out;
          out.vpcs.emplace().emplace_back().vpc_id = "vpc-1";
          return out;
        });
    test.start();
    CreateTargetGroupInput in;
    in.name = "api";
    in.protocol = "HTTP";
    in.port = 8080;
    in.vpc_id = "vpc-1";
    in.tags = {{{.key = "team", .value = "a"}}};
    group = *elb.create_target_group(in).target_groups->front().target_group_arn;
    test.db->write([&](store::Tx& tx) {
      Resource<LoadBalancer> row;
      row.id = balancer;
      row.place = {test.user.account, test.region};
      row.name = "web";
      row.shape.load_balancer_arn = balancer;
      row.shape.vpc_id = "vpc-1";
      row.own["interfaces"] = Json::array();
      insert(tx, row);
      region::put_tags(tx, balancer, {{"team", "b"}}, kTagRules);
    });
  }

  region::TestRegion test;
  Client elb;
  const std::string balancer = kPrefix + "loadbalancer/app/web/aaaaaaaaaaaaaaaa";
  std::string group;
};

TEST_F(ElbAuthorizationTest, WhatIsMadeIsAskedForWithItsTagsAndWhatIsThereToldOfByThem) {
  CreateListenerInput in;
  in.load_balancer_arn = balancer;
  in.port = 80;
  in.protocol = "HTTP";
  in.default_actions = {{.target_group_arn = group, .type = "forward"}};
  in.tags = {{{.key = "stage", .value = "test"}}};
  const std::string listener = *elb.create_listener(in).listeners->front().listener_arn;
  elb.modify_listener({.listener_arn = listener, .port = 81});
  elb.modify_target_group({.health_check_path = "/", .target_group_arn = group});
  elb.remove_tags({.resource_arns = {group}, .tag_keys = {"team"}});

  const std::string groups = kPrefix + "targetgroup/api/*", listeners = kPrefix + "listener/app/web/*";
  const std::string own = "elasticloadbalancing:ResourceTag/";
  const region::ExpectedKey expected[] = {
      {"elasticloadbalancing:CreateTargetGroup", groups, "aws:RequestTag/team", "a"},
      {"elasticloadbalancing:AddTags", groups, "elasticloadbalancing:CreateAction", "CreateTargetGroup"},
      {"elasticloadbalancing:AddTags", groups, "aws:TagKeys", "team"},
      {"elasticloadbalancing:CreateListener", balancer, "elasticloadbalancing:ListenerProtocol", "HTTP"},
      {"elasticloadbalancing:CreateListener", balancer, "elasticloadbalancing:ResourceTag/team", "b"},
      {"elasticloadbalancing:AddTags", listeners, "elasticloadbalancing:CreateAction", "CreateListener"},
      {"elasticloadbalancing:ModifyListener", listener, "aws:ResourceTag/stage", "test"},
      {"elasticloadbalancing:ModifyTargetGroup", group, "elasticloadbalancing:ResourceTag/team", "a"},
      {"elasticloadbalancing:RemoveTags", group, "aws:TagKeys", "team"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(test.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
        << one.action << " " << one.key;
}

TEST_F(ElbAuthorizationTest, AnArnOfSomethingElseIsRefusedBeforeItIsAskedAbout) {
  test.authorizer.asked.clear();
  for (const std::string& arn : {group, std::string("nonsense"), std::string("arn:aws:s3:::bucket")}) try {
      elb.delete_load_balancer({.load_balancer_arn = arn});
      ADD_FAILURE() << arn;
    } catch (const wire::Error& error) {
      EXPECT_EQ(error.code(), "ValidationError") << arn;
    }
  EXPECT_TRUE(test.authorizer.asked.empty());
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
