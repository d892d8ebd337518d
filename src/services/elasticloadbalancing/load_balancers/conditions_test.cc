// The conditions of rules: what AWS takes, and what the balancers are told of them.
#include <gtest/gtest.h>

#include "services/elasticloadbalancing/testing.h"
#include "wire/testing.h"

namespace hanbat::elasticloadbalancing {
namespace {

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

}  // namespace
}  // namespace hanbat::elasticloadbalancing
