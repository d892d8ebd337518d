// Organizations beside the real iam: a member account is made, entered by its role, and bounded by policies.
#include "services/organizations/organizations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/iam/client.h"
#include "gen/organizations/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/organizations/memberships.h"
#include "wire/testing.h"

namespace hanbat::organizations {
namespace {

using ::testing::ElementsAre;

constexpr const char* kDenyEc2 =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ec2:*","Resource":"*"}]})";

using wire::code_of;

class OrganizationsTest : public ::testing::Test {
 protected:
  OrganizationsTest() : service(test.add<Organizations>()) {
    test.start();
    client().create_organization({});
    root = *client().list_roots({}).roots->at(0).id;
  }

  Client client() { return Client(test.home, test.user, test.region); }
  void enable() { client().enable_policy_type({.policy_type = "SERVICE_CONTROL_POLICY", .root_id = root}); }
  std::string policy(const std::string& name, const std::string& content = kDenyEc2) {
    return *client()
                .create_policy({.content = content, .description = "", .name = name, .type = "SERVICE_CONTROL_POLICY"})
                .policy->policy_summary->id;
  }
  std::string unit(const std::string& parent, const std::string& name) {
    return *client().create_organizational_unit({.name = name, .parent_id = parent}).organizational_unit->id;
  }
  /// A member without the role that CreateAccount makes: the row alone.
  void put_member(const std::string& account) {
    test.db->write([&](store::Tx& tx) {
      const auto organization = rows::find_of(tx, test.user.account);
      rows::insert(tx, Node{account, organization->id, root, NodeKind::kAccount, "m"});
      if (organization->service_control)
        rows::attach(tx, full_aws_access(organization->id).id, *rows::find_node(tx, account));
    });
  }
  std::vector<std::vector<std::string>> bounds(const std::string& account) {
    std::vector<std::vector<std::string>> out;
    const auto membership = test.db->read([&](store::Tx& tx) { return test.home.find_membership(tx, account); });
    for (const auto& level : membership->service_control) {
      out.emplace_back();
      for (const auto& attached : level) out.back().push_back(attached.id.substr(attached.id.rfind('/') + 1));
    }
    return out;
  }

