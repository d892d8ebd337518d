// STS with an identity that knows one role.
#include "services/sts/sts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/sts/client.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat::sts {
namespace {

/// Knows one role, which trusts whom the test says.
class OneRole final : public region::Identity {
 public:
  std::optional<region::Credential> find_credential(store::Tx&, std::string_view) override { return std::nullopt; }
  std::optional<region::Caller> find_git_caller(store::Tx&, std::string_view, std::string_view) override {
    return std::nullopt;
  }
  region::Caller assume_role(store::Tx&, std::string_view, std::string_view, std::string_view,
                             std::string_view) override {
    return {};
  }
  std::optional<region::RoleFacts> find_role(store::Tx&, std::string_view arn) override {
    if (arn != "arn:aws:iam::123456789012:role/r") return std::nullopt;
    return region::RoleFacts{
        .arn = std::string(arn), .id = "AROA1", .name = "r", .account = "123456789012", .tags = {{"team", "a"}}};
  }
  region::Caller open_session(const region::RoleFacts& role, std::string_view name,
                              const region::SessionOptions& options) override {
    region::Caller caller;
    caller.kind = region::Caller::Kind::kAssumedRole;
    caller.account = role.account;
    caller.arn = "arn:aws:sts::123456789012:assumed-role/r/" + std::string(name);
    caller.user_id = role.id + ":" + std::string(name);
    caller.session_policies = options.policies;
    caller.session_tags = options.tags;
    return caller;
  }
  Json find_managed_policy(store::Tx&, std::string_view) override { return {}; }
  std::optional<std::string> find_key_account(store::Tx&, std::string_view) override { return "123456789012"; }
  region::TemporaryCredentials issue_keys(store::Tx&, const region::Caller& session, Seconds lifetime) override {
    last = session;
    return {"ASIA1", "secret", "token", Timestamp{} + lifetime, session};
  }
  region::Caller service_caller(std::string_view, std::string_view) override { return {}; }

  region::Caller last;
};

class StsTest : public ::testing::Test {
 protected:
  StsTest() {
    test.add<Sts>();
    test.start();
  }
  Client client() { return Client(test.home, test.user, test.region); }

