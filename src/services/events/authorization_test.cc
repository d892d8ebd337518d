// What EventBridge's calls tell policies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/events/client.h"
#include "region/testing.h"
#include "services/events/events.h"
#include "wire/testing.h"

namespace hanbat::events {
namespace {

constexpr const char* kRule = "arn:aws:events:ap-northeast-2:123456789012:rule/push";
constexpr const char* kBus = "arn:aws:events:ap-northeast-2:123456789012:event-bus/orders";
constexpr const char* kPassedRole = "arn:aws:iam::123456789012:role/wsi-events";
constexpr const char* kTaggedPipeline = "arn:aws:codepipeline:ap-northeast-2:123456789012:web";

TEST(EventsAuthorization, RulesAndBusesAreToldOfByTheirTagsAndWhatTheyAreFor) {
  region::TestRegion test;
  test.add<Events>();
  test.start();
  const Client events(test.home, test.user, test.region);
  PutRuleInput in;
  in.name = "push";
  in.event_pattern = R"({"source":["aws.codecommit"],"detail-type":["CodeCommit Repository State Change"],
      "detail":{"userIdentity":{"principalId":["AROAX:s",{"prefix":"AIDA"}]}}})";
  in.tags = {{{.key = "team", .value = "a"}}};
  events.put_rule(in);
  PutTargetsInput targets;
  targets.rule = "push";
  targets.targets = {{.arn = kTaggedPipeline, .id = "1", .role_arn = kPassedRole}};
  events.put_targets(targets);
  events.disable_rule({.name = "push"});
  events.tag_resource({.resource_arn = kRule, .tags = {{.key = "stage", .value = "test"}}});
  events.untag_resource({.resource_arn = kRule, .tag_keys = {"stage"}});
  events.create_event_bus({.name = "orders", .tags = {{{.key = "team", .value = "b"}}}});
  events.describe_event_bus({.name = "orders"});
  events.update_event_bus({.description = "of orders", .name = "orders"});
  events.list_rules({});

  const region::ExpectedKey expected[] = {
      {"events:PutRule", kRule, "aws:RequestTag/team", "a"},
      {"events:PutRule", kRule, "events:source", "aws.codecommit"},
      {"events:PutRule", kRule, "events:detail-type", "CodeCommit Repository State Change"},
      {"events:PutRule", kRule, "events:detail.userIdentity.principalId", "AROAX:s"},
      {"events:PutRule", kRule, "events:detail.service", "no key"},
      {"events:PutRule", kRule, "events:creatorAccount", "no key"},
      {"events:PutTargets", kRule, "events:TargetArn", kTaggedPipeline},
      {"events:PutTargets", kRule, "events:creatorAccount", "123456789012"},
      {"iam:PassRole", kPassedRole, "iam:PassedToService", "events.amazonaws.com"},
      {"iam:PassRole", kPassedRole, "iam:AssociatedResourceArn", kRule},
      {"events:DisableRule", kRule, "aws:ResourceTag/team", "a"},
      {"events:TagResource", kRule, "aws:RequestTag/stage", "test"},
      {"events:UntagResource", kRule, "aws:TagKeys", "stage"},
      {"events:CreateEventBus", kBus, "aws:RequestTag/team", "b"},
      {"events:TagResource", kBus, "aws:RequestTag/team", "b"},
      {"events:DescribeEventBus", kBus, "aws:ResourceTag/team", "b"},
      {"events:UpdateEventBus", kBus, "aws:ResourceTag/team", "b"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(test.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
        << one.action << " " << one.key;
}

TEST(EventsAuthorization, AnArnOfSomethingElseIsRefusedBeforeItIsAskedAbout) {
  region::TestRegion test;
  test.add<Events>();
  test.start();
  const Client events(test.home, test.user, test.region);
  EXPECT_EQ(wire::code_of([&] { events.list_tags_for_resource({.resource_arn = kTaggedPipeline}); }),
            "ValidationException");
  PutRuleInput in;
  in.name = "push";
  in.schedule_expression = "rate(1 minute)";
  in.role_arn = "arn:aws:s3:::bucket";
  EXPECT_EQ(wire::code_of([&] { events.put_rule(in); }), "ValidationException");
  EXPECT_EQ(test.authorizer.condition_key_of("iam:PassRole", "*", ""), "not asked");
}

}  // namespace
}  // namespace hanbat::events
