// Databases of before the region had one store of rows, and what calls see of tags and pages.
#include "services/elasticloadbalancing/store.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gen/elasticloadbalancing/client.h"
#include "region/testing.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "wire/testing.h"

namespace hanbat::elasticloadbalancing {
namespace {

using wire::code_of;

const std::string kBalancerArn = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:";
const std::string kBalancer = kBalancerArn + "loadbalancer/app/web/aaaaaaaaaaaaaaaa";
const std::string kGroup = kBalancerArn + "targetgroup/api/bbbbbbbbbbbbbbbb";
const std::string kListener = kBalancerArn + "listener/app/web/aaaaaaaaaaaaaaaa/cccccccccccccccc";
const std::string kRule = kBalancerArn + "listener-rule/app/web/aaaaaaaaaaaaaaaa/cccccccccccccccc/dddddddddddddddd";

Json forward() {
  return Json::array(
      {Json::object({{"Type", "forward"},
                     {"TargetGroupArn", kGroup},
                     {"ForwardConfig",
                      Json::object({{"TargetGroups", Json::array({Json::object({{"TargetGroupArn", kGroup}})})}})}})});
}

/// The database as it was before the migration, with one of each kind, a draining target, and tags.
void fill_old_database(region::TestRegion& test) {
  auto steps = test.home.migrations();
  std::erase_if(steps,
                [](const store::Migration& step) { return step.module == "elasticloadbalancing" && step.number > 1; });
  test.db->migrate(steps);
  test.db->write([](store::Tx& tx) {
    const auto insert = [&](const std::string& arn, const char* kind, const char* name, const std::string& parent,
                            int created, const Json& body, const Json& own) {
      tx.exec(
          "INSERT INTO elb_resources(arn, account, region, kind, name, parent, created, body, own) "
          "VALUES (?, '123456789012', 'ap-northeast-2', ?, ?, ?, ?, ?, ?)",
          arn, kind, name, parent, created, body, own);
    };
    insert(kBalancer, "loadbalancer", "web", "", 1,
           Json::object({{"LoadBalancerArn", kBalancer},
                         {"LoadBalancerName", "web"},
                         {"VpcId", "vpc-1"},
                         {"State", Json::object({{"Code", "active"}})}}),
           Json::object({{"interfaces", Json::array()},
                         {"attributes", Json::object({{"idle_timeout.timeout_seconds", "90"}})}}));
    insert(kGroup, "targetgroup", "api", "", 2,
           Json::object({{"TargetGroupArn", kGroup},
                         {"TargetGroupName", "api"},
                         {"VpcId", "vpc-1"},
                         {"Port", 8080},
                         {"TargetType", "ip"}}),
           Json::object());
    insert(kListener, "listener", "80", kBalancer, 3,
           Json::object({{"ListenerArn", kListener},
                         {"LoadBalancerArn", kBalancer},
                         {"Port", 80},
                         {"Protocol", "HTTP"},
                         {"DefaultActions", forward()}}),
           Json::object());
    insert(kRule, "rule", "7", kListener, 4,
           Json::object({{"RuleArn", kRule}, {"Priority", "7"}, {"IsDefault", false}, {"Actions", forward()}}),
           Json::object());
    for (const std::string& arn : {kBalancer, kRule})
      tx.exec("INSERT INTO elb_tags(arn, key, value) VALUES (?, 'team', 'old')", arn);
    tx.exec(
        "INSERT INTO elb_targets(group_arn, target_id, port, ip, state, instance_state, deadline) "
        "VALUES (?, '10.1.0.9', 8080, '10.1.0.9', 'draining', 'running', 5)",
        kGroup);
  });
}

TEST(ElbStore, ADatabaseOfBeforeHasAllItsResourcesAndTags) {
  region::TestRegion test;
  test.add<ElasticLoadBalancing>();
  fill_old_database(test);
  test.start();
  const Client elb(test.home, test.user, test.region);
  EXPECT_EQ(elb.describe_load_balancers({.names = {{"web"}}}).load_balancers->front().load_balancer_arn, kBalancer);
  const auto attributes = *elb.describe_load_balancer_attributes({.load_balancer_arn = kBalancer}).attributes;
  const auto timeout = std::ranges::find(attributes, "idle_timeout.timeout_seconds", &LoadBalancerAttribute::key);
  ASSERT_NE(timeout, attributes.end());
  EXPECT_EQ(timeout->value, "90");
  EXPECT_EQ(elb.describe_listeners({.load_balancer_arn = kBalancer}).listeners->front().port, 80);
  EXPECT_EQ(elb.describe_rules({.listener_arn = kListener}).rules->front().priority, "7");
  const auto group = elb.describe_target_groups({.load_balancer_arn = kBalancer}).target_groups->front();
  EXPECT_EQ(group.target_group_name, "api");
  const auto health = elb.describe_target_health({.target_group_arn = kGroup}).target_health_descriptions->front();
  EXPECT_EQ(health.target_health->state, "draining");
  const auto tags = *elb.describe_tags({.resource_arns = {kBalancer, kRule, kGroup}}).tag_descriptions;
  EXPECT_EQ(tags[0].tags->front().value, "old");
  EXPECT_EQ(tags[1].tags->front().value, "old");
  EXPECT_TRUE(tags[2].tags->empty());
  CreateListenerInput again;
  again.load_balancer_arn = kBalancer;
  again.protocol = "HTTP";
  again.port = 80;
  again.default_actions.emplace_back().type = "forward";
  again.default_actions.back().target_group_arn = kGroup;
  EXPECT_EQ(code_of([&] { elb.create_listener(again); }), "DuplicateListener");
}

class ElbLists : public testing::Test {
 protected:
  ElbLists() : elb(test.home, test.user, test.region) {
    test.add<ElasticLoadBalancing>();
    fill_old_database(test);
    test.start();
  }
  void make_rule(int priority) {
    CreateRuleInput in;
    in.listener_arn = kListener;
    in.priority = priority;
    in.conditions = {{.field = "path-pattern", .values = {{"/" + std::to_string(priority)}}}};
    in.actions = {{.target_group_arn = kGroup, .type = "forward"}};
    elb.create_rule(in);
  }
  std::string tag_code(const std::vector<Tag>& tags) {
    return code_of([&] { elb.add_tags({.resource_arns = {kGroup}, .tags = tags}); });
  }

