// What the rows ask of the balancers, and the rules of attributes; listeners and rules through their operations.
#include "services/elasticloadbalancing/elasticloadbalancing.h"

#include <gtest/gtest.h>

#include "gen/elasticloadbalancing/client.h"
#include "region/testing.h"
#include "services/elasticloadbalancing/attributes.h"
#include "services/elasticloadbalancing/workers/wanted.h"
#include "wire/testing.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::string_view kArn = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:";

/// A region with a balancer and two groups in its rows, as if EC2 had been asked for interfaces.
class Balancing : public testing::Test {
 protected:
  void SetUp() override {
    region.add<ElasticLoadBalancing>();
    region.start();
    region.db->write([&](store::Tx& tx) {
      Resource<LoadBalancer> row;
      row.id = balancer;
      row.place = {"123456789012", region.region};
      row.name = "web";
      row.shape.load_balancer_arn = balancer;
      row.shape.vpc_id = "vpc-1";
      row.shape.scheme = "internet-facing";
      row.shape.dns_name = "web-1.ap-northeast-2.elb.amazonaws.com";
      row.shape.state.emplace().code = "provisioning";
      row.own["interfaces"] = Json::array(
          {Json::object({{"private_ip", "10.1.2.5"}, {"public_ip", "198.19.0.1"}, {"cidr", "10.1.2.0/24"}})});
      insert(tx, row);
      for (const std::string& arn : {group, other_group}) {
        Resource<TargetGroup> one;
        one.id = arn;
        one.place = {"123456789012", region.region};
        one.name = arn;
        one.shape.target_group_arn = arn;
        one.shape.vpc_id = "vpc-1";
        one.shape.protocol = "HTTP";
        one.shape.port = 8080;
        one.shape.target_type = "ip";
        one.shape.health_check_port = "traffic-port";
        one.shape.matcher.emplace().http_code = "200";
        insert(tx, one);
      }
    });
  }

  Client client() { return Client(region.home, region.user, region.region); }

  std::string make_listener() {
    CreateListenerInput in;
    in.load_balancer_arn = balancer;
    in.port = 80;
    in.protocol = "HTTP";
    in.default_actions = {{.target_group_arn = group, .type = "forward"}};
    return *client().create_listener(in).listeners->front().listener_arn;
  }

  host::BalancersSpec wanted() {
    return region.db->read([](store::Tx& tx) { return wanted_balancers(tx); });
  }

  region::TestRegion region;
  const std::string balancer = std::string(kArn) + "loadbalancer/app/web/aaaaaaaaaaaaaaaa";
  const std::string group = std::string(kArn) + "targetgroup/api/bbbbbbbbbbbbbbbb";
  const std::string other_group = std::string(kArn) + "targetgroup/other/cccccccccccccccc";
};

TEST_F(Balancing, AListenerForwardsToItsGroupOnly) {
  make_listener();
  const auto spec = wanted();
  ASSERT_EQ(spec.balancers.size(), 1u);
  EXPECT_EQ(spec.balancers[0].host_name, "web-1.ap-northeast-2.elb.localhost");
  EXPECT_EQ(spec.balancers[0].nodes[0].public_ip, "198.19.0.1");
  ASSERT_EQ(spec.balancers[0].listeners.size(), 1u);
  EXPECT_EQ(spec.balancers[0].listeners[0].host_port, 4580);
  EXPECT_EQ(spec.balancers[0].listeners[0].default_action.forward[0].target_group_id, "bbbbbbbbbbbbbbbb");
  ASSERT_EQ(spec.target_groups.size(), 1u);
  EXPECT_EQ(spec.target_groups[0].id, "bbbbbbbbbbbbbbbb");
}

TEST_F(Balancing, RulesGoOutInTheOrderOfTheirPriority) {
  const std::string listener = make_listener();
  for (const int priority : {20, 3}) {
    CreateRuleInput in;
    in.listener_arn = listener;
    in.priority = priority;
    in.conditions = {{.field = "path-pattern", .values = {{"/" + std::to_string(priority)}}}};
    in.actions = {{.target_group_arn = other_group, .type = "forward"}};
    client().create_rule(in);
  }
  const auto rules = wanted().balancers[0].listeners[0].rules;
  ASSERT_EQ(rules.size(), 2u);
  EXPECT_EQ(rules[0].conditions[0].values[0], "/3");
  EXPECT_EQ(rules[1].conditions[0].values[0], "/20");
  const auto listed = client().describe_rules({.listener_arn = listener}).rules;
  ASSERT_EQ(listed->size(), 3u);
  EXPECT_EQ(listed->back().priority, "default");
}

TEST_F(Balancing, APortIsTakenOnceAndAPriorityToo) {
  const std::string listener = make_listener();
  EXPECT_THROW(make_listener(), DuplicateListenerException);
  CreateRuleInput in;
  in.listener_arn = listener;
  in.priority = 1;
  in.conditions = {{.field = "path-pattern", .values = {{"/a"}}}};
  in.actions = {{.fixed_response_config = FixedResponseActionConfig{.status_code = "404"}, .type = "fixed-response"}};
  client().create_rule(in);
  EXPECT_THROW(client().create_rule(in), PriorityInUseException);
}

