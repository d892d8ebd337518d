// What the rows ask of the balancers, and the rules of attributes; listeners and rules through their operations.
#include "services/elasticloadbalancing/elasticloadbalancing.h"

#include <gtest/gtest.h>

#include "gen/elasticloadbalancing/client.h"
#include "host/broken_host.h"
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
  explicit Balancing(host::Host* host = nullptr) : region(host) {}

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
    return region.db->read([&](store::Tx& tx) { return wanted_balancers(tx, region.home.vault); });
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

TEST_F(Balancing, AConditionIsWhatAwsTakes) {
  CreateRuleInput in;
  in.listener_arn = make_listener();
  in.priority = 1;
  in.actions = {{.fixed_response_config = FixedResponseActionConfig{.status_code = "404"}, .type = "fixed-response"}};
  const auto refusal = [&](std::vector<RuleCondition> conditions) {
    in.conditions = std::move(conditions);
    return wire::refusal_of([&] {
      const auto made = client().create_rule(in);
      client().delete_rule({.rule_arn = *made.rules->front().rule_arn});
    });
  };
  const auto path = [](std::vector<std::string> values) {
    return RuleCondition{.field = "path-pattern", .values = std::move(values)};
  };
  const auto host = [](std::string value) { return RuleCondition{.field = "host-header", .values = {{value}}}; };
  EXPECT_EQ(refusal({}), "ValidationError: A condition must be specified");
  EXPECT_EQ(refusal({RuleCondition{}}), "ValidationError: A condition field must be specified");
  EXPECT_EQ(refusal({path({"/a", "/b", "/c"}), host("*.a.com")}), "");
  EXPECT_EQ(refusal({path({"/a", "/b", "/c", "/d", "/e"}), host("*.a.com")}),
            "ValidationError: A rule can only have '5' condition values");
  EXPECT_EQ(refusal({path({"/*/*/*/*"}), host("*.*.a.???")}),
            "ValidationError: A rule can only have '6' condition wildcards");
  EXPECT_EQ(refusal({path({"/a b"})}),
            "ValidationError: Condition value '/a b' contains a character that is not valid");
  EXPECT_EQ(refusal({path({"/" + std::string(128, 'a')})}),
            "ValidationError: The 'path-pattern' value is too long; the limit is '128'");
  EXPECT_EQ(refusal({path({"/a"}), path({"/b"})}),
            "ValidationError: A rule can only have one 'path-pattern' condition");
  EXPECT_EQ(refusal({host("a.com:80")}),
            "ValidationError: Condition value 'a.com:80' contains a character that is not valid");
  EXPECT_NE(refusal({host("localhost")}), "");
  EXPECT_NE(refusal({host("10.0.0.1")}), "");
  RuleCondition twice = host("a.com");
  twice.host_header_config = HostHeaderConditionConfig{.values = {{"a.com"}}};
  EXPECT_EQ(refusal({twice}),
            "ValidationError: You cannot provide both Values and 'HostHeaderConfig' for a condition of type "
            "'host-header'");
  const auto header = [](std::string name) {
    return RuleCondition{
        .field = "http-header",
        .http_header_config = HttpHeaderConditionConfig{.http_header_name = name, .values = {{"*x*"}}}};
  };
  EXPECT_EQ(refusal({header("X-A"), header("X-B")}), "");
  EXPECT_NE(refusal({header("Host")}), "");
  EXPECT_NE(refusal({header("a b")}), "");
}

TEST_F(Balancing, AQueryStringIsComparedByItsParameters) {
  CreateRuleInput in;
  in.listener_arn = make_listener();
  in.priority = 1;
  in.actions = {{.fixed_response_config = FixedResponseActionConfig{.status_code = "404"}, .type = "fixed-response"}};
  RuleCondition query{.field = "query-string", .values = {{"a"}}};
  in.conditions = {query};
  EXPECT_EQ(wire::code_of([&] { client().create_rule(in); }), "ValidationError");
  QueryStringConditionConfig config;
  config.values = {{.key = "version", .value = "v1"}, {.value = "*example*"}};
  query = {.field = "query-string", .query_string_config = config};
  in.conditions = {query, query};
  const auto made = client().create_rule(in).rules->front();
  EXPECT_EQ(made.conditions->front().query_string_config->values->at(0).key, "version");
  const auto out = wanted().balancers[0].listeners[0].rules[0].conditions;
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].keys, (std::vector<std::string>{"version", ""}));
  EXPECT_EQ(out[0].values, (std::vector<std::string>{"v1", "*example*"}));
}