  StoredMemberships memberships;
  region::TestRegion test{[this](region::TestRegion&, region::Parts& parts) { parts.memberships = &memberships; }};
  Organizations& service;
  std::string root;
};

TEST_F(OrganizationsTest, TheAccountThatMakesTheOrganizationManagesIt) {
  const Organization organization = *client().describe_organization({}).organization;
  EXPECT_EQ(organization.master_account_id, test.user.account);
  EXPECT_EQ(organization.feature_set, "ALL");
  EXPECT_EQ(code_of([&] { client().create_organization({}); }), "AlreadyInOrganizationException");
  put_member("222222222222");
  region::Caller member = test.user;
  member.account = "222222222222";
  EXPECT_EQ(*Client(test.home, member, test.region).describe_organization({}).organization->id, *organization.id);
  EXPECT_EQ(code_of([&] { Client(test.home, member, test.region).list_roots({}); }), "AccessDeniedException");
  member.account = "333333333333";
  EXPECT_EQ(code_of([&] { Client(test.home, member, test.region).list_roots({}); }),
            "AWSOrganizationsNotInUseException");
}

TEST_F(OrganizationsTest, NoServiceHasAccessAndTheManagementAccountMayAsk) {
  EXPECT_TRUE(client().list_aws_service_access_for_organization({}).enabled_service_principals->empty());
  put_member("222222222222");
  region::Caller other = test.user;
  const auto refusal = [&](const char* account) {
    other.account = account;
    return code_of([&] { Client(test.home, other, test.region).list_aws_service_access_for_organization({}); });
  };
  EXPECT_EQ(refusal("222222222222"), "AccessDeniedException");
  EXPECT_EQ(refusal("333333333333"), "AWSOrganizationsNotInUseException");
}

TEST_F(OrganizationsTest, AnAccountIsMadeWithTheRoleByWhichTheManagementAccountEntersIt) {
  std::vector<std::string> done;
  auto& iam = test.add<region::FakeService>("iam");
  iam.on<iam::CreateRoleInput, iam::CreateRoleOutput>("CreateRole", [&](region::Request& rq, const auto& in) {
    EXPECT_EQ(rq.caller.name, "organizations.amazonaws.com");
    done.push_back(rq.account + " " + in.role_name);
    EXPECT_THAT(in.assume_role_policy_document, testing::HasSubstr("arn:aws:iam::123456789012:root"));
    return iam::CreateRoleOutput{};
  });
  iam.on<iam::PutRolePolicyInput, iam::PutRolePolicyOutput>("PutRolePolicy", [&](region::Request& rq, const auto& in) {
    done.push_back(rq.account + " " + in.policy_name);
    return iam::PutRolePolicyOutput{};
  });
  enable();

  const auto asked =
      *client().create_account({.account_name = "dev", .email = "dev@example.com"}).create_account_status;
  EXPECT_EQ(asked.state, "IN_PROGRESS");
  EXPECT_FALSE(asked.account_id);
  test.run_until_idle();

  const auto status =
      *client().describe_create_account_status({.create_account_request_id = *asked.id}).create_account_status;
  EXPECT_EQ(status.state, "SUCCEEDED");
  EXPECT_THAT(done, ElementsAre(*status.account_id + " OrganizationAccountAccessRole",
                                *status.account_id + " AdministratorAccess"));
  EXPECT_EQ(client().describe_account({.account_id = *status.account_id}).account->email, "dev@example.com");
  EXPECT_THAT(bounds(*status.account_id), ElementsAre(ElementsAre("p-FullAWSAccess"), ElementsAre("p-FullAWSAccess")));
  const auto again = *client().create_account({.account_name = "x", .email = "dev@example.com"}).create_account_status;
  EXPECT_EQ(again.failure_reason, "EMAIL_ALREADY_EXISTS");
}

TEST_F(OrganizationsTest, PoliciesBindMembersLevelByLevelOnceTheirTypeIsEnabled) {
  put_member("222222222222");
  EXPECT_TRUE(bounds("222222222222").empty());
  enable();
  const std::string team = unit(root, "team");
  client().move_account({.account_id = "222222222222", .destination_parent_id = team, .source_parent_id = root});
  const std::string deny = policy("no-ec2");
  client().attach_policy({.policy_id = deny, .target_id = team});

  const std::string all = "p-FullAWSAccess";
  EXPECT_THAT(bounds("222222222222"),
              ElementsAre(ElementsAre(all), testing::UnorderedElementsAre(all, deny), ElementsAre(all)));
  // The management account is never bound.
  EXPECT_TRUE(bounds(test.user.account).empty());
  const auto membership = test.db->read([&](store::Tx& tx) { return test.home.find_membership(tx, "222222222222"); });
  EXPECT_EQ(membership->path, membership->organization_id + "/" + root + "/" + team + "/");

  client().disable_policy_type({.policy_type = "SERVICE_CONTROL_POLICY", .root_id = root});
  EXPECT_TRUE(bounds("222222222222").empty());
}

TEST_F(OrganizationsTest, EveryLevelKeepsAtLeastOnePolicyAndAtMostFive) {
  const std::string first = policy("p1");
  EXPECT_EQ(code_of([&] { client().attach_policy({.policy_id = first, .target_id = root}); }),
            "PolicyTypeNotEnabledException");
  enable();
  client().attach_policy({.policy_id = first, .target_id = root});
  EXPECT_EQ(code_of([&] { client().attach_policy({.policy_id = first, .target_id = root}); }),
            "DuplicatePolicyAttachmentException");
  client().detach_policy({.policy_id = "p-FullAWSAccess", .target_id = root});
  EXPECT_EQ(code_of([&] { client().detach_policy({.policy_id = first, .target_id = root}); }),
            "ConstraintViolationException");
  for (int i = 2; i <= 5; ++i)
    client().attach_policy({.policy_id = policy("p" + std::to_string(i)), .target_id = root});
  EXPECT_EQ(code_of([&] { client().attach_policy({.policy_id = policy("p6"), .target_id = root}); }),
            "ConstraintViolationException");
  EXPECT_EQ(client().list_policies_for_target({.filter = "SERVICE_CONTROL_POLICY", .target_id = root}).policies->size(),
            5u);
  EXPECT_EQ(*client().list_targets_for_policy({.policy_id = first}).targets->at(0).type, "ROOT");
}

TEST_F(OrganizationsTest, APolicyIsCheckedAndItsNameIsOne) {
  policy("p");
  EXPECT_EQ(code_of([&] { policy("p"); }), "DuplicatePolicyException");
  EXPECT_EQ(code_of([&] { policy("q", "{"); }), "MalformedPolicyDocumentException");
  EXPECT_EQ(code_of([&] { policy("q", std::string(5121, ' ')); }), "ConstraintViolationException");
  EXPECT_EQ(code_of([&] { client().delete_policy({.policy_id = "p-FullAWSAccess"}); }), "InvalidInputException");
  EXPECT_EQ(
      code_of([&] { client().create_policy({.content = "{}", .description = "", .name = "t", .type = "TAG_POLICY"}); }),
      "NotImplemented");
}

TEST_F(OrganizationsTest, PoliciesAreToldOfTagsAndOfTheTypeOfPolicy) {
  enable();
  const std::string none = policy("none");
  const std::string of = "arn:aws:organizations::*:policy/*";
  const std::optional<std::vector<Tag>> team{{{.key = "team", .value = "a"}}};
  client().create_organizational_unit({.name = "dev", .parent_id = root, .tags = team});
  client().tag_resource({.resource_id = none, .tags = *team});
  client().attach_policy({.policy_id = none, .target_id = root});
  client().list_policies({.filter = "SERVICE_CONTROL_POLICY"});
  client().untag_resource({.resource_id = none, .tag_keys = {"team"}});
  const region::ExpectedKey expected[] = {
      {"organizations:CreateOrganizationalUnit", "arn:aws:organizations::*:root/*", "aws:RequestTag/team", "a"},
      {"organizations:TagResource", "*", "aws:TagKeys", "team"},
      {"organizations:TagResource", of, "aws:RequestTag/team", "a"},
      {"organizations:AttachPolicy", of, "organizations:PolicyType", "SERVICE_CONTROL_POLICY"},
      {"organizations:AttachPolicy", of, "aws:ResourceTag/team", "a"},
      {"organizations:AttachPolicy", "arn:aws:organizations::*:root/*", "organizations:PolicyType",
       "SERVICE_CONTROL_POLICY"},
      {"organizations:ListPolicies", "*", "organizations:PolicyType", "SERVICE_CONTROL_POLICY"},
      {"organizations:UntagResource", of, "aws:TagKeys", "team"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(test.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
        << one.action << " " << one.key;
}

TEST_F(OrganizationsTest, AUnitIsToldWithThePathToIt) {
  const std::string top = unit(root, "top"), below = unit(top, "below");
  const std::string path = *client().describe_organization({}).organization->id + "/" + root + "/" + top + "/";
  EXPECT_EQ(client().describe_organizational_unit({.organizational_unit_id = top}).organizational_unit->path, path);
  EXPECT_EQ(client().list_organizational_units_for_parent({.parent_id = top}).organizational_units->at(0).path,
            path + below + "/");
  EXPECT_EQ(
      client().update_organizational_unit({.name = "deep", .organizational_unit_id = below}).organizational_unit->path,
      path + below + "/");
}

TEST_F(OrganizationsTest, AUnitThatHoldsAnythingStays) {
  const std::string outer = unit(root, "outer");
  const std::string inner = unit(outer, "inner");
  EXPECT_EQ(code_of([&] { unit(root, "outer"); }), "DuplicateOrganizationalUnitException");
  EXPECT_EQ(code_of([&] { client().delete_organizational_unit({.organizational_unit_id = outer}); }),
            "OrganizationalUnitNotEmptyException");
  EXPECT_EQ(*client().list_parents({.child_id = inner}).parents->at(0).id, outer);
  client().delete_organizational_unit({.organizational_unit_id = inner});
  client().delete_organizational_unit({.organizational_unit_id = outer});
  client().delete_organization({});
  EXPECT_EQ(code_of([&] { client().describe_organization({}); }), "AWSOrganizationsNotInUseException");
}

TEST_F(OrganizationsTest, AListComesInPages) {
  for (int i = 0; i < 3; ++i) policy("p" + std::to_string(i));
  const auto first = client().list_policies({.filter = "SERVICE_CONTROL_POLICY", .max_results = 3});
  EXPECT_EQ(first.policies->size(), 3u);
  const auto rest = client().list_policies({.filter = "SERVICE_CONTROL_POLICY", .next_token = first.next_token});
  EXPECT_EQ(rest.policies->size(), 1u);
  EXPECT_FALSE(rest.next_token);
}

}  // namespace
}  // namespace hanbat::organizations