  OneRole identity;
  region::TestRegion test{[this](region::TestRegion&, region::Parts& parts) { parts.identity = &identity; }};
};

const AssumeRoleInput kAsk{.role_arn = "arn:aws:iam::123456789012:role/r", .role_session_name = "session"};

using wire::message_of;

TEST_F(StsTest, EverybodyMayAskWhoTheyAre) {
  const auto who = client().get_caller_identity({});
  EXPECT_EQ(who.arn, test.user.arn);
  EXPECT_EQ(who.account, "123456789012");
  EXPECT_TRUE(test.authorizer.asked.empty());
}

TEST_F(StsTest, AssumeRoleAsksTheTrustPolicyAndGivesKeys) {
  const auto out = client().assume_role(kAsk);
  EXPECT_EQ(out.assumed_role_user->arn, "arn:aws:sts::123456789012:assumed-role/r/session");
  EXPECT_EQ(out.credentials->access_key_id, "ASIA1");
  ASSERT_EQ(test.authorizer.asked.size(), 1u);
  EXPECT_EQ(test.authorizer.asked[0].resource_policy_role, region::ResourcePolicyRole::kMustAllow);
}

TEST_F(StsTest, ARoleIsToldOfByItsTagsAndTheSessionByItsName) {
  client().assume_role(kAsk);
  EXPECT_EQ(test.authorizer.condition_key_of("sts:AssumeRole", kAsk.role_arn, "iam:ResourceTag/team"), "a");
  EXPECT_EQ(test.authorizer.condition_key_of("sts:AssumeRole", kAsk.role_arn, "sts:RoleSessionName"), "session");
}

TEST_F(StsTest, WhatIsNoRolesArnIsRefusedBeforeItIsAskedAbout) {
  for (const char* arn : {"arn:aws:s3:::a-bucket-of-ours", "arn:aws-cn:iam::123456789012:role/r",
                          "arn:aws:iam::123456789012:user/of-ours", "no role at all, this"}) {
    AssumeRoleInput ask = kAsk;
    ask.role_arn = arn;
    EXPECT_EQ(message_of([&] { client().assume_role(ask); }), std::string(arn) + " is invalid");
  }
  EXPECT_TRUE(test.authorizer.asked.empty());
}

TEST_F(StsTest, TaggingASessionIsAPermissionOfItsOwn) {
  AssumeRoleInput ask = kAsk;
  ask.tags = std::vector<Tag>{Tag{.key = "team", .value = "a"}};
  client().assume_role(ask);
  ASSERT_EQ(test.authorizer.asked.size(), 2u);
  EXPECT_EQ(test.authorizer.asked[1].action, "sts:TagSession");
}

TEST_F(StsTest, TransitiveTagsAreInheritedByTheSessionsOfAChain) {
  AssumeRoleInput ask = kAsk;
  ask.tags = {{Tag{.key = "team", .value = "red"}, Tag{.key = "stage", .value = "one"}}};
  ask.transitive_tag_keys = {{"Team"}};
  client().assume_role(ask);
  EXPECT_EQ(test.authorizer.condition_key_of("sts:TagSession", ask.role_arn, "sts:TransitiveTagKeys"), "team");

  const region::Caller first = identity.last;
  Client(test.home, first, test.region).assume_role(kAsk);
  EXPECT_EQ(identity.last.session_tags, (std::map<std::string, std::string>{{"team", "red"}}));
  EXPECT_EQ(test.authorizer.asked.back().action, "sts:TagSession") << "also for what is inherited";
  const region::Caller second = identity.last;
  ask = kAsk;
  ask.tags = {{Tag{.key = "stage", .value = "two"}}};
  Client(test.home, second, test.region).assume_role(ask);
  EXPECT_EQ(identity.last.session_tags, (std::map<std::string, std::string>{{"stage", "two"}, {"team", "red"}}));
}

TEST_F(StsTest, TagsThatAwsDoesNotTakeAreRefused) {
  const auto refusal = [&](std::vector<Tag> tags) {
    AssumeRoleInput ask = kAsk;
    ask.tags = tags;
    const std::string of_role = wire::refusal_of([&] { client().assume_role(ask); });
    const std::string of_user = wire::refusal_of([&] { client().get_federation_token({.name = "kim", .tags = tags}); });
    EXPECT_EQ(of_role, of_user);
    return of_role;
  };
  EXPECT_EQ(refusal({{.key = "team", .value = "a"}, {.key = "Team", .value = "b"}}),
            "InvalidParameterValue: Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  EXPECT_EQ(refusal({{.key = "aws:team", .value = "a"}}),
            "InvalidParameterValue: Tag keys that begin with \"aws:\" are reserved for system use.");
}

TEST_F(StsTest, ATransitiveTagIsOneOfTheCallsAndNoneThatIsInherited) {
  AssumeRoleInput ask = kAsk;
  ask.transitive_tag_keys = {{"team"}};
  EXPECT_EQ(wire::refusal_of([&] { client().assume_role(ask); }),
            "InvalidParameterValue: The specified transitive tag key must be included in the requested tags.");
  ask.tags = {{Tag{.key = "team", .value = "red"}}};
  client().assume_role(ask);
  ask.tags = {{Tag{.key = "TEAM", .value = "blue"}}};
  EXPECT_EQ(wire::refusal_of([&] { Client(test.home, identity.last, test.region).assume_role(ask); }),
            "InvalidParameterValue: One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session.");
}

TEST_F(StsTest, ASessionLastsNoLongerThanTheRoleSays) {
  AssumeRoleInput ask = kAsk;
  ask.duration_seconds = 7200;
  EXPECT_EQ(message_of([&] { client().assume_role(ask); }),
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

TEST_F(StsTest, ASessionPolicyBoundsTheSession) {
  AssumeRoleInput ask = kAsk;
  ask.policy = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]})";
  client().assume_role(ask);
  EXPECT_EQ(identity.last.session_policies.size(), 1u);
  ask.policy = "{";
  EXPECT_EQ(message_of([&] { client().assume_role(ask); }), "This policy contains invalid Json");
}

}  // namespace
}  // namespace hanbat::sts