TEST_F(Balancing, AConditionTakesNoValueThatTheBalancerWouldReadAsSomethingElse) {
  CreateRuleInput in;
  in.listener_arn = make_listener();
  in.priority = 1;
  in.actions = {{.fixed_response_config = FixedResponseActionConfig{.status_code = "404"}, .type = "fixed-response"}};
  for (const char* value : {"-f", "/etc/passwd", "10.0.0.5", "10.0.0.0/33", "300.0.0.0/8", ""}) {
    in.conditions = {{.field = "source-ip", .source_ip_config = SourceIpConditionConfig{.values = {{value}}}}};
    EXPECT_EQ(wire::code_of([&] { client().create_rule(in); }), "ValidationError") << value;
  }
  in.conditions = {{.field = "http-request-method",
                    .http_request_method_config = HttpRequestMethodConditionConfig{.values = {{"-f", "/etc/passwd"}}}}};
  EXPECT_EQ(wire::code_of([&] { client().create_rule(in); }), "ValidationError");
  in.conditions = {
      {.field = "source-ip", .source_ip_config = SourceIpConditionConfig{.values = {{"10.0.0.0/8", "203.0.113.7/32"}}}},
      {.field = "http-request-method",
       .http_request_method_config = HttpRequestMethodConditionConfig{.values = {{"GET"}}}}};
  EXPECT_NO_THROW(client().create_rule(in));
}

TEST_F(Balancing, AGroupInUseIsNotDeleted) {
  make_listener();
  EXPECT_THROW(client().delete_target_group({.target_group_arn = group}), ResourceInUseException);
  client().delete_target_group({.target_group_arn = other_group});
  EXPECT_THROW(client().describe_target_group_attributes({.target_group_arn = other_group}),
               TargetGroupNotFoundException);
}

TEST_F(Balancing, ATargetIsInitialThenDrainsThenIsUnknown) {
  make_listener();
  client().register_targets({.target_group_arn = group, .targets = {{.id = "10.1.0.9"}}});
  const auto state = [&] {
    DescribeTargetHealthInput in;
    in.target_group_arn = group;
    in.targets.emplace().push_back({.id = "10.1.0.9"});
    return client().describe_target_health(in).target_health_descriptions->front().target_health;
  };
  EXPECT_EQ(state()->state, "initial");
  EXPECT_EQ(wanted().target_groups[0].targets[0].port, 8080);
  client().deregister_targets({.target_group_arn = group, .targets = {{.id = "10.1.0.9"}}});
  EXPECT_EQ(state()->state, "draining");
  EXPECT_EQ(wanted().target_groups[0].targets[0].state, host::TargetState::kDraining);
}

TEST_F(Balancing, AnAttributeWithoutAnEffectHereKeepsItsDefault) {
  Json own = Json::object();
  set_attribute(own, balancer_attributes(), "ModifyLoadBalancerAttributes", "idle_timeout.timeout_seconds", "90");
  EXPECT_EQ(integer_attribute(own, "idle_timeout.timeout_seconds"), 90);
  set_attribute(own, balancer_attributes(), "ModifyLoadBalancerAttributes", "routing.http2.enabled", "true");
  EXPECT_EQ(wire::code_of([&] {
              set_attribute(own, balancer_attributes(), "ModifyLoadBalancerAttributes", "routing.http2.enabled",
                            "false");
            }),
            "NotImplemented");
  EXPECT_EQ(
      wire::code_of([&] { set_attribute(own, group_attributes(), "ModifyTargetGroupAttributes", "no.such", "1"); }),
      "ValidationError");
}

TEST_F(Balancing, AListenersAttributesAndABalancersReservationAreDescribedAsTheyAre) {
  const std::string listener = make_listener();
  const auto attributes = *client().describe_listener_attributes({.listener_arn = listener}).attributes;
  EXPECT_EQ(attributes.front().key, "routing.http.response.server.enabled");
  EXPECT_EQ(attributes.front().value, "true");
  const auto modify = [&](const char* key, const char* value) {
    return wire::code_of(
        [&] { client().modify_listener_attributes({.attributes = {{key, value}}, .listener_arn = listener}); });
  };
  EXPECT_EQ(modify("routing.http.response.server.enabled", "true"), "");
  EXPECT_EQ(modify("routing.http.response.server.enabled", "false"), "NotImplemented");
  EXPECT_EQ(modify("nonsense", "1"), "ValidationError");
  const auto reservation = client().describe_capacity_reservation({.load_balancer_arn = balancer});
  EXPECT_TRUE(reservation.capacity_reservation_state->empty());
  EXPECT_FALSE(reservation.minimum_load_balancer_capacity);
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
