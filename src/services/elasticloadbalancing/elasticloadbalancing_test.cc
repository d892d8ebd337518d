// What the rows ask of the balancers, and the rules of attributes; listeners and rules through their operations.
#include "services/elasticloadbalancing/elasticloadbalancing.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "gen/elasticloadbalancing/client.h"
#include "host/broken_host.h"
#include "host/fake_host.h"
#include "services/elasticloadbalancing/attributes.h"
#include "services/elasticloadbalancing/testing.h"
#include "wire/testing.h"

namespace hanbat::elasticloadbalancing {
namespace {

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

TEST_F(Balancing, WhatIsNoArnOfAThingIsToldByItsName) {
  const std::string listener = make_listener(), sqs = "arn:aws:sqs:ap-northeast-2:123456789012:listener/app/a/b/c";
  const auto refusal = [](const std::function<void()>& call) {
    try {
      call();
    } catch (const wire::Error& error) {
      return error.code() + ": " + error.message();
    }
    return std::string("none");
  };
  auto elb = client();
  const std::string not_valid = "ValidationError: 'x' is not a valid ";
  EXPECT_EQ(refusal([&] { elb.describe_load_balancers({.load_balancer_arns = {{"x"}}}); }),
            not_valid + "load balancer ARN");
  EXPECT_EQ(refusal([&] { elb.describe_load_balancer_attributes({.load_balancer_arn = "x"}); }),
            not_valid + "load balancer ARN");
  EXPECT_EQ(refusal([&] { elb.describe_target_groups({.target_group_arns = {{"x"}}}); }),
            not_valid + "target group ARN");
  EXPECT_EQ(refusal([&] { elb.describe_target_health({.target_group_arn = "x"}); }), not_valid + "target group ARN");
  EXPECT_EQ(refusal([&] { elb.describe_listeners({.listener_arns = {{"x"}}}); }), not_valid + "listener ARN");
  EXPECT_EQ(refusal([&] { elb.describe_rules({.rule_arns = {{"x"}}}); }), not_valid + "listener rule ARN");
  EXPECT_EQ(refusal([&] { elb.delete_rule({.rule_arn = "x"}); }), not_valid + "listener rule ARN");
  EXPECT_EQ(refusal([&] { elb.delete_listener({.listener_arn = "x"}); }), not_valid + "listener ARN");
  EXPECT_EQ(refusal([&] { elb.delete_target_group({.target_group_arn = "x"}); }), not_valid + "target group ARN");
  EXPECT_EQ(refusal([&] { elb.create_rule({.listener_arn = "x", .priority = 1}); }), not_valid + "listener ARN");
  EXPECT_EQ(refusal([&] { elb.describe_rules({.listener_arn = sqs}); }),
            "ValidationError: '" + sqs + "' is not a valid listener ARN");
  for (const char* place : {"ap-northeast-2:210987654321", "us-east-1:123456789012"}) {
    const std::string foreign =
        std::string("arn:aws:elasticloadbalancing:") + place + ":loadbalancer/app/web/aaaaaaaaaaaaaaaa";
    EXPECT_EQ(refusal([&] { elb.describe_load_balancers({.load_balancer_arns = {{foreign}}}); }),
              "ValidationError: '" + foreign + "' is not a valid load balancer ARN");
  }
}

TEST_F(Balancing, WhatIsNamedTwiceIsDescribedOnce) {
  EXPECT_EQ(client().describe_load_balancers({.names = {{"web", "web"}}}).load_balancers->size(), 1u);
  EXPECT_EQ(client().describe_target_groups({.target_group_arns = {{group, group}}}).target_groups->size(), 1u);
  EXPECT_THROW(client().describe_load_balancers({.names = {{"web", "none"}}}), LoadBalancerNotFoundException);
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
    EXPECT_EQ(modify((key + ".enabled").c_str(), "true"), key == "health_check_logs.s3" ? "NotImplemented" : "");
    EXPECT_EQ(modify((key + ".enabled").c_str(), "maybe"), "ValidationError");
    EXPECT_EQ(modify((key + ".bucket").c_str(), "logs"), "");
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

/// A host whose balancers find the target healthy whenever they are asked.
class BalancingOfAHealthyTarget : public Balancing {
 protected:
  BalancingOfAHealthyTarget() : Balancing(&host) {
    host.targets = {{.target_group_id = std::string(last_part(group)),
                     .ip = "10.1.0.9",
                     .port = 8080,
                     .state = host::HealthState::kHealthy}};
  }
  std::string state() {
    DescribeTargetHealthInput in;
    in.target_group_arn = group;
    in.targets.emplace().push_back({.id = "10.1.0.9"});
    return client().describe_target_health(in).target_health_descriptions->front().target_health->state.value_or("");
  }
  bool becomes(std::string_view wanted) {
    for (int i = 0; i < 300 && state() != wanted; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return state() == wanted;
  }
  void register_target() { client().register_targets({.target_group_arn = group, .targets = {{.id = "10.1.0.9"}}}); }

  host::FakeHost host;
};

TEST_F(BalancingOfAHealthyTarget, OneThatIsRegisteredAgainIsInitialUntilItIsSeenHealthyAnew) {
  make_listener();
  register_target();
  EXPECT_TRUE(becomes("healthy"));
  client().deregister_targets({.target_group_arn = group, .targets = {{.id = "10.1.0.9"}}});
  region.run_until_idle();
  EXPECT_EQ(state(), "unused");
  register_target();
  EXPECT_EQ(state(), "initial");
  EXPECT_TRUE(becomes("healthy"));
}

TEST_F(BalancingOfAHealthyTarget, OneThatIsThereStaysAsItIsWhenItIsRegisteredOnceMore) {
  make_listener();
  register_target();
  EXPECT_TRUE(becomes("healthy"));
  register_target();
  EXPECT_EQ(state(), "healthy");
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
