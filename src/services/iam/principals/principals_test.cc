// Policies that name users and roles, while those are renamed, deleted and made again.
#include "services/iam/principals/principals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/iam/client.h"
#include "os/files.h"
#include "region/testing.h"
#include "services/iam/iam.h"
#include "wire/testing.h"

namespace hanbat::iam {
namespace {

using ::testing::HasSubstr;
using wire::message_of;

class PrincipalsTest : public ::testing::Test {
 protected:
  PrincipalsTest() : iam(test.add<Iam>(*access)) {
    test.start();
    admin = caller_of(Json::parse(read_file(test.folder + "/admin-credentials.json")).text("AccessKeyId"));
  }

  region::Caller caller_of(const std::string& access_key_id) {
    return test.db->read(
        [&](store::Tx& tx) { return test.home.identity().find_credential(tx, access_key_id)->caller; });
  }
  Client client() { return Client(test.home, admin, test.region); }
  /// A user without policies, as one who calls.
  region::Caller user(const std::string& name) {
    client().create_user({.user_name = name});
    return caller_of(client().create_access_key({.user_name = name}).access_key.access_key_id);
  }

  Access* access = nullptr;
  region::TestRegion test{[this](region::TestRegion& made, region::Parts& parts) {
    access = &made.keep<Access>(made.clock, made.vault, made.memberships, made.region);
    parts.identity = &access->identity;
    parts.authorizer = &access->authorizer;
  }};
  Iam& iam;
  region::Caller admin;
};

TEST_F(PrincipalsTest, AResourcesPolicyIsKeptByIdsAndShownByTheArnsOfNow) {
  const std::string u = "arn:aws:iam::123456789012:user/u";
  const std::string id = client().create_user({.user_name = "u"}).user->user_id;
  const auto bind = [&](const std::string& text) {
    return test.db->read([&](store::Tx& tx) { return test.home.identity().bind_principals(tx, text); });
  };
  const auto show = [&](const std::string& text) {
    return test.db->read([&](store::Tx& tx) { return test.home.identity().show_principals(tx, text); });
  };
  // A condition means the ARN as text, whoever has it.
  const std::string policy = R"({"Statement":[{"Effect":"Deny","NotPrincipal":{"AWS":[")" + u +
                             R"(","111111111111"]},"Action":"s3:*","Condition":{"ArnEquals":{"aws:PrincipalArn":")" +
                             u + R"("}}}]})";
  const std::string kept = bind(policy);
  EXPECT_THAT(kept, HasSubstr(R"("AWS":[")" + id + R"(","111111111111"])"));
  EXPECT_THAT(kept, HasSubstr(R"("aws:PrincipalArn":")" + u));
  EXPECT_EQ(show(kept), policy);
  client().update_user({.new_user_name = "v", .user_name = "u"});
  EXPECT_THAT(show(kept), HasSubstr(R"("AWS":["arn:aws:iam::123456789012:user/v",)"));
  client().delete_user({.user_name = "v"});
  client().create_user({.user_name = "u"});
  EXPECT_EQ(show(kept), kept);
  EXPECT_EQ(bind("{ \"Statement\": [] }"), "{ \"Statement\": [] }");
}

TEST_F(PrincipalsTest, APolicyOfBeforeItsPrincipalDiedLetsInNobodyOfTheSameName) {
  const std::string document =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/u"},"Action":"*","Resource":"*"}})";
  const auto attempt = [&](const region::Caller& caller, const std::string& kept) {
    return message_of([&] {
      test.db->read([&](store::Tx& tx) {
        Request rq(test.home, iam, *iam.find_operation("GetUser")->model, tx, caller, test.region, "1");
        region::AccessQuestion question{.action = "iam:GetUser", .resource = "arn:aws:iam::123456789012:user/u"};
        question.resource_policies.emplace_back(kept);
        rq.authorize(std::move(question));
      });
    });
  };
  const region::Caller first = user("u");
  const std::string kept =
      test.db->read([&](store::Tx& tx) { return test.home.identity().bind_principals(tx, document); });
  EXPECT_EQ(attempt(first, kept), "");
  client().delete_access_key({.access_key_id = first.access_key_id, .user_name = "u"});
  client().delete_user({.user_name = "u"});
  EXPECT_THAT(attempt(user("u"), kept), HasSubstr("is not authorized to perform: iam:GetUser"));
}

TEST_F(PrincipalsTest, ATrustPolicyWithItsIdsBesideItMeansThose) {
  const std::string id = client().create_user({.user_name = "u"}).user->user_id;
  Entity role;
  role.body = Json::object(
      {{"trust", R"({"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/u"}}]})"},
       {"trust_ids", Json::object({{"arn:aws:iam::123456789012:user/u", id}})}});
  const auto shown = [&] { return test.db->read([&](store::Tx& tx) { return current_trust(tx, role); }); };
  EXPECT_EQ(shown(), role.body.text("trust"));
  client().delete_user({.user_name = "u"});
  client().create_user({.user_name = "u"});
  EXPECT_THAT(shown(), HasSubstr(R"("AWS":")" + id + "\""));
}

}  // namespace
}  // namespace hanbat::iam
