// CodeCommit's repositories as rows: lists page by page, tags, and databases of before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/codecommit/client.h"
#include "region/testing.h"
#include "services/codecommit/codecommit.h"
#include "store/statement_watch.h"
#include "wire/testing.h"

namespace hanbat::codecommit {
namespace {

using testing::ElementsAre;

class RepositoriesTest : public testing::Test {
 protected:
  RepositoriesTest() {
    home.add<CodeCommit>();
    home.start();
  }
  Client client() { return Client(home.home, home.user, home.region); }

  region::TestRegion home;
};

TEST(CodeCommitDatabase, ARepositoryOfBeforeIsThereWithItsBranchesAndTags) {
  region::TestRegion old;
  old.add<CodeCommit>();
  old.migrate_before("codecommit", 2);
  old.db->write([](store::Tx& tx) {
    const auto add = [&](const char* id, const char* name, std::optional<std::string> branch, const char* body) {
      tx.exec(
          "INSERT INTO codecommit_repositories(id, account, region, name, default_branch, body, created, modified) "
          "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
          id, "123456789012", "ap-northeast-2", name, branch, body, 1'795'000'000'123, 1'795'000'000'456);
    };
    add("uuid-1", "app", "a\"b", R"({"description":"of before","tags":{"team":"a"}})");
    add("uuid-2", "empty", std::nullopt, R"({"tags":{}})");
    tx.exec("INSERT INTO codecommit_references(repository_id, name, object_id) VALUES (?, ?, ?)", "uuid-1",
            "refs/heads/a\"b", std::string(40, 'a'));
  });
  old.start();
  const Client client(old.home, old.user, old.region);
  const RepositoryMetadata app = *client.get_repository({.repository_name = "app"}).repository_metadata;
  EXPECT_EQ(app.repository_id, "uuid-1");
  EXPECT_EQ(app.default_branch, "a\"b");
  EXPECT_EQ(app.repository_description, "of before");
  EXPECT_EQ(app.creation_date, Timestamp{1'795'000'000'123});
  EXPECT_EQ(app.last_modified_date, Timestamp{1'795'000'000'456});
  EXPECT_THAT(*client.list_branches({.repository_name = "app"}).branches, ElementsAre("a\"b"));
  EXPECT_THAT(*client.list_tags_for_resource({.resource_arn = *app.arn}).tags,
              ElementsAre(std::pair<const std::string, std::string>("team", "a")));
  EXPECT_EQ(client.get_repository({.repository_name = "empty"}).repository_metadata->default_branch, std::nullopt);
}

TEST_F(RepositoriesTest, TagsFollowARepositoryThatIsRenamedAndGoWithIt) {
  const std::string before = "arn:aws:codecommit:ap-northeast-2:123456789012:old";
  const std::string after = "arn:aws:codecommit:ap-northeast-2:123456789012:new";
  using Tags = std::map<std::string, std::string>;
  client().create_repository({.repository_name = "old", .tags = Tags{{"team", "a"}}});
  client().update_repository_name({.new_name = "new", .old_name = "old"});
  EXPECT_EQ(client().list_tags_for_resource({.resource_arn = after}).tags, (Tags{{"team", "a"}}));
  const auto tag = [&](const std::string& key) {
    return wire::code_of([&] { client().tag_resource({.resource_arn = after, .tags = {{key, "v"}}}); });
  };
  EXPECT_EQ(tag("aws:team"), "InvalidSystemTagUsageException");
  EXPECT_EQ(tag("k*"), "InvalidTagsMapException");
  EXPECT_EQ(tag(std::string(129, 'k')), "InvalidTagsMapException") << "a limit of the model";
  client().delete_repository({.repository_name = "new"});
  client().create_repository({.repository_name = "new"});
  EXPECT_EQ(client().list_tags_for_resource({.resource_arn = after}).tags, Tags{});
  EXPECT_EQ(wire::code_of([&] { client().list_tags_for_resource({.resource_arn = before}); }),
            "RepositoryDoesNotExistException");
}

TEST_F(RepositoriesTest, ListsAreCutIntoPagesThatAddUp) {
  client().create_repository({.repository_name = "app"});
  std::vector<PutFileEntry> files;
  for (const char* path : {"a", "b/c", "b.d", "e"}) files.push_back({.file_content = path, .file_path = path});
  const std::string commit =
      *client().create_commit({.branch_name = "main", .put_files = files, .repository_name = "app"}).commit_id;
  std::vector<std::string> seen;
  std::optional<std::string> token;
  for (int page = 0; page < 5 && (page == 0 || token); ++page) {
    const auto out = client().get_differences(
        {.max_results = 1, .next_token = token, .after_commit_specifier = commit, .repository_name = "app"});
    for (const Difference& difference : *out.differences) seen.push_back(*difference.after_blob->path);
    token = out.next_token;
  }
  EXPECT_THAT(seen, ElementsAre("a", "b.d", "b/c", "e"));
  const auto differences = [&](std::optional<std::string> next, std::optional<int> most) {
    return wire::code_of([&] {
      client().get_differences(
          {.max_results = most, .next_token = next, .after_commit_specifier = commit, .repository_name = "app"});
    });
  };
  EXPECT_EQ(differences("1", {}), "InvalidContinuationTokenException");
  EXPECT_EQ(differences({}, 0), "InvalidMaxResultsException");
  EXPECT_EQ(wire::code_of([&] { client().list_branches({.next_token = "main", .repository_name = "app"}); }),
            "InvalidContinuationTokenException");
  EXPECT_EQ(wire::code_of([&] { client().list_repositories({.next_token = "-1"}); }),
            "InvalidContinuationTokenException");
  const auto conflicts = [&](std::optional<int> most) {
    return wire::code_of([&] {
      client().get_merge_conflicts({.destination_commit_specifier = "main",
                                    .max_conflict_files = most,
                                    .merge_option = "SQUASH_MERGE",
                                    .repository_name = "app",
                                    .source_commit_specifier = "main"});
    });
  };
  EXPECT_EQ(conflicts(0), "InvalidMaxConflictFilesException");
  EXPECT_EQ(conflicts(1), "");
}

TEST_F(RepositoriesTest, AListByNameReadsNoMoreThanItsPageOfAThousand) {
  std::vector<std::string> names;
  const auto make = [&](int count) {
    for (int i = 0; i < count; ++i) {
      names.push_back("app-" + std::to_string(10000 + names.size()));
      client().create_repository({.repository_name = names.back()});
    }
  };
  const auto steps = [&] {
    const store::StatementWatch watch;
    client().list_repositories({});
    std::int64_t sum = 0;
    for (const store::WatchedStatement& statement : watch.statements()) sum += statement.steps;
    return sum;
  };
  make(1100);
  const std::int64_t before = steps();
  make(1100);
  EXPECT_LT(steps(), before + 1000);
  std::vector<std::string> seen;
  std::optional<std::string> token;
  do {
    const auto page = client().list_repositories({.next_token = token});
    for (const RepositoryNameIdPair& each : *page.repositories) seen.push_back(*each.repository_name);
    token = page.next_token;
  } while (token && seen.size() < 2 * names.size());
  EXPECT_EQ(seen, names);
}

}  // namespace
}  // namespace hanbat::codecommit
