// ECR's repositories as rows: lists page by page, tags, and databases of before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/ecr/testing.h"
#include "wire/testing.h"

namespace hanbat::ecr {
namespace {

TEST(EcrDatabase, ARepositoryOfBeforeIsThereWithItsTagsItsPolicyAndItsImages) {
  region::TestRegion old;
  old.add<Ecr>();
  old.migrate_before("ecr", 2);
  old.db->write([](store::Tx& tx) {
    tx.exec("INSERT INTO ecr_repositories(id, account, region, name, body, created) VALUES (?, ?, ?, ?, ?, ?)",
            "uuid-1", "123456789012", "ap-northeast-2", "team/app",
            R"({"mutability":"IMMUTABLE","tags":{"team":"a"},"policy":"{\"Statement\":[]}"})", 1'795'000'000'123);
    tx.exec("INSERT INTO ecr_repositories(id, account, region, name, body, created) VALUES (?, ?, ?, ?, ?, ?)",
            "uuid-2", "123456789012", "ap-northeast-2", "bare", R"({"mutability":"MUTABLE","tags":{}})",
            1'795'000'000'124);
    tx.exec(
        "INSERT INTO ecr_images(repository_id, digest, media_type, manifest, size, pushed) VALUES (?, ?, ?, ?, 1, 2)",
        "uuid-1", digest_of("m"), kOciManifest, "{}");
  });
  old.start();
  const Client client(old.home, old.user, old.region);
  const auto all = *client.describe_repositories({}).repositories;
  ASSERT_EQ(all.size(), 2u);
  const Repository& repository = all[1];
  EXPECT_EQ(repository.repository_name, "team/app");
  EXPECT_EQ(repository.repository_arn, "arn:aws:ecr:ap-northeast-2:123456789012:repository/team/app");
  EXPECT_EQ(repository.repository_uri, "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/team/app");
  EXPECT_EQ(repository.image_tag_mutability, "IMMUTABLE");
  EXPECT_EQ(repository.created_at, Timestamp{1'795'000'000'123});
  EXPECT_EQ(client.get_repository_policy({.repository_name = "team/app"}).policy_text, R"({"Statement":[]})");
  const auto tags = *client.list_tags_for_resource({.resource_arn = *repository.repository_arn}).tags;
  ASSERT_EQ(tags.size(), 1u);
  EXPECT_EQ(tags[0].value, "a");
  EXPECT_EQ(client.list_images({.repository_name = "team/app"}).image_ids->size(), 1u);
}

TEST_F(EcrTest, ListsAreCutIntoPagesThatAddUp) {
  for (const char* name : {"aa", "bb", "cc"}) client().create_repository({.repository_name = name});
  const auto first = client().describe_repositories({.max_results = 2});
  EXPECT_EQ(first.repositories->size(), 2u);
  client().delete_repository({.repository_name = "bb"});
  const auto rest = client().describe_repositories({.max_results = 2, .next_token = first.next_token});
  EXPECT_EQ(rest.repositories->at(0).repository_name, "cc");
  EXPECT_EQ(rest.next_token, std::nullopt);

  for (const char* tag : {"x", "y", "z"}) push_image("aa", tag, std::string("layer ") + tag);
  std::vector<std::string> seen;
  std::optional<std::string> token;
  for (int page = 0; page < 4 && (page == 0 || token); ++page) {
    const auto out = client().list_images({.max_results = 1, .next_token = token, .repository_name = "aa"});
    for (const ImageIdentifier& id : *out.image_ids) seen.push_back(*id.image_tag);
    token = out.next_token;
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre("x", "y", "z"));
  for (const char* bad : {"", "2", "-1", "x"})
    EXPECT_EQ(wire::code_of([&] { client().describe_images({.next_token = bad, .repository_name = "aa"}); }),
              "InvalidParameterException")
        << bad;
  EXPECT_EQ(wire::code_of([&] { client().list_images({.max_results = 1001, .repository_name = "aa"}); }),
            "InvalidParameterException");
}

TEST_F(EcrTest, ARegistrysPolicyCountsWhereRepositoriesAreMade) {
  const auto policies = [&](const std::string& name) {
    client().create_repository({.repository_name = name});
    return home.authorizer.asked.back().resource_policies.size();
  };
  EXPECT_EQ(wire::refusal_of([&] { client().get_registry_policy({}); }),
            "RegistryPolicyNotFoundException: Registry policy does not exist in the registry with id '123456789012'");
  EXPECT_EQ(wire::code_of([&] { client().delete_registry_policy({}); }), "RegistryPolicyNotFoundException");
  EXPECT_EQ(policies("before"), 0U);

  const std::string statement =
      R"("Effect":"Allow","Principal":{"AWS":"222222222222"},"Action":["ecr:CreateRepository","ecr:ReplicateImage"])";
  const std::string text = R"({"Version":"2012-10-17","Statement":[{)" + statement +
                           R"(,"Resource":"arn:aws:ecr:ap-northeast-2:123456789012:repository/*"}]})";
  EXPECT_EQ(client().put_registry_policy({.policy_text = text}).registry_id, "123456789012");
  EXPECT_EQ(client().put_registry_policy({.policy_text = text}).policy_text, text);
  EXPECT_EQ(client().get_registry_policy({}).policy_text, text);
  EXPECT_EQ(policies("with"), 1U);
  // A registry's statements say of which repositories they speak.
  EXPECT_EQ(
      wire::code_of([&] {
        client().put_registry_policy({.policy_text = R"({"Version":"2012-10-17","Statement":[{)" + statement + "}]}"});
      }),
      "InvalidParameterException");
  EXPECT_EQ(client().delete_registry_policy({}).policy_text, text);
  EXPECT_EQ(policies("after"), 0U);
}

TEST_F(EcrTest, TagsAreCheckedWhereverTheyCome) {
  const auto create = [&](const std::string& key) {
    return wire::code_of(
        [&] { client().create_repository({.repository_name = "app", .tags = std::vector<Tag>{{key, "v"}}}); });
  };
  EXPECT_EQ(create("aws:team"), "InvalidTagParameterException");
  EXPECT_EQ(create("team"), "");
  const std::string arn = "arn:aws:ecr:ap-northeast-2:123456789012:repository/app";
  std::vector<Tag> many;
  for (int i = 0; i < 50; ++i) many.push_back({"k" + std::to_string(i), "v"});
  EXPECT_EQ(wire::code_of([&] { client().tag_resource({.resource_arn = arn, .tags = many}); }), "TooManyTagsException");
  client().untag_resource({.resource_arn = arn, .tag_keys = {"team"}});
  EXPECT_TRUE(client().list_tags_for_resource({.resource_arn = arn}).tags->empty());
}

}  // namespace
}  // namespace hanbat::ecr
