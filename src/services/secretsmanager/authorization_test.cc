// What Secrets Manager's calls tell policies.
#include <gmock/gmock.h>

#include "services/secretsmanager/testing.h"

namespace hanbat::secretsmanager {
namespace {

TEST_F(SecretsManagerTest, PoliciesAreToldOfTheSecretAndOfWhatIsAsked) {
  const std::string mine = "secretsmanager:";
  CreateSecretInput in{.client_request_token = token(1), .description = "d", .name = "a", .secret_string = "one"};
  in.tags = {{Tag{.key = "team", .value = "x"}}};
  const std::string arn = *client.create_secret(in).arn;
  client.get_secret_value({.secret_id = "a"});
  client.put_secret_value({.client_request_token = token(2), .secret_id = "a", .secret_string = "two"});
  client.update_secret({.description = "e", .secret_id = "a"});
  client.update_secret_version_stage({.move_to_version_id = token(1), .secret_id = "a", .version_stage = "blue"});
  client.tag_resource({.secret_id = "a", .tags = {Tag{.key = "stage", .value = "test"}}});
  client.untag_resource({.secret_id = "a", .tag_keys = {"stage"}});
  client.put_resource_policy(
      {.block_public_policy = true,
       .resource_policy =
           R"({"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}})",
       .secret_id = "a"});
  client.list_secrets({});
  remove("a", 8);
  const region::ExpectedKey expected[] = {
      {mine + "CreateSecret", arn, mine + "Name", "a"},
      {mine + "CreateSecret", arn, mine + "Description", "d"},
      {mine + "CreateSecret", arn, "aws:RequestTag/team", "x"},
      {mine + "TagResource", arn, "aws:ResourceTag/stage", "test"},
      {mine + "GetSecretValue", arn, mine + "SecretId", arn},
      {mine + "GetSecretValue", arn, mine + "VersionStage", "AWSCURRENT"},
      {mine + "GetSecretValue", arn, mine + "VersionId", "no key"},
      {mine + "GetSecretValue", arn, mine + "ResourceTag/team", "x"},
      {mine + "GetSecretValue", arn, "aws:ResourceTag/team", "x"},
      {mine + "PutSecretValue", arn, mine + "SecretPrimaryRegion", "ap-northeast-2"},
      {mine + "UpdateSecret", arn, mine + "Description", "e"},
      {mine + "UpdateSecretVersionStage", arn, mine + "VersionStage", "blue"},
      {mine + "UntagResource", arn, "aws:TagKeys", "stage"},
      {mine + "PutResourcePolicy", arn, mine + "BlockPublicPolicy", "true"},
      {mine + "ListSecrets", "*", mine + "SecretId", "no key"},
      {mine + "DeleteSecret", arn, mine + "RecoveryWindowInDays", "8"},
      {mine + "DeleteSecret", arn, mine + "ForceDeleteWithoutRecovery", "false"}};
  for (const region::ExpectedKey& want : expected)
    EXPECT_EQ(region.authorizer.condition_key_of(want.action, want.resource, want.key), want.value)
        << want.action << " " << want.key;
}

TEST_F(SecretsManagerTest, WhoMayNotLearnsNothingOfWhatIsThere) {
  const std::string arn = create("a");
  remove("a", 7);
  region.authorizer.refuses = [](const region::AccessQuestion&) { return true; };
  for (const std::string& id : {std::string("a"), std::string("b"), arn})
    EXPECT_EQ(wire::code_of([&] { client.get_secret_value({.secret_id = id}); }), "AccessDenied") << id;
  EXPECT_EQ(region.authorizer.asked.back().resource, arn);
  EXPECT_EQ(wire::code_of([&] { create("a"); }), "AccessDenied");
  EXPECT_EQ(wire::code_of([&] { remove("b"); }), "AccessDenied");
  EXPECT_EQ(region.authorizer.asked.back().resource, "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:b");
}

TEST_F(SecretsManagerTest, BatchesTellOfEachSecretThatIsRefused) {
  const std::string arn = create("a");
  create("b");
  region.authorizer.refuses = [&](const region::AccessQuestion& question) { return question.resource == arn; };
  const auto out = client.batch_get_secret_value({.secret_id_list = {{"a", "b"}}});
  EXPECT_EQ(out.errors->at(0).error_code, "AccessDenied");
  EXPECT_EQ(out.secret_values->size(), 1u);
  EXPECT_EQ(region.authorizer.condition_key_of("secretsmanager:ListSecrets", "*", "x"), "not asked");
  client.batch_get_secret_value({.filters = {std::vector<Filter>()}});
  EXPECT_EQ(region.authorizer.condition_key_of("secretsmanager:ListSecrets", "*", "x"), "no key");
}

TEST_F(SecretsManagerTest, NobodyTagsTheirPermissionAway) {
  create("a");
  region.authorizer.refuses = [](const region::AccessQuestion& question) {
    return question.keys.contains("aws:ResourceTag/closed");
  };
  const TagResourceInput in{.secret_id = "a", .tags = {Tag{.key = "closed", .value = ""}}};
  EXPECT_EQ(wire::code_of([&] { client.tag_resource(in); }), "AccessDenied");
  EXPECT_FALSE(client.describe_secret({.secret_id = "a"}).tags) << "none are not told";
}

}  // namespace
}  // namespace hanbat::secretsmanager