  region::TestRegion test;
  Client elb;
};

TEST_F(ElbLists, RulesComeInPagesByPriorityAlsoWhenOneIsDeletedBetweenThem) {
  for (const int priority : {30, 100, 2}) make_rule(priority);
  DescribeRulesInput in{.listener_arn = kListener, .page_size = 2};
  std::vector<std::string> seen;
  do {
    const auto page = elb.describe_rules(in);
    for (const Rule& rule : *page.rules) seen.push_back(*rule.priority);
    if (!in.marker) elb.delete_rule({.rule_arn = kRule});
    in.marker = page.next_marker;
  } while (in.marker);
  EXPECT_EQ(seen, (std::vector<std::string>{"2", "7", "30", "100", "default"}));
}

TEST_F(ElbLists, AMarkerThatIsNotOursAndASizeOutsideTheRangeAreRefused) {
  for (const char* marker : {"garbage", "1", "-1", ""})
    EXPECT_EQ(code_of([&] { elb.describe_load_balancers({.marker = marker}); }), "ValidationError") << marker;
  for (const int size : {0, 401})
    EXPECT_EQ(code_of([&] { elb.describe_target_groups({.page_size = size}); }), "ValidationError") << size;
}

TEST_F(ElbLists, TagsThatCannotBeAreRefused) {
  EXPECT_EQ(tag_code({{"a", "1"}, {"a", "2"}}), "DuplicateTagKeys");
  EXPECT_EQ(tag_code({{"aws:a", "1"}}), "ValidationError");
  EXPECT_EQ(tag_code({{"a*", "1"}}), "ValidationError");
  std::vector<Tag> many;
  for (int i = 0; i < 50; ++i) many.push_back({"k" + std::to_string(i), ""});
  EXPECT_EQ(tag_code(many), "");
  EXPECT_EQ(tag_code({{"more", ""}}), "TooManyTags");
}

TEST_F(ElbLists, ATargetThatIsRegisteredAgainDrainsNoMore) {
  elb.register_targets({.target_group_arn = kGroup, .targets = {{.id = "10.1.0.9"}}});
  const auto target = test.db->read([](store::Tx& tx) { return find_target(tx, kGroup, "10.1.0.9", 8080); });
  EXPECT_EQ(target->state, TargetState::kActive);
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
