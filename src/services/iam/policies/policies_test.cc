// AWS's own policies, and what is refused of new ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/iam/client.h"
#include "os/files.h"
#include "region/testing.h"
#include "services/iam/iam.h"
#include "services/iam/policies/managed_policies.h"
#include "wire/testing.h"

namespace hanbat::iam {
namespace {

using ::testing::HasSubstr;
using wire::code_of;

class PoliciesTest : public ::testing::Test {
 protected:
  Access* access = nullptr;
  region::TestRegion test{[this](region::TestRegion& made, region::Parts& parts) {
    access = &made.keep<Access>(made.clock, made.vault, made.memberships, made.region);
    parts.identity = &access->identity;
    parts.authorizer = &access->authorizer;
  }};
  Iam& iam = test.add<Iam>(*access);
  Client client = [this] {
    test.start();
    const Json file = Json::parse(read_file(test.folder + "/admin-credentials.json"));
    const auto admin = test.db->read(
        [&](store::Tx& tx) { return test.home.identity().find_credential(tx, file.text("AccessKeyId"))->caller; });
    return Client(test.home, admin, test.region);
  }();
};

TEST_F(PoliciesTest, EveryPolicyOfAwsCanBeRead) {
  const ManagedPolicies managed;
  EXPECT_GT(managed.all().size(), 1000u);
  for (const auto& [arn, policy] : managed.all()) {
    EXPECT_NO_THROW(EXPECT_FALSE(managed.parsed(policy)->statements.empty()) << arn) << arn;
    EXPECT_GT(policy.created.ms, 0) << arn;
  }
}

TEST_F(PoliciesTest, APolicyOfAServiceIsForItsOwnRoleAlone) {
  const auto role = client.create_service_linked_role({.aws_service_name = "batch.amazonaws.com"}).role;
  EXPECT_EQ(role->role_name, "AWSServiceRoleForBatch");
  const auto attached = client.list_attached_role_policies({.role_name = "AWSServiceRoleForBatch"}).attached_policies;
  ASSERT_EQ(attached->size(), 1u);
  EXPECT_EQ(*attached->front().policy_name, "BatchServiceRolePolicy");
  client.create_user({.user_name = "u"});
  EXPECT_EQ(
      code_of([&] { client.attach_user_policy({.policy_arn = *attached->front().policy_arn, .user_name = "u"}); }),
      "PolicyNotAttachable");
}

TEST_F(PoliciesTest, NewDocumentsAreHeldToMoreThanTheLanguage) {
  const auto message_of = [&](const std::string& document) -> std::string {
    try {
      client.create_policy({.policy_document = document, .policy_name = "p"});
    } catch (const wire::Error& error) {
      EXPECT_EQ(error.code(), "MalformedPolicyDocument");
      return error.message();
    }
    return "taken";
  };
  const auto about = [](const std::string& resource) {
    return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":")" + resource + "\"}}";
  };
  EXPECT_EQ(message_of(" " + about("*")), "JSON strings must not have leading spaces");
  EXPECT_EQ(message_of("\n" + about("*")), "JSON strings must not have leading spaces");
  EXPECT_EQ(message_of(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})"),
            "Policy document must be version 2012-10-17 or greater.");
  EXPECT_EQ(message_of(about("arn:aws:iam:us-east-1:123456789012:user/a")),
            "IAM resource arn:aws:iam:us-east-1:123456789012:user/a cannot contain region information.");
  EXPECT_THAT(message_of(about("arn:aws:iam::123456789012:usr/a")),
              HasSubstr("must either be \"*\" or start with user/,"));
  EXPECT_EQ(message_of(about("arn:aws:s3:us-east-1::b")),
            "Resource arn:aws:s3:us-east-1::b can not contain region information.");
  for (const char* fine : {"arn:aws:iam::123456789012:*", "arn:aws:iam::*:role/x", "arn:aws:iam::123456789012:root",
                           "arn:aws:s3:::b/*", "arn:aws:s3:*:123456789012:accesspoint/a"}) {
    EXPECT_EQ(message_of(about(fine)), "taken") << fine;
    client.delete_policy({.policy_arn = "arn:aws:iam::123456789012:policy/p"});
  }
}

}  // namespace
}  // namespace hanbat::iam
