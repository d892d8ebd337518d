// What the simulator answers, and that organizations bind what really happens and what is simulated alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/iam/client.h"
#include "os/files.h"
#include "region/testing.h"
#include "services/iam/iam.h"
#include "wire/testing.h"

namespace hanbat::iam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kUserArn = "arn:aws:iam::123456789012:user/u";
constexpr const char* kGetObject =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}]})";
constexpr const char* kEverything =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
constexpr const char* kNoIam =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]})";

/// An organization in which every account has the same policies; none while it has no levels.
class OneOrganization final : public region::Memberships {
 public:
  std::optional<region::Membership> find_membership(store::Tx&, std::string_view) const override {
    if (levels.empty()) return std::nullopt;
    return region::Membership{.organization_id = "o-1", .path = "o-1/r-1/", .service_control = levels};
  }
  std::vector<std::vector<region::AttachedPolicy>> levels;
};

using wire::refusal_of;

class SimulationTest : public ::testing::Test {
 protected:
  SimulationTest() {
    test.add<Iam>(*access);
    test.start();
    const Json file = Json::parse(read_file(test.folder + "/admin-credentials.json"));
    admin = test.db->read(
        [&](store::Tx& tx) { return test.home.identity().find_credential(tx, file.text("AccessKeyId"))->caller; });
    client().create_user({.user_name = "u"});
    client().put_user_policy({.policy_document = kGetObject, .policy_name = "p", .user_name = "u"});
  }
  Client client() { return Client(test.home, admin, test.region); }
  EvaluationResult principal(SimulatePrincipalPolicyInput in) {
    in.policy_source_arn = kUserArn;
    if (in.action_names.empty()) in.action_names = {"s3:GetObject"};
    return client().simulate_principal_policy(in).evaluation_results->at(0);
  }
  EvaluationResult custom(SimulateCustomPolicyInput in) {
    if (in.policy_input_list.empty()) in.policy_input_list = {kGetObject};
    if (in.action_names.empty()) in.action_names = {"s3:GetObject"};
    return client().simulate_custom_policy(in).evaluation_results->at(0);
  }

  OneOrganization organization;
  Access* access = nullptr;
  region::TestRegion test{[this](region::TestRegion& made, region::Parts& parts) {
    access = &made.keep<Access>(made.clock, made.vault, organization, made.region);
    parts.identity = &access->identity;
    parts.authorizer = &access->authorizer;
    parts.memberships = &organization;
  }};
  region::Caller admin;
};

TEST_F(SimulationTest, AnActionIsToldOnceWithAResultForEachResource) {
  const auto result = principal({.resource_arns = {{"arn:aws:s3:::b/k", "arn:aws:s3:::c/k"}}});
  EXPECT_EQ(result.eval_decision, "implicitDeny");
  EXPECT_EQ(result.eval_resource_name, "*");
  ASSERT_EQ(result.resource_specific_results->size(), 2u);
  const ResourceSpecificResult& first = result.resource_specific_results->at(0);
  EXPECT_EQ(first.eval_resource_name, "arn:aws:s3:::b/k");
  EXPECT_EQ(first.eval_resource_decision, "allowed");
  const Statement& matched = first.matched_statements->at(0);
  EXPECT_EQ(matched.source_policy_id, "user_u_p");
  EXPECT_EQ(matched.source_policy_type, "IAM Policy");
  EXPECT_EQ(matched.start_position->line, 1);
  EXPECT_EQ(matched.start_position->column, 38);
  EXPECT_EQ(result.resource_specific_results->at(1).eval_resource_decision, "implicitDeny");
  EXPECT_THAT(*result.resource_specific_results->at(1).matched_statements, IsEmpty());
  EXPECT_FALSE(result.organizations_decision_detail);
}

TEST_F(SimulationTest, MissingKeysAreToldBesideTheResourceThatNeedsThem) {
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/a":"1"}}}})";
  const auto of_all = custom({.policy_input_list = {policy}});
  EXPECT_THAT(*of_all.missing_context_values, ElementsAre("aws:RequestTag/a"));
  EXPECT_FALSE(of_all.resource_specific_results);
  const auto of_one = custom({.policy_input_list = {policy}, .resource_arns = {{"arn:aws:s3:::b"}}});
  EXPECT_THAT(*of_one.missing_context_values, IsEmpty());
  EXPECT_THAT(*of_one.resource_specific_results->at(0).missing_context_values, ElementsAre("aws:RequestTag/a"));
  const auto given = custom({.context_entries = {{{.context_key_name = "aws:RequestTag/a",
                                                   .context_key_type = "string",
                                                   .context_key_values = {{"1"}}}}},
                             .policy_input_list = {policy}});
  EXPECT_EQ(given.eval_decision, "allowed");
}