TEST_F(Balancing, AnAddressOfIpv6IsNobodyHere) {
  CreateRuleInput in;
  in.listener_arn = make_listener();
  in.priority = 1;
  in.actions = {{.fixed_response_config = FixedResponseActionConfig{.status_code = "404"}, .type = "fixed-response"}};
  in.conditions = {{.field = "source-ip", .source_ip_config = SourceIpConditionConfig{.values = {{"2001:db8::/32"}}}}};
  client().create_rule(in);
  EXPECT_EQ(wanted().balancers[0].listeners[0].rules[0].conditions[0].values[0], "255.255.255.255/32");
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
  const auto modify = [&](const char* key, const char* value) {
    return wire::code_of([&] {
      Json own = Json::object();
      set_attribute(own, balancer_attributes(), "ModifyLoadBalancerAttributes", key, value);
    });
  };
  EXPECT_EQ(modify("idle_timeout.timeout_seconds", "90"), "");
  EXPECT_EQ(modify("idle_timeout.timeout_seconds", "4001"), "ValidationError");
  EXPECT_EQ(modify("waf.fail_open.enabled", "false"), "");
  EXPECT_EQ(modify("waf.fail_open.enabled", "true"), "NotImplemented");
  EXPECT_EQ(modify("routing.http.desync_mitigation_mode", "monitor"), "NotImplemented");
  EXPECT_EQ(modify("routing.http.desync_mitigation_mode", "lax"), "ValidationError");
  EXPECT_EQ(modify("dns_record.client_routing_policy", "any_availability_zone"), "InvalidConfigurationRequest");
  EXPECT_EQ(modify("no.such", "1"), "ValidationError");
  for (const std::string key : {"access_logs.s3", "connection_logs.s3", "health_check_logs.s3"}) {
    EXPECT_EQ(modify((key + ".enabled").c_str(), "false"), "");
    EXPECT_EQ(modify((key + ".enabled").c_str(), "true"), "NotImplemented");
    EXPECT_EQ(modify((key + ".enabled").c_str(), "maybe"), "ValidationError");
    EXPECT_EQ(modify((key + ".bucket").c_str(), "logs"), "") << "it says where, not whether";
    EXPECT_EQ(modify((key + ".prefix").c_str(), "web"), "");
  }
  EXPECT_EQ(modify("zonal_shift.config.enabled", "true"), "NotImplemented");
  EXPECT_EQ(modify("zonal_shift.config.enabled", "1"), "ValidationError");
  EXPECT_EQ(modify("load_balancing.cross_zone.enabled", "false"), "NotImplemented");
}

TEST_F(Balancing, AttributesOfABalancerGoOutWithIt) {
  make_listener();
  ModifyLoadBalancerAttributesInput in;
  in.load_balancer_arn = balancer;
  in.attributes = {{"client_keep_alive.seconds", "600"},
                   {"routing.http.xff_header_processing.mode", "remove"},
                   {"routing.http.xff_client_port.enabled", "true"},
                   {"routing.http.preserve_host_header.enabled", "true"},
                   {"routing.http.drop_invalid_header_fields.enabled", "true"}};
  client().modify_load_balancer_attributes(in);
  const host::Balancer out = wanted().balancers[0];
  EXPECT_EQ(out.client_keep_alive_seconds, 600);
  EXPECT_EQ(out.forwarded_for, host::ForwardedFor::kRemove);
  EXPECT_TRUE(out.client_port && out.preserve_host && out.drop_invalid_headers);
}

TEST_F(Balancing, StickinessOfAGroupIsItsOwnOrItsApplications) {
  make_listener();
  const auto modify = [&](std::vector<TargetGroupAttribute> attributes) {
    return wire::code_of(
        [&] { client().modify_target_group_attributes({.attributes = attributes, .target_group_arn = group}); });
  };
  EXPECT_EQ(modify({{"stickiness.enabled", "true"}, {"stickiness.lb_cookie.duration_seconds", "60"}}), "");
  EXPECT_EQ(wanted().target_groups[0].stickiness_seconds, 60);
  EXPECT_EQ(modify({{"stickiness.type", "app_cookie"}}), "InvalidConfigurationRequest");
  EXPECT_EQ(modify({{"stickiness.type", "source_ip"}}), "InvalidConfigurationRequest");
  EXPECT_EQ(modify({{"stickiness.app_cookie.cookie_name", "AWSALBX"}}), "InvalidConfigurationRequest");
  EXPECT_EQ(modify({{"stickiness.app_cookie.cookie_name", "a'b"}}), "NotImplemented");
  EXPECT_EQ(modify({{"stickiness.type", "app_cookie"},
                    {"stickiness.app_cookie.cookie_name", "SESSION"},
                    {"stickiness.app_cookie.duration_seconds", "90"}}),
            "");
  EXPECT_EQ(wanted().target_groups[0].app_cookie, "SESSION");
  EXPECT_EQ(wanted().target_groups[0].stickiness_seconds, 90);
}

