// IAM through its own client, with its own identities and its own authorizer.
#include "services/iam/iam.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/encoding.h"
#include "gen/iam/client.h"
#include "os/files.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat::iam {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr const char* kTrustsEc2 =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]})";
constexpr const char* kMayListBuckets =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]})";

using wire::code_of;
using wire::message_of;

class IamTest : public ::testing::Test {
 protected:
  IamTest() : iam(test.add<Iam>(*access)) {
    test.start();
    const Json file = Json::parse(read_file(test.folder + "/admin-credentials.json"));
    admin = caller_of(file.text("AccessKeyId"));
  }

  region::Caller caller_of(const std::string& access_key_id) {
    return test.db->read(
        [&](store::Tx& tx) { return test.home.identity().find_credential(tx, access_key_id)->caller; });
  }
  Client client() { return client(admin); }
  Client client(const region::Caller& caller) { return Client(test.home, caller, test.region); }

  /// A user with an inline policy, as one who calls.
  region::Caller user_with(const std::string& name, const std::string& policy) {
    client().create_user({.user_name = name});
    if (!policy.empty()) client().put_user_policy({.policy_document = policy, .policy_name = "p", .user_name = name});
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

TEST_F(IamTest, TheFirstStartMakesAnAdministratorWhoseKeyOnlyRootCanRead) {
  EXPECT_EQ(admin.arn, "arn:aws:iam::123456789012:user/admin");
  EXPECT_EQ(admin.access_key_id.size(), 20u);
  EXPECT_EQ(admin.user_id.size(), 21u);
  const auto mode = std::filesystem::status(test.folder + "/admin-credentials.json").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(IamTest, SecretsAreNotInTheDatabaseInClear) {
  const std::string secret = client().create_access_key({.user_name = "admin"}).access_key.secret_access_key;
  const auto rows = test.db->read([](store::Tx& tx) { return tx.query("SELECT secret FROM iam_access_keys"); });
  for (const auto& row : rows) EXPECT_EQ(row.text(0).find(secret), std::string::npos);
}

TEST_F(IamTest, ARoleComesBackWithItsTrustPolicyPercentEncoded) {
  client().create_role({.assume_role_policy_document = kTrustsEc2, .role_name = "wsi-api"});

  const Role role = client().get_role({.role_name = "wsi-api"}).role;

  EXPECT_EQ(role.arn, "arn:aws:iam::123456789012:role/wsi-api");
  EXPECT_THAT(role.role_id, StartsWith("AROA"));
  EXPECT_EQ(percent_decode(*role.assume_role_policy_document), kTrustsEc2);
  EXPECT_EQ(role.max_session_duration, 3600);
}

TEST_F(IamTest, MissingEntitiesAreNamed) {
  EXPECT_EQ(message_of([&] { client().get_role({.role_name = "nobody"}); }),
            "The role with name nobody cannot be found.");
  EXPECT_EQ(code_of([&] { client().get_role({.role_name = "nobody"}); }), "NoSuchEntity");
  EXPECT_EQ(code_of([&] { client().get_instance_profile({.instance_profile_name = "nobody"}); }), "NoSuchEntity");
}

TEST_F(IamTest, NamesAreUniqueWithoutRegardToCase) {
  client().create_user({.user_name = "Kim"});
  EXPECT_EQ(code_of([&] { client().create_user({.user_name = "kim"}); }), "EntityAlreadyExists");
}

TEST_F(IamTest, MalformedTrustPoliciesAreRefusedInAwsWords) {
  const auto attempt = [&](const std::string& document) {
    return message_of([&] { client().create_role({.assume_role_policy_document = document, .role_name = "r"}); });
  };
  EXPECT_EQ(attempt("{"), "This policy contains invalid Json");
  EXPECT_EQ(
      attempt(
          R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"}]})"),
      "Has prohibited field Resource");
  EXPECT_EQ(
      attempt(
          R"({"Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"s3:GetObject"}]})"),
      "AssumeRole policy may only specify STS AssumeRole actions.");
  EXPECT_EQ(
      attempt(
          R"({"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ghost"},"Action":"sts:AssumeRole"}]})"),
      "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:user/ghost\"");
}

