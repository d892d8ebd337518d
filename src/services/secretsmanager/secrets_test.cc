// Secrets made, found, described, changed, deleted and restored; passwords and policies.
#include <gmock/gmock.h>

#include "services/secretsmanager/testing.h"

namespace hanbat::secretsmanager {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;
using testing::MatchesRegex;

constexpr const char* kNotFound = "ResourceNotFoundException: Secrets Manager can't find the specified secret.";
constexpr const char* kDeleted =
    "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion.";

TEST_F(SecretsManagerTest, SecretsAreFoundByNameAndByArnWithAndWithoutItsEnding) {
  const std::string arn = create("app/db");
  EXPECT_THAT(arn, MatchesRegex("arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:app/db-[A-Za-z0-9]{6}"));
  for (const std::string& id : {std::string("app/db"), arn, arn.substr(0, arn.size() - 7)}) {
    const auto out = client.describe_secret({.secret_id = id});
    EXPECT_EQ(out.arn, arn) << id;
    EXPECT_EQ(out.name, "app/db");
  }
  std::string elsewhere = arn;
  elsewhere.replace(elsewhere.find("ap-northeast-2"), 14, "us-east-1");
  for (const std::string& id : {std::string("app"), std::string("rds!cluster"), elsewhere})
    EXPECT_EQ(wire::refusal_of([&] { client.describe_secret({.secret_id = id}); }), kNotFound) << id;
  for (const std::string& id : {std::string("arn:x"), std::string("a b"), "arn:aws:sqs:x:y:z"s, "{\"name\":1}"s})
    EXPECT_EQ(wire::refusal_of([&] { client.describe_secret({.secret_id = id}); }),
              "ValidationException: Invalid name. Must be a valid name containing alphanumeric characters, or any of "
              "the following: -/_+=.@!")
        << id;
}

TEST_F(SecretsManagerTest, DescriptionsTellWhatIsThereAndNoValue) {
  CreateSecretInput in;
  in.name = "a";
  in.description = "the first";
  in.client_request_token = token(1);
  in.secret_string = "s3cret";
  in.kms_key_id = "alias/aws/secretsmanager";
  in.tags = {{Tag{.key = "team", .value = "x"}}};
  const auto made = client.create_secret(in);
  EXPECT_EQ(made.version_id, token(1));
  region.clock.advance(Seconds(10));
  client.update_secret({.description = "the same", .secret_id = "a"});
  const auto out = client.describe_secret({.secret_id = "a"});
  EXPECT_EQ(out.description, "the same");
  EXPECT_EQ(out.last_changed_date->ms - out.created_date->ms, 10'000);
  EXPECT_EQ(out.tags->at(0).key, "team");
  EXPECT_EQ(out.version_ids_to_stages->at(token(1)), std::vector<std::string>{"AWSCURRENT"});
  EXPECT_FALSE(out.kms_key_id || out.deleted_date || out.last_accessed_date || out.rotation_enabled);
  EXPECT_EQ(wire::to_json(out).dump().find("s3cret"), std::string::npos);
}

TEST_F(SecretsManagerTest, NoValueLiesInTheDatabaseOrInTheTrail) {
  create("a", "first-s3cret");
  put("a", 2, "second-s3cret");
  client.update_secret({.client_request_token = token(3), .secret_id = "a", .secret_string = "third-s3cret"});
  EXPECT_EQ(value("a"), "third-s3cret");
  region.db->read([](store::Tx& tx) {
    for (const auto& row : tx.query("SELECT body, own FROM resources"))
      EXPECT_EQ((row.text(0) + row.text(1)).find("s3cret"), std::string::npos);
  });
}

TEST_F(SecretsManagerTest, NamesAreUniqueAndHaveAWSsCharacters) {
  create("a");
  EXPECT_EQ(wire::refusal_of([&] { create("a", "other"); }),
            "ResourceExistsException: The operation failed because the secret a already exists.");
  for (const char* name : {"with space", "star*", "a:b", "한글", "a!b"})
    EXPECT_THAT(wire::refusal_of([&] { create(name); }), HasSubstr("ValidationException: Invalid name.")) << name;
  create("All/of_these+are=good.in@names-");
}

TEST_F(SecretsManagerTest, CreateSecretMayBeRepeatedWithItsTokenAndValue) {
  const std::string arn = create("a", "one");
  EXPECT_EQ(create("a", "one"), arn);
  EXPECT_EQ(wire::code_of([&] { create("a", "two"); }), "ResourceExistsException");
  EXPECT_EQ(wire::code_of([&] { create("a", ""); }), "ResourceExistsException");
}

TEST_F(SecretsManagerTest, UpdateSecretMakesTheCurrentVersion) {
  create("a", "one");
  const UpdateSecretInput in{.client_request_token = token(2), .secret_id = "a", .secret_string = "two"};
  EXPECT_EQ(client.update_secret(in).version_id, token(2));
  EXPECT_EQ(client.update_secret(in).version_id, token(2)) << "the same again";
  EXPECT_EQ(value("a"), "two");
  EXPECT_EQ(value("a", "AWSPREVIOUS"), "one");
  EXPECT_FALSE(client.update_secret({.description = "d", .secret_id = "a"}).version_id);
  EXPECT_EQ(wire::code_of([&] {
              client.update_secret({.client_request_token = token(1), .secret_id = "a", .secret_string = "three"});
            }),
            "ResourceExistsException");
  EXPECT_EQ(wire::code_of([&] { client.update_secret({.secret_id = "a", .secret_string = "x"}); }),
            "InvalidRequestException");
  EXPECT_EQ(wire::code_of([&] { client.update_secret({.description = "d", .secret_id = "b"}); }),
            "ResourceNotFoundException");
}

TEST_F(SecretsManagerTest, OtherKeysReplicasAndRotationAreRefusedByName) {
  CreateSecretInput in{.client_request_token = token(1), .kms_key_id = "alias/mine", .name = "a"};
  EXPECT_EQ(wire::code_of([&] { client.create_secret(in); }), "NotImplemented");
  in = {.add_replica_regions = {{{.region = "us-east-1"}}}, .client_request_token = token(1), .name = "a"};
  EXPECT_EQ(wire::code_of([&] { client.create_secret(in); }), "NotImplemented");
  in = {.client_request_token = token(1), .force_overwrite_replica_secret = false, .name = "a"};
  client.create_secret(in);
  EXPECT_EQ(wire::code_of([&] { client.update_secret({.kms_key_id = "alias/mine", .secret_id = "a"}); }),
            "NotImplemented");
  const region::Actor caller(region.home, region.user, region.region);
  for (const char* operation : {"RotateSecret", "CancelRotateSecret", "ReplicateSecretToRegions"})
    EXPECT_EQ(wire::code_of([&] { region.home.call(caller, "secretsmanager", operation, Json::object()); }),
              "NotImplemented");
}

TEST_F(SecretsManagerTest, DeletedSecretsCanBeRestoredUntilTheirWindowIsOver) {
  create("a");
  const auto out = client.delete_secret({.recovery_window_in_days = 7, .secret_id = "a"});
  EXPECT_EQ(out.deletion_date->ms - region.clock.now().ms, 7 * 24 * 3'600'000LL);
  EXPECT_EQ(client.describe_secret({.secret_id = "a"}).deleted_date, out.deletion_date);
  EXPECT_EQ(wire::refusal_of([&] { value("a"); }), kDeleted);
  EXPECT_EQ(wire::refusal_of([&] { put("a", 2, "two"); }), kDeleted);
  EXPECT_EQ(wire::refusal_of([&] { client.update_secret({.description = "d", .secret_id = "a"}); }), kDeleted);
  EXPECT_EQ(wire::refusal_of([&] { client.tag_resource({.secret_id = "a"}); }), kDeleted);
  EXPECT_EQ(wire::refusal_of([&] { remove("a", 7); }), kDeleted);
  EXPECT_EQ(wire::refusal_of([&] { create("a"); }),
            "InvalidRequestException: You can't create this secret because a secret with this name is already "
            "scheduled for deletion.");

  EXPECT_EQ(client.restore_secret({.secret_id = "a"}).name, "a");
  region.clock.advance(std::chrono::hours(24 * 8));
  region.run_until_idle();
  EXPECT_EQ(value("a"), "one");
  client.restore_secret({.secret_id = "a"});
  EXPECT_EQ(wire::refusal_of([&] { client.restore_secret({.secret_id = "b"}); }), kNotFound);
}

TEST_F(SecretsManagerTest, DeletedSecretsAreGoneWhenTheirWindowIsOver) {
  create("a");
  EXPECT_EQ(client.delete_secret({.secret_id = "a"}).deletion_date->ms - region.clock.now().ms, 30 * 24 * 3'600'000LL);
  region.clock.advance(std::chrono::hours(24 * 30 - 1));
  region.run_until_idle();
  client.describe_secret({.secret_id = "a"});
  region.clock.advance(std::chrono::hours(1));
  region.run_until_idle();
  EXPECT_EQ(wire::refusal_of([&] { client.describe_secret({.secret_id = "a"}); }), kNotFound);
  region.db->read([](store::Tx& tx) { EXPECT_TRUE(tx.query("SELECT id FROM resources").empty()); });
}

TEST_F(SecretsManagerTest, ForcedDeletionsAreDoneAtOnceAndMindNothingThatIsMissing) {
  const std::string arn = create("a");
  remove("a", 7);
  remove("a");
  EXPECT_EQ(wire::refusal_of([&] { client.describe_secret({.secret_id = "a"}); }), kNotFound);
  EXPECT_NE(create("a"), arn);
  region.clock.advance(std::chrono::hours(24 * 8));
  region.run_until_idle();
  EXPECT_EQ(value("a"), "one") << "the task of the secret before is none of this one's";
  remove("never-was");
  EXPECT_EQ(wire::refusal_of([&] { remove("never-was", 7); }), kNotFound);
}

TEST_F(SecretsManagerTest, RecoveryWindowsAreOfSevenToThirtyDays) {
  create("a");
  for (const int days : {0, 6, 31})
    EXPECT_EQ(wire::refusal_of([&] { remove("a", days); }),
              "InvalidParameterException: The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  const DeleteSecretInput both{.force_delete_without_recovery = true, .recovery_window_in_days = 7, .secret_id = "a"};
  EXPECT_EQ(wire::refusal_of([&] { client.delete_secret(both); }),
            "InvalidParameterException: You can't use ForceDeleteWithoutRecovery in conjunction with "
            "RecoveryWindowInDays.");
}

TEST_F(SecretsManagerTest, PasswordsHaveTheirLengthAndOneOfEachKind) {
  EXPECT_EQ(client.get_random_password({}).random_password->size(), 32u);
  for (int i = 0; i < 50; ++i) {
    const GetRandomPasswordInput in{.exclude_characters = "0a", .exclude_punctuation = true, .password_length = 3};
    const std::string password = *client.get_random_password(in).random_password;
    EXPECT_THAT(password, MatchesRegex("[b-zA-Z1-9]{3}"));
    for (const char* kind : {"bcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "123456789"})
      EXPECT_NE(password.find_first_of(kind), std::string::npos) << password;
  }
  const GetRandomPasswordInput digits{.exclude_lowercase = true,
                                      .exclude_punctuation = true,
                                      .exclude_uppercase = true,
                                      .password_length = 4096,
                                      .require_each_included_type = false};
  EXPECT_THAT(*client.get_random_password(digits).random_password, MatchesRegex("[0-9]+"));
  EXPECT_NE(client.get_random_password(digits).random_password, client.get_random_password(digits).random_password);
  EXPECT_EQ(wire::code_of([&] { client.get_random_password({.password_length = 3}); }), "InvalidParameterException");
  EXPECT_EQ(wire::code_of([&] {
              client.get_random_password({.exclude_characters = "0123456789",
                                          .exclude_lowercase = true,
                                          .exclude_punctuation = true,
                                          .exclude_uppercase = true});
            }),
            "InvalidParameterException");
}

std::string policy(const std::string& principal, const std::string& effect = "Deny") {
  return R"({"Version":"2012-10-17","Statement":[{"Effect":")" + effect + R"(","Principal":)" + principal +
         R"(,"Action":"secretsmanager:GetSecretValue","Resource":"*"}]})";
}

TEST_F(SecretsManagerTest, ResourcePoliciesAreKeptAndDecide) {
  create("a");
  EXPECT_FALSE(client.get_resource_policy({.secret_id = "a"}).resource_policy);
  const std::string text = policy(R"({"AWS":"arn:aws:iam::123456789012:root"})");
  client.put_resource_policy({.resource_policy = text, .secret_id = "a"});
  EXPECT_EQ(client.get_resource_policy({.secret_id = "a"}).resource_policy, text);
  region.authorizer.asked.clear();
  value("a");
  EXPECT_EQ(region.authorizer.asked.at(0).resource_policies.size(), 1u);
  client.delete_resource_policy({.secret_id = "a"});
  EXPECT_FALSE(client.get_resource_policy({.secret_id = "a"}).resource_policy);
  client.delete_resource_policy({.secret_id = "a"});
}

TEST_F(SecretsManagerTest, PoliciesThatAreNoneOrLetInEverybodyAreRefused) {
  create("a");
  for (const char* text : {"no json", "{}", R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})"})
    EXPECT_EQ(wire::refusal_of([&] { client.put_resource_policy({.resource_policy = text, .secret_id = "a"}); }),
              "MalformedPolicyDocumentException: This resource policy contains a syntax error.");
  const PutResourcePolicyInput open{
      .block_public_policy = true, .resource_policy = policy("\"*\"", "Allow"), .secret_id = "a"};
  EXPECT_EQ(wire::code_of([&] { client.put_resource_policy(open); }), "PublicPolicyException");
  client.put_resource_policy({.resource_policy = open.resource_policy, .secret_id = "a"});
  EXPECT_EQ(wire::code_of([&] { client.get_resource_policy({.secret_id = "b"}); }), "ResourceNotFoundException");
}

TEST_F(SecretsManagerTest, PoliciesAreCheckedBeforeTheyArePut) {
  create("a");
  const auto found = [&](const std::string& text) {
    const auto out = client.validate_resource_policy({.resource_policy = text, .secret_id = "a"});
    EXPECT_EQ(out.policy_validation_passed, out.validation_errors->empty());
    return out.validation_errors->empty() ? "" : *out.validation_errors->at(0).check_name;
  };
  EXPECT_EQ(found(policy(R"({"AWS":"arn:aws:iam::123456789012:root"})", "Allow")), "");
  EXPECT_EQ(found(policy("\"*\"", "Allow")), "PublicPolicyCheck");
  EXPECT_EQ(found("no json"), "SyntaxCheck");
  region.authorizer.refuses = [](const region::AccessQuestion& question) {
    return !question.resource_policies.empty();
  };
  EXPECT_EQ(found(policy("\"*\"")), "LockoutCheck");
  EXPECT_FALSE(client.get_resource_policy({.secret_id = "a"}).resource_policy) << "nothing was put";
  EXPECT_TRUE(*client.validate_resource_policy({.resource_policy = policy("\"*\"")}).policy_validation_passed);
}

}  // namespace
}  // namespace hanbat::secretsmanager