TEST_F(Balancing, ASlowStartIsAlsoARoundRobin) {
  make_listener();
  const auto modify = [&](std::vector<TargetGroupAttribute> attributes) {
    return wire::code_of(
        [&] { client().modify_target_group_attributes({.attributes = attributes, .target_group_arn = group}); });
  };
  EXPECT_EQ(modify({{"slow_start.duration_seconds", "29"}}), "ValidationError");
  EXPECT_EQ(modify({{"slow_start.duration_seconds", "30"}}), "");
  EXPECT_EQ(wanted().target_groups[0].slow_start_seconds, 30);
  EXPECT_EQ(modify({{"load_balancing.algorithm.type", "weighted_random"}}), "InvalidConfigurationRequest");
  EXPECT_EQ(modify({{"slow_start.duration_seconds", "0"}, {"load_balancing.algorithm.type", "weighted_random"}}), "");
  EXPECT_EQ(wanted().target_groups[0].algorithm, host::BalancingAlgorithm::kWeightedRandom);
}

TEST_F(Balancing, SeveralGroupsHaveWeightsAndMayKeepTheirClients) {
  CreateListenerInput in;
  in.load_balancer_arn = balancer;
  in.port = 80;
  in.protocol = "HTTP";
  ForwardActionConfig forward;
  forward.target_groups = {{.target_group_arn = group, .weight = 9}, {.target_group_arn = other_group}};
  forward.target_group_stickiness_config = TargetGroupStickinessConfig{.enabled = true};
  in.default_actions = {{.forward_config = forward, .type = "forward"}};
  EXPECT_EQ(wire::refusal_of([&] { client().create_listener(in); }),
            "ValidationError: Target group stickiness duration must be between 1 and 604800 seconds");
  in.default_actions[0].forward_config->target_group_stickiness_config->duration_seconds = 30;
  client().create_listener(in);
  const auto action = wanted().balancers[0].listeners[0].default_action;
  EXPECT_EQ(action.stickiness_seconds, 30);
  ASSERT_EQ(action.forward.size(), 2u);
  EXPECT_EQ(action.forward[0].weight, 9);
  EXPECT_EQ(action.forward[1].weight, 1);
}

class BalancingOnABrokenHost : public Balancing {
 protected:
  BalancingOnABrokenHost() : Balancing(&host) {}
  LoadBalancerState state() {
    DescribeLoadBalancersInput in;
    in.load_balancer_arns = {{balancer}};
    return *client().describe_load_balancers(in).load_balancers->front().state;
  }
  void pass(Seconds time) {
    for (Seconds gone{0}; gone < time; gone += Seconds(1)) {
      region.clock.advance(Seconds(1));
      region.run_until_idle();
    }
  }

  host::BrokenHost host;
};

TEST_F(BalancingOnABrokenHost, ABalancerThatWaitsTooLongIsFailedAndActiveOnceTheHostIsMended) {
  pass(Seconds(150));
  make_listener();  // what changes meanwhile does not put it off
  pass(Seconds(140));
  EXPECT_EQ(state().code, "provisioning");
  pass(Seconds(60));
  EXPECT_EQ(state().code, "failed");
  EXPECT_EQ(state().reason, "haproxy does not start: apply_balancers");
  const auto failing = [&] { return region.db->read([](store::Tx& tx) { return store::list_failing(tx, 10); }); };
  ASSERT_EQ(failing().size(), 1u);
  EXPECT_EQ(failing()[0].kind, "elb.apply");
  EXPECT_EQ(failing()[0].why, "haproxy does not start: apply_balancers");

  host.broken = false;
  pass(Seconds(31));
  EXPECT_EQ(state().code, "active");
  EXPECT_FALSE(state().reason);
  EXPECT_TRUE(failing().empty());
}

TEST_F(Balancing, AListenersAttributesAndABalancersReservationAreDescribedAsTheyAre) {
  const std::string listener = make_listener();
  const auto attributes = *client().describe_listener_attributes({.listener_arn = listener}).attributes;
  EXPECT_EQ(attributes.front().key, "routing.http.request.x_amzn_tls_version.header_name");
  EXPECT_EQ(attributes.front().value, "X-Amzn-Tls-Version");
  const auto modify = [&](const char* key, const char* value) {
    return wire::code_of(
        [&] { client().modify_listener_attributes({.attributes = {{key, value}}, .listener_arn = listener}); });
  };
  EXPECT_EQ(modify("routing.http.response.server.enabled", "true"), "");
  EXPECT_EQ(modify("routing.http.response.server.enabled", "false"), "");
  EXPECT_EQ(modify("routing.http.response.x_frame_options.header_value", "DENY"), "");
  EXPECT_EQ(modify("routing.http.response.x_content_type_options.header_value", "sniff"), "ValidationError");
  const auto out = wanted().balancers[0].listeners[0];
  EXPECT_FALSE(out.server_header);
  ASSERT_EQ(out.response_headers.size(), 1u);
  EXPECT_EQ(out.response_headers[0].name, "X-Frame-Options");
  EXPECT_EQ(out.response_headers[0].value, "DENY");
  EXPECT_EQ(modify("nonsense", "1"), "ValidationError");
  const auto reservation = client().describe_capacity_reservation({.load_balancer_arn = balancer});
  EXPECT_TRUE(reservation.capacity_reservation_state->empty());
  EXPECT_FALSE(reservation.minimum_load_balancer_capacity);
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