TEST_F(IamTest, ARoleInUseIsNotDeleted) {
  client().create_role({.assume_role_policy_document = kTrustsEc2, .role_name = "r"});
  client().create_instance_profile({.instance_profile_name = "p"});
  client().add_role_to_instance_profile({.instance_profile_name = "p", .role_name = "r"});
  EXPECT_EQ(message_of([&] { client().delete_role({.role_name = "r"}); }),
            "Cannot delete entity, must remove roles from instance profile first.");
  client().remove_role_from_instance_profile({.instance_profile_name = "p", .role_name = "r"});
  client().attach_role_policy({.policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", .role_name = "r"});
  EXPECT_EQ(message_of([&] { client().delete_role({.role_name = "r"}); }),
            "Cannot delete entity, must detach all policies first.");
  client().detach_role_policy({.policy_arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", .role_name = "r"});
  client().put_role_policy({.policy_document = kMayListBuckets, .policy_name = "x", .role_name = "r"});
  EXPECT_EQ(message_of([&] { client().delete_role({.role_name = "r"}); }),
            "Cannot delete entity, must delete policies first.");
  client().delete_role_policy({.policy_name = "x", .role_name = "r"});
  client().delete_role({.role_name = "r"});
  EXPECT_EQ(code_of([&] { client().get_role({.role_name = "r"}); }), "NoSuchEntity");
}

TEST_F(IamTest, ListsComeInPagesByMarker) {
  for (const char* name : {"a", "b", "c"})
    client().create_role({.assume_role_policy_document = kTrustsEc2, .path = "/x/", .role_name = name});
  const auto first = client().list_roles({.max_items = 2, .path_prefix = "/x/"});
  ASSERT_EQ(first.roles.size(), 2u);
  EXPECT_TRUE(*first.is_truncated);
  const auto rest = client().list_roles({.marker = first.marker, .path_prefix = "/x/"});
  ASSERT_EQ(rest.roles.size(), 1u);
  EXPECT_EQ(rest.roles[0].role_name, "c");
  EXPECT_FALSE(*rest.is_truncated);
}

TEST_F(IamTest, AwsManagedPoliciesAreThere) {
  const auto policy =
      client().get_policy({.policy_arn = "arn:aws:iam::aws:policy/service-role/AWSCodeDeployRole"}).policy;
  EXPECT_EQ(*policy->policy_name, "AWSCodeDeployRole");
  const auto version =
      client().get_policy_version({.policy_arn = *policy->arn, .version_id = *policy->default_version_id});
  EXPECT_THAT(*percent_decode(*version.policy_version->document), HasSubstr("elasticloadbalancing:RegisterTargets"));
  EXPECT_EQ(code_of([&] { client().delete_policy({.policy_arn = *policy->arn}); }), "AccessDenied");
}

TEST_F(IamTest, APolicyHasFiveVersionsAtMostAndItsDefaultStays) {
  const std::string arn = *client().create_policy({.policy_document = kMayListBuckets, .policy_name = "p"}).policy->arn;
  for (int i = 0; i < 4; ++i) client().create_policy_version({.policy_arn = arn, .policy_document = kMayListBuckets});
  EXPECT_EQ(code_of([&] { client().create_policy_version({.policy_arn = arn, .policy_document = kMayListBuckets}); }),
            "LimitExceeded");
  EXPECT_EQ(code_of([&] { client().delete_policy_version({.policy_arn = arn, .version_id = "v1"}); }),
            "DeleteConflict");
  client().set_default_policy_version({.policy_arn = arn, .version_id = "v3"});
  client().delete_policy_version({.policy_arn = arn, .version_id = "v1"});
  EXPECT_EQ(*client().get_policy({.policy_arn = arn}).policy->default_version_id, "v3");
}

TEST_F(IamTest, ThePasswordOfGitCredentialsIsShownOnceAndLetsTheUserIn) {
  client().create_user({.user_name = "dev"});
  const auto made =
      *client()
           .create_service_specific_credential({.service_name = "codecommit.amazonaws.com", .user_name = "dev"})
           .service_specific_credential;
  EXPECT_EQ(*made.service_user_name, "dev-at-123456789012");
  const auto enter = [&](const std::string& password) {
    return test.db->read(
        [&](store::Tx& tx) { return test.home.identity().find_git_caller(tx, *made.service_user_name, password); });
  };
  EXPECT_EQ(enter(*made.service_password)->name, "dev");
  EXPECT_FALSE(enter("wrong"));
  client().update_service_specific_credential({.service_specific_credential_id = made.service_specific_credential_id,
                                               .status = "Inactive",
                                               .user_name = "dev"});
  EXPECT_FALSE(enter(*made.service_password));
}

TEST_F(IamTest, AUserMayDoWhatTheirPoliciesSayAndIsToldWhatIsMissing) {
  const region::Caller user = user_with(
      "u",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::*:user/${aws:username}"}]})");

  EXPECT_EQ(client(user).get_user({}).user.user_name, "u");
  EXPECT_EQ(code_of([&] { client(user).get_user({.user_name = "admin"}); }), "AccessDenied");
  EXPECT_EQ(message_of([&] { client(user).list_users({}); }),
            "User: arn:aws:iam::123456789012:user/u is not authorized to perform: iam:ListUsers on resource: "
            "arn:aws:iam::123456789012:user/ because no identity-based policy allows the iam:ListUsers action");
}

TEST_F(IamTest, AGroupsPolicyCountsForItsMembersAndABoundaryBoundsThem) {
  const region::Caller user = user_with("u", "");
  client().create_group({.group_name = "admins"});
  client().attach_group_policy({.group_name = "admins", .policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"});
  client().add_user_to_group({.group_name = "admins", .user_name = "u"});
  EXPECT_EQ(code_of([&] { client(user).list_users({}); }), "");
  client().put_user_permissions_boundary(
      {.permissions_boundary = "arn:aws:iam::aws:policy/AmazonS3FullAccess", .user_name = "u"});
  EXPECT_THAT(message_of([&] { client(user).list_users({}); }),
              HasSubstr("because no permissions boundary allows the iam:ListUsers action"));
}

TEST_F(IamTest, AServiceGetsASessionOnlyOfARoleThatTrustsIt) {
  client().create_role({.assume_role_policy_document = kTrustsEc2, .role_name = "r"});
  const std::string arn = "arn:aws:iam::123456789012:role/r";

  const region::Caller session = test.home.assume_role(arn, "ec2.amazonaws.com", "i-1");

  EXPECT_EQ(session.arn, "arn:aws:sts::123456789012:assumed-role/r/i-1");
  EXPECT_EQ(code_of([&] { test.home.assume_role(arn, "codebuild.amazonaws.com", "x"); }), "AccessDenied");
  EXPECT_EQ(code_of([&] { client(session).list_users({}); }), "AccessDenied");
  client().attach_role_policy({.policy_arn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess", .role_name = "r"});
  EXPECT_EQ(code_of([&] { client(session).list_users({}); }), "");
}

TEST_F(IamTest, ATrustPolicyMaySayForWhichResourceAServiceTakesTheRole) {
  client().create_role(
      {.assume_role_policy_document =
           R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole",
               "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:events:*:*:rule/main"}}}]})",
       .role_name = "r"});
  const auto take = [&](const char* source_arn) {
    return code_of(
        [&] { test.home.assume_role("arn:aws:iam::123456789012:role/r", "events.amazonaws.com", "x", source_arn); });
  };
  EXPECT_EQ(take("arn:aws:events:ap-northeast-2:123456789012:rule/main"), "");
  EXPECT_EQ(take("arn:aws:events:ap-northeast-2:123456789012:rule/other"), "AccessDenied");
  EXPECT_EQ(take(""), "AccessDenied");
}

TEST_F(IamTest, APrincipalThatAPolicyNamesIsKnownOrNot) {
  const auto unknown = [&](const std::string& principal) {
    const auto document = region::policy::parse_document(
        R"({"Statement":{"Effect":"Allow","Principal":{"AWS":")" + principal + R"("},"Action":"s3:*","Resource":"*"}})",
        region::policy::DocumentKind::kResource);
    return test.db->read([&](store::Tx& tx) { return test.home.identity().find_unknown_principal(tx, document); });
  };
  EXPECT_FALSE(unknown("arn:aws:iam::123456789012:user/admin"));
  EXPECT_EQ(unknown("arn:aws:iam::123456789012:user/nobody"), "arn:aws:iam::123456789012:user/nobody");
  EXPECT_FALSE(unknown("arn:aws:iam::123456789012:root"));
  EXPECT_FALSE(unknown("arn:aws:iam::999999999999:user/theirs"));
}

TEST_F(IamTest, ARoleOfAnotherAccountIsNotOnesToPass) {
  const auto attempt = [&](const std::string& arn) {
    return message_of([&] {
      test.db->write([&](store::Tx& tx) {
        Request rq(test.home, iam, *iam.find_operation("AddRoleToInstanceProfile")->model, tx, admin, test.region, "1");
        rq.authorize_pass_role(arn, "ec2.amazonaws.com", {});
      });
    });
  };
  EXPECT_EQ(attempt("arn:aws:iam::123456789012:role/r"), "");
  EXPECT_THAT(attempt("arn:aws:iam::999999999999:role/r"),
              HasSubstr("because no resource-based policy allows the iam:PassRole action"));
}

TEST_F(IamTest, ATrustPolicyMeansTheUserThatItNamedAndNoLaterOneOfThatName) {
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/u"},"Action":"sts:AssumeRole"}]})";
  const std::string id = client().create_user({.user_name = "u"}).user->user_id;
  client().create_role({.assume_role_policy_document = trust, .role_name = "r"});
  client().update_user({.new_user_name = "v", .user_name = "u"});
  EXPECT_THAT(*percent_decode(*client().get_role({.role_name = "r"}).role.assume_role_policy_document),
              HasSubstr(":user/v\""));
  client().delete_user({.user_name = "v"});
  client().create_user({.user_name = "u"});
  EXPECT_THAT(*percent_decode(*client().get_role({.role_name = "r"}).role.assume_role_policy_document),
              HasSubstr("\"AWS\":\"" + id + "\""));
}

TEST_F(IamTest, TemporaryKeysAreFoundWithTheirTokenUntilADayAfterTheirEnd) {
  client().create_role({.assume_role_policy_document = kTrustsEc2, .role_name = "r"});
  const region::Caller session = test.home.assume_role("arn:aws:iam::123456789012:role/r", "ec2.amazonaws.com", "i-1");
  const auto keys = test.db->write(
      [&](store::Tx& tx) { return test.home.identity().issue_keys(tx, session, std::chrono::hours(1)); });
  const auto find = [&] {
    return test.db->read([&](store::Tx& tx) { return test.home.identity().find_credential(tx, keys.access_key_id); });
  };
  ASSERT_TRUE(find());
  EXPECT_EQ(find()->session_token, keys.session_token);
  EXPECT_EQ(find()->secret_access_key, keys.secret_access_key);
  EXPECT_EQ(find()->caller.arn, session.arn);
  EXPECT_EQ(find()->expiration, keys.expiration);
  test.clock.advance(std::chrono::hours(26));
  test.run_until_idle();
  EXPECT_FALSE(find());
}

TEST_F(IamTest, AKeysLastUseIsKnown) {
  client().list_users({});
  EXPECT_EQ(code_of([&] { client().get_access_key_last_used({.access_key_id = "AKIA0000000000000000"}); }),
            "AccessDenied");
  const auto used = *client().get_access_key_last_used({.access_key_id = admin.access_key_id}).access_key_last_used;
  EXPECT_EQ(used.service_name, "iam");
  EXPECT_EQ(used.last_used_date, test.clock.now());
}

TEST_F(IamTest, ASimulationDecidesAsTheEngineDoes) {
  user_with("u", kMayListBuckets);
  const auto results = *client()
                            .simulate_principal_policy({.action_names = {"s3:ListAllMyBuckets", "s3:CreateBucket"},
                                                        .policy_source_arn = "arn:aws:iam::123456789012:user/u"})
                            .evaluation_results;
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].eval_decision, "allowed");
  EXPECT_EQ(results[0].matched_statements->at(0).source_policy_id, "user_u_p");
  EXPECT_EQ(results[1].eval_decision, "implicitDeny");
}

