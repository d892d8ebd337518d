// What IAM tells of roles and of policies, and of what is not there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/iam/client.h"
#include "region/testing.h"
#include "services/iam/iam.h"
#include "wire/testing.h"

namespace hanbat::iam {
namespace {

using ::testing::ElementsAre;
using wire::code_of;
using wire::message_of;

constexpr const char* kTrustsEc2Alone =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},)"
    R"("Action":"sts:AssumeRole"}]})";

class ToldTest : public ::testing::Test {
 protected:
  ToldTest() {
    test.add<Iam>(*access);
    test.start();
  }
  Client client() { return Client(test.home, test.user, test.region); }

  Access* access = nullptr;
  region::TestRegion test{[this](region::TestRegion& made, region::Parts& parts) {
    access = &made.keep<Access>(made.clock, made.vault, made.memberships, made.region);
    parts.identity = &access->identity;
  }};
};

TEST_F(ToldTest, WhatMakesARoleTellsLessOfItThanWhatReadsIt) {
  const Role made = client()
                        .create_role({.assume_role_policy_document = kTrustsEc2Alone,
                                      .description = "builds",
                                      .max_session_duration = 7200,
                                      .role_name = "r"})
                        .role;
  EXPECT_FALSE(made.max_session_duration || made.description || made.role_last_used);
  const Role read = client().get_role({.role_name = "r"}).role;
  EXPECT_EQ(read.max_session_duration, 7200);
  EXPECT_EQ(read.description, "builds");
  const auto changed = client().update_role_description({.description = "deploys", .role_name = "r"}).role;
  EXPECT_EQ(changed->description, "deploys");
  EXPECT_FALSE(changed->max_session_duration || changed->role_last_used);
  const auto linked = client().create_service_linked_role({.aws_service_name = "rds.amazonaws.com"}).role;
  EXPECT_FALSE(linked->max_session_duration || linked->description);
}

TEST_F(ToldTest, APolicysEntitiesAreThoseThatItBoundsToo) {
  const std::string arn = "arn:aws:iam::aws:policy/PowerUserAccess";
  client().create_user({.permissions_boundary = arn, .user_name = "bound"});
  client().create_user({.user_name = "both"});
  client().attach_user_policy({.policy_arn = arn, .user_name = "both"});
  client().put_user_permissions_boundary({.permissions_boundary = arn, .user_name = "both"});
  const auto users = [&](const std::optional<std::string>& usage) {
    std::vector<std::string> names;
    const auto page = client().list_entities_for_policy({.policy_arn = arn, .policy_usage_filter = usage});
    for (const PolicyUser& user : *page.policy_users) names.push_back(*user.user_name);
    return names;
  };
  EXPECT_THAT(users(std::nullopt), ElementsAre("both", "bound"));
  EXPECT_THAT(users("PermissionsPolicy"), ElementsAre("both"));
  EXPECT_THAT(users("PermissionsBoundary"), ElementsAre("both", "bound"));
}

TEST_F(ToldTest, ABoundaryThatIsNotThereIsAScope) {
  const std::string arn = "arn:aws:iam::123456789012:policy/none";
  const std::string words = "Scope ARN: " + arn + " does not exist or is not attachable.";
  EXPECT_EQ(message_of([&] { client().create_user({.permissions_boundary = arn, .user_name = "kim"}); }), words);
  EXPECT_EQ(
      message_of([&] { client().put_user_permissions_boundary({.permissions_boundary = arn, .user_name = "admin"}); }),
      words);
  EXPECT_EQ(message_of([&] { client().attach_user_policy({.policy_arn = arn, .user_name = "admin"}); }),
            "Policy " + arn + " does not exist or is not attachable.");
}

TEST_F(ToldTest, WhatIsNoArnIsToldFromWhatIsNoPolicys) {
  client().create_user({.user_name = "admin-2"});
  for (const char* text : {"no ARN of any policy", "arn:aws:iam:nonsense:"}) {
    const std::string words = "Invalid ARN:  Could not be parsed!";
    EXPECT_EQ(message_of([&] { client().get_policy({.policy_arn = text}); }), words) << text;
    EXPECT_EQ(message_of([&] { client().detach_user_policy({.policy_arn = text, .user_name = "admin-2"}); }), words);
  }
  EXPECT_EQ(code_of([&] {
              client().detach_user_policy({.policy_arn = "arn:aws:s3:::bucket-of-some-length", .user_name = "admin-2"});
            }),
            "InvalidInput");
}

}  // namespace
}  // namespace hanbat::iam