TEST_F(SimulationTest, ABoundaryThatIsGivenTakesThePlaceOfTheUsersOwn) {
  EXPECT_FALSE(principal({}).permissions_boundary_decision_detail);
  client().put_user_permissions_boundary(
      {.permissions_boundary = "arn:aws:iam::aws:policy/AmazonS3FullAccess", .user_name = "u"});
  const SimulatePrincipalPolicyInput one{.resource_arns = {{"arn:aws:s3:::b/k"}}};
  EXPECT_TRUE(*principal(one).permissions_boundary_decision_detail->allowed_by_permissions_boundary);
  SimulatePrincipalPolicyInput other = one;
  other.permissions_boundary_policy_input_list = {{kNoIam}};
  const auto bounded = principal(other);
  EXPECT_EQ(bounded.eval_decision, "implicitDeny");
  EXPECT_FALSE(*bounded.permissions_boundary_decision_detail->allowed_by_permissions_boundary);
}

TEST_F(SimulationTest, AResourcePolicyNeedsSomebodyToName) {
  SimulateCustomPolicyInput in{
      .policy_input_list = {kNoIam},
      .resource_arns = {{"arn:aws:s3:::c/k"}},
      .resource_policy =
          R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/u"},"Action":"s3:*","Resource":"*"}})"};
  EXPECT_THAT(refusal_of([&] { custom(in); }), HasSubstr("InvalidInput"));
  in.caller_arn = kUserArn;
  EXPECT_EQ(custom(in).eval_decision, "allowed");
  EXPECT_EQ(custom(in).matched_statements->at(0).source_policy_type, "Resource Policy");
  // What another account owns needs the caller's own allow too.
  in.resource_owner = "arn:aws:iam::999999999999:root";
  EXPECT_EQ(custom(in).eval_decision, "implicitDeny");
  in.caller_arn = "arn:aws:sts::123456789012:assumed-role/r/s";
  EXPECT_THAT(refusal_of([&] { custom(in); }), HasSubstr("CallerArn"));
}

TEST_F(SimulationTest, LevelsOfServiceControlPoliciesAreAllAsked) {
  SimulateCustomPolicyInput in{.resource_arns = {{"arn:aws:s3:::b/k"}}};
  in.ordered_organization_policy_input_list = {{{.service_control_policy_input_list = {{kEverything}}},
                                                {.service_control_policy_input_list = {{kEverything, kNoIam}}}}};
  EXPECT_EQ(custom(in).eval_decision, "allowed");
  EXPECT_TRUE(*custom(in).organizations_decision_detail->allowed_by_organizations);
  in.ordered_organization_policy_input_list->at(1).service_control_policy_input_list = {{kNoIam}};
  EXPECT_EQ(custom(in).eval_decision, "implicitDeny");
  EXPECT_FALSE(*custom(in).organizations_decision_detail->allowed_by_organizations);
}

TEST_F(SimulationTest, AnOrganizationBindsTheUserAndTheSimulationAlike) {
  organization.levels = {{{"p-all", kEverything}}, {{"p-all", kEverything}, {"p-no-iam", kNoIam}}};
  EXPECT_THAT(refusal_of([&] { client().list_users({}); }),
              HasSubstr("iam:ListUsers on resource: arn:aws:iam::123456789012:user/ with an explicit deny in a service "
                        "control policy"));
  organization.levels = {{{"p-all", kEverything}}, {}};
  EXPECT_THAT(refusal_of([&] { client().list_users({}); }),
              HasSubstr("because no service control policy allows the iam:ListUsers action"));
  organization.levels = {{{"p-all", kEverything}},
                         {{"p-iam", R"({"Statement":{"Effect":"Allow","Action":"iam:*","Resource":"*"}})"}}};
  EXPECT_EQ(refusal_of([&] { client().list_users({}); }), "");
  const auto result = principal({.resource_arns = {{"arn:aws:s3:::b/k"}}});
  EXPECT_EQ(result.eval_decision, "implicitDeny");
  EXPECT_FALSE(*result.organizations_decision_detail->allowed_by_organizations);
}

}  // namespace
}  // namespace hanbat::iam