TEST_F(IamTest, TagsReplaceEachOtherAndAreListedInOrder) {
  client().create_role(
      {.assume_role_policy_document = kTrustsEc2, .role_name = "r", .tags = {{{.key = "b", .value = "1"}}}});
  client().tag_role({.role_name = "r", .tags = {{.key = "a", .value = "2"}, {.key = "B", .value = "3"}}});
  std::vector<std::string> seen;
  for (const Tag& tag : client().list_role_tags({.role_name = "r"}).tags) seen.push_back(tag.key + "=" + tag.value);
  EXPECT_THAT(seen, ElementsAre("B=3", "a=2"));
}

TEST_F(IamTest, AServiceLinkedRoleIsTheServicesOwn) {
  const auto role =
      *client().create_service_linked_role({.aws_service_name = "elasticloadbalancing.amazonaws.com"}).role;
  EXPECT_EQ(role.arn,
            "arn:aws:iam::123456789012:role/aws-service-role/elasticloadbalancing.amazonaws.com/"
            "AWSServiceRoleForElasticLoadBalancing");
  EXPECT_EQ(code_of([&] { client().delete_role({.role_name = role.role_name}); }), "UnmodifiableEntity");
  const auto task = client().delete_service_linked_role({.role_name = role.role_name}).deletion_task_id;
  EXPECT_EQ(client().get_service_linked_role_deletion_status({.deletion_task_id = task}).status, "SUCCEEDED");
}

