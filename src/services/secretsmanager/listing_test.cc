// ListSecrets: filters, order, and what is left out.
#include "services/secretsmanager/testing.h"

namespace hanbat::secretsmanager {
namespace {

struct ListSecretsTest : SecretsManagerTest {
  void make(const std::string& name, const std::string& description, const std::string& tag_key,
            const std::string& tag_value) {
    CreateSecretInput in;
    in.name = name;
    in.description = description;
    in.client_request_token = token(1);
    in.secret_string = "value";
    in.tags = {{Tag{.key = tag_key, .value = tag_value}}};
    client.create_secret(in);
    region.clock.advance(Seconds(1));
  }
  /// The names, joined by ' '.
  std::string names(const ListSecretsInput& in) {
    std::vector<std::string> all;
    const auto out = client.list_secrets(in);
    for (const auto& secret : *out.secret_list) all.push_back(*secret.name);
    return join(all, " ");
  }
  std::string filtered(const std::string& key, const std::vector<std::string>& values) {
    return names({.filters = {{Filter{.key = key, .values = values}}}});
  }
};

TEST_F(ListSecretsTest, FiltersTakeWhatTheirValuesBegin) {
  make("app/db", "Password of the Database", "team", "red");
  make("app/api", "Key", "team", "blue");
  make("Other", "", "stage", "Red");
  EXPECT_EQ(names({}), "app/db app/api Other");
  EXPECT_EQ(filtered("name", {"app/"}), "app/db app/api");
  EXPECT_EQ(filtered("name", {"other"}), "") << "the case counts";
  EXPECT_EQ(filtered("name", {"app/d", "Oth"}), "app/db Other");
  EXPECT_EQ(filtered("name", {"!app/"}), "Other");
  EXPECT_EQ(filtered("name", {"app/", "!app/d"}), "app/api");
  EXPECT_EQ(filtered("description", {"password OF"}), "app/db");
  EXPECT_EQ(filtered("description", {"data"}), "app/db");
  EXPECT_EQ(filtered("tag-key", {"tea"}), "app/db app/api");
  EXPECT_EQ(filtered("tag-value", {"red"}), "app/db");
  EXPECT_EQ(filtered("primary-region", {"ap-north"}), "app/db app/api Other");
  EXPECT_EQ(filtered("owning-service", {"rds"}), "");
  EXPECT_EQ(filtered("all", {"RED"}), "app/db Other");
  EXPECT_EQ(filtered("all", {"red password"}), "app/db");
  EXPECT_EQ(names({.filters = {{Filter{.key = "tag-key", .values = {{"team"}}},
                                Filter{.key = "tag-value", .values = {{"blue"}}}}}}),
            "app/api");
  EXPECT_EQ(wire::code_of([&] { names({.filters = {{Filter{.key = "name"}}}}); }), "InvalidParameterException");
  EXPECT_EQ(wire::code_of([&] { names({.filters = {{Filter{.values = {{"a"}}}}}}); }), "InvalidParameterException");
  EXPECT_EQ(wire::code_of([&] { filtered("color", {"a"}); }), "ValidationException");
}

TEST_F(ListSecretsTest, SecretsAreSortedAsAskedFor) {
  make("b", "", "k", "v");
  make("c", "", "k", "v");
  make("a", "", "k", "v");
  EXPECT_EQ(names({}), "b c a");
  EXPECT_EQ(names({.sort_order = "desc"}), "a c b");
  EXPECT_EQ(names({.sort_by = "name"}), "a b c");
  EXPECT_EQ(names({.sort_by = "name", .sort_order = "desc"}), "c b a");
  put("b", 2, "two");
  EXPECT_EQ(names({.sort_by = "last-changed-date"}), "c a b");
  value("c");
  EXPECT_EQ(names({.sort_by = "last-accessed-date", .sort_order = "desc"}).substr(0, 1), "c");
}

TEST_F(ListSecretsTest, EntriesTellTagsAndLabelsAndLeaveOutTheDeleted) {
  make("a", "d", "team", "x");
  const auto entry = client.list_secrets({}).secret_list->at(0);
  EXPECT_EQ(entry.description, "d");
  EXPECT_EQ(entry.tags->at(0).value, "x");
  EXPECT_EQ(entry.secret_versions_to_stages->at(token(1)), std::vector<std::string>{"AWSCURRENT"});
  remove("a", 7);
  EXPECT_EQ(names({}), "");
  const auto planned = client.list_secrets({.include_planned_deletion = true});
  EXPECT_TRUE(planned.secret_list->at(0).deleted_date);
}

}  // namespace
}  // namespace hanbat::secretsmanager