TEST_F(IamTest, ARoleThatIsMadeWithTagsNeedsTheRightToTag) {
  const auto maker = user_with(
      "maker", R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:CreateRole","Resource":"*"}]})");
  client(maker).create_role({.assume_role_policy_document = kTrustsEc2, .role_name = "plain"});
  CreateRoleInput in{.assume_role_policy_document = kTrustsEc2, .role_name = "tagged"};
  in.tags = {{{.key = "team", .value = "a"}}};
  EXPECT_THAT(message_of([&] { client(maker).create_role(in); }), HasSubstr("iam:TagRole"));
}

TEST_F(IamTest, RightsOverARoleCanBeBoundToItsBoundaryAndItsTags) {
  const std::string limit =
      *client().create_policy({.policy_document = kMayListBuckets, .policy_name = "limit"}).policy->arn;
  CreateRoleInput in{.assume_role_policy_document = kTrustsEc2, .role_name = "bounded"};
  in.permissions_boundary = limit;
  in.tags = {{{.key = "team", .value = "a"}}};
  client().create_role(in);
  client().create_role({.assume_role_policy_document = kTrustsEc2, .role_name = "free"});
  const auto deputy = user_with("deputy", R"({"Version":"2012-10-17","Statement":[
      {"Effect":"Allow","Action":"iam:AttachRolePolicy","Resource":"*",
       "Condition":{"StringEquals":{"iam:PermissionsBoundary":")" +
                                              limit + R"("}}},
      {"Effect":"Allow","Action":"iam:DeleteRole","Resource":"*",
       "Condition":{"StringEquals":{"iam:ResourceTag/team":"a"}}}]})");
  const auto attach = [&](const std::string& role) {
    return code_of([&] { client(deputy).attach_role_policy({.policy_arn = limit, .role_name = role}); });
  };
  EXPECT_EQ(attach("bounded"), "");
  EXPECT_EQ(attach("free"), "AccessDenied");
  EXPECT_EQ(attach("nobody"), "AccessDenied");
  client().detach_role_policy({.policy_arn = limit, .role_name = "bounded"});
  EXPECT_EQ(code_of([&] { client(deputy).delete_role({.role_name = "bounded"}); }), "");
  EXPECT_EQ(code_of([&] { client(deputy).delete_role({.role_name = "free"}); }), "AccessDenied");
}

TEST_F(IamTest, WhatIsNoPolicysArnIsRefusedBeforeItIsAskedAbout) {
  EXPECT_EQ(code_of([&] { client().get_policy({.policy_arn = "arn:aws:s3:::bucket-of-some-length"}); }),
            "InvalidInput");
  EXPECT_EQ(code_of([&] {
              client().simulate_principal_policy(
                  {.action_names = {"s3:GetObject"}, .policy_source_arn = "arn:aws:s3:::bucket-of-some-length"});
            }),
            "InvalidInput");
}

TEST_F(IamTest, TheAccountSummaryCountsTheVersionsOfItsPolicies) {
  const std::string arn = *client().create_policy({.policy_document = kMayListBuckets, .policy_name = "p"}).policy->arn;
  client().create_policy_version({.policy_arn = arn, .policy_document = kMayListBuckets});
  const auto summary = *client().get_account_summary({}).summary_map;
  EXPECT_EQ(summary.at("Policies"), 1);
  EXPECT_EQ(summary.at("PolicyVersionsInUse"), 2);
  EXPECT_EQ(summary.at("Users"), 1);
}

}  // namespace
}  // namespace hanbat::iam
