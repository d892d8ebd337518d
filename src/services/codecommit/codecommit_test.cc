// CodeCommit against a region in memory and the git program itself.
#include "services/codecommit/codecommit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/encoding.h"
#include "gen/codecommit/client.h"
#include "http/server.h"
#include "os/files.h"
#include "os/process.h"
#include "os/sockets.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat::codecommit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class CodeCommitTest : public testing::Test {
 protected:
  CodeCommitTest() {
    home.identity.git_users = [this](std::string_view name, std::string_view password) {
      return name == "git" && password == "right" ? std::optional(home.user) : std::nullopt;
    };
    service = &home.add<CodeCommit>();
    home.tasks->handle(std::string(region::kDeliverEvent),
                       [this](store::TaskRun& run) { events.push_back(run.body()); });
    home.start();
    server = std::make_unique<http::Server>(http::ServerOptions{},
                                            [this](http::Exchange& exchange) { service->serve(exchange); });
    Fd fd = listen_tcp("127.0.0.1", 0);
    address = "127.0.0.1:" + std::to_string(local_address(fd.get()).port);
    server->add_listener(std::move(fd), {});
  }

  Client client() { return Client(home.home, home.user, home.region); }
  std::string url(const std::string& name, const std::string& password = "right") {
    return "http://git:" + password + "@" + address + "/v1/repos/" + name;
  }
  Captured git(std::vector<std::string> words) {
    words.insert(words.begin(),
                 {"git", "-c", "user.name=Tester", "-c", "user.email=t@example.test", "-c", "init.defaultBranch=main"});
    SpawnOptions options;
    options.variables = {{"GIT_TERMINAL_PROMPT", "0"},
                         {"GIT_CONFIG_NOSYSTEM", "1"},
                         {"GIT_CONFIG_GLOBAL", "/dev/null"},
                         {"HOME", folder.path()}};
    options.folder = folder.path();
    return run_capture(words, {.spawn = options, .timeout = std::chrono::seconds(60)});
  }
  /// A clone with one commit, pushed to the branch.
  void push_file(const std::string& name, const std::string& branch, const std::string& content) {
    const std::string work = folder.path() + "/" + name;
    if (!path_exists(work)) {
      ASSERT_EQ(git({"init", "-q", work}).exit_code, 0);
      git({"-C", work, "remote", "add", "origin", url(name)});
    }
    write_file_atomic(work + "/app.py", content);
    git({"-C", work, "add", "-A"});
    ASSERT_EQ(git({"-C", work, "commit", "-qm", "change"}).exit_code, 0);
    const Captured pushed = git({"-C", work, "push", "-q", "origin", "HEAD:refs/heads/" + branch});
    ASSERT_EQ(pushed.exit_code, 0) << pushed.err;
  }
  std::vector<std::string> event_names() {
    home.run_until_idle();
    std::vector<std::string> names;
    for (const auto& event : events)
      names.push_back(event["detail"].text("event") + " " + event["detail"].text("referenceName"));
    return names;
  }

  region::TestRegion home;
  CodeCommit* service;
  TemporaryFolder folder;
  std::unique_ptr<http::Server> server;
  std::string address;
  std::vector<Json> events;
};

TEST_F(CodeCommitTest, MakesTheFirstPushedBranchTheDefaultAndTellsTheBus) {
  client().create_repository({.repository_description = "d", .repository_name = "app"});
  EXPECT_EQ(client().get_repository({.repository_name = "app"}).repository_metadata->default_branch, std::nullopt);
  push_file("app", "trunk", "one");
  push_file("app", "trunk", "two");
  push_file("app", "release", "three");
  EXPECT_EQ(client().get_repository({.repository_name = "app"}).repository_metadata->default_branch, "trunk");
  EXPECT_THAT(*client().list_branches({.repository_name = "app"}).branches, ElementsAre("release", "trunk"));
  EXPECT_THAT(event_names(),
              ElementsAre("referenceCreated trunk", "referenceUpdated trunk", "referenceCreated release"));
  const Json& event = events[1];
  EXPECT_EQ(event.text("source"), "aws.codecommit");
  EXPECT_EQ(event.text("detail-type"), "CodeCommit Repository State Change");
  EXPECT_EQ(event["resources"].items()[0].as_string(), "arn:aws:codecommit:ap-northeast-2:123456789012:app");
  EXPECT_EQ(event["detail"].text("oldCommitId"), events[0]["detail"].text("commitId"));
  EXPECT_EQ(event["detail"].text("callerUserArn"), home.user.arn);
  EXPECT_EQ(event["detail"].text("referenceFullName"), "refs/heads/trunk");
}

TEST_F(CodeCommitTest, GivesBackWhatWasPushed) {
  client().create_repository({.repository_name = "app"});
  push_file("app", "main", "hello");
  const GetFileOutput file = client().get_file({.file_path = "app.py", .repository_name = "app"});
  EXPECT_EQ(file.file_content, "hello");
  EXPECT_EQ(file.file_mode, "NORMAL");
  ASSERT_EQ(git({"clone", "-q", url("app"), folder.path() + "/copy"}).exit_code, 0);
  EXPECT_EQ(read_file(folder.path() + "/copy/app.py"), "hello");
  ASSERT_EQ(git({"-c", "protocol.version=0", "clone", "-q", "--depth=1", url("app"), folder.path() + "/old"}).exit_code,
            0);
  EXPECT_EQ(read_file(folder.path() + "/old/app.py"), "hello");
}

TEST_F(CodeCommitTest, RefusesStrangersUnknownRepositoriesAndStalePushes) {
  client().create_repository({.repository_name = "app"});
  push_file("app", "main", "one");
  EXPECT_NE(git({"ls-remote", url("app", "wrong")}).exit_code, 0);
  EXPECT_THAT(git({"ls-remote", url("none")}).err, HasSubstr("repository 'none' not found in ap-northeast-2"));
  const std::string work = folder.path() + "/app";
  git({"-C", work, "checkout", "-q", "--orphan", "other"});
  git({"-C", work, "commit", "-qm", "unrelated"});
  EXPECT_NE(git({"-C", work, "push", "-q", "origin", "HEAD:refs/heads/main"}).exit_code, 0);
  EXPECT_EQ(git({"-C", work, "push", "-q", "-f", "origin", "HEAD:refs/heads/main"}).exit_code, 0);
  const Captured deletion = git({"-C", work, "push", "origin", ":refs/heads/main"});
  EXPECT_NE(deletion.exit_code, 0);
  EXPECT_THAT(deletion.err, HasSubstr("default branch cannot be deleted"));
}

TEST_F(CodeCommitTest, TakesTagsDeletionsAndAtomicPushes) {
  client().create_repository({.repository_name = "app"});
  push_file("app", "main", "one");
  const std::string work = folder.path() + "/app";
  git({"-C", work, "tag", "-a", "v1", "-m", "first"});
  ASSERT_EQ(git({"-C", work, "push", "-q", "--atomic", "origin", "v1", "HEAD:refs/heads/dev"}).exit_code, 0);
  EXPECT_EQ(git({"-C", work, "push", "-q", "--atomic", "origin", ":refs/heads/dev", ":refs/heads/main"}).exit_code, 1);
  EXPECT_THAT(*client().list_branches({.repository_name = "app"}).branches, ElementsAre("dev", "main"));
  ASSERT_EQ(git({"-C", work, "push", "-q", "origin", ":refs/heads/dev"}).exit_code, 0);
  EXPECT_THAT(event_names(), testing::UnorderedElementsAre("referenceCreated main", "referenceCreated v1",
                                                           "referenceCreated dev", "referenceDeleted dev"));
  EXPECT_EQ(client().get_file({.commit_specifier = "v1", .file_path = "app.py", .repository_name = "app"}).file_content,
            "one");
}

TEST_F(CodeCommitTest, TakesALargePush) {
  client().create_repository({.repository_name = "app"});
  std::string large;
  for (int i = 0; i < 400'000; ++i) large += std::to_string(i * 2654435761u) + "\n";
  push_file("app", "main", large.substr(0, 4'000'000));
  ASSERT_EQ(git({"clone", "-q", url("app"), folder.path() + "/copy"}).exit_code, 0);
  EXPECT_EQ(read_file(folder.path() + "/copy/app.py"), large.substr(0, 4'000'000));
}

TEST_F(CodeCommitTest, CommitsFilesByTheApi) {
  client().create_repository({.repository_name = "app"});
  const PutFileOutput first = client().put_file({.branch_name = "main",
                                                 .commit_message = "first",
                                                 .email = "a@example.test",
                                                 .file_content = "one",
                                                 .file_path = "src/app.py",
                                                 .name = "Ann",
                                                 .repository_name = "app"});
  EXPECT_THROW(
      client().put_file({.branch_name = "main", .file_content = "two", .file_path = "x", .repository_name = "app"}),
      ParentCommitIdRequiredException);
  const CreateCommitOutput second = client().create_commit(
      {.branch_name = "main",
       .parent_commit_id = first.commit_id,
       .put_files =
           std::vector<PutFileEntry>{{.file_content = "#!/bin/sh\n", .file_mode = "EXECUTABLE", .file_path = "run"},
                                     {.file_content = "two", .file_path = "src/app.py"}},
       .repository_name = "app"});
  EXPECT_EQ(second.files_added->size(), 1u);
  EXPECT_EQ(second.files_updated->size(), 1u);
  EXPECT_THROW(
      client().delete_file(
          {.branch_name = "main", .file_path = "run", .parent_commit_id = first.commit_id, .repository_name = "app"}),
      ParentCommitIdOutdatedException);
  for (const char* path : {"../x", "a/../b", ".git/config", "a//b", "x/.GIT/hooks"})
    EXPECT_THROW(client().put_file({.branch_name = "main",
                                    .file_content = "x",
                                    .file_path = path,
                                    .parent_commit_id = *second.commit_id,
                                    .repository_name = "app"}),
                 InvalidPathException)
        << path;
  EXPECT_THROW(client().put_file({.branch_name = "main",
                                  .file_content = "x",
                                  .file_path = "run/x",
                                  .parent_commit_id = *second.commit_id,
                                  .repository_name = "app"}),
               DirectoryNameConflictsWithFileNameException);

  const GetCommitOutput commit = client().get_commit({.commit_id = first.commit_id, .repository_name = "app"});
  EXPECT_EQ(commit.commit.author->name, "Ann");
  EXPECT_EQ(commit.commit.message, "first");
  const GetFolderOutput top = client().get_folder({.folder_path = "/", .repository_name = "app"});
  EXPECT_EQ(top.files->at(0).file_mode, "EXECUTABLE");
  EXPECT_EQ(top.sub_folders->at(0).relative_path, "src");
  const GetDifferencesOutput changes = client().get_differences(
      {.after_commit_specifier = "main", .before_commit_specifier = first.commit_id, .repository_name = "app"});
  ASSERT_EQ(changes.differences->size(), 2u);
  EXPECT_EQ(changes.differences->at(0).change_type, "A");
  EXPECT_THAT(event_names(), ElementsAre("referenceCreated main", "referenceUpdated main"));
  ASSERT_EQ(git({"clone", "-q", url("app"), folder.path() + "/copy"}).exit_code, 0);
  EXPECT_EQ(read_file(folder.path() + "/copy/src/app.py"), "two");
}

TEST_F(CodeCommitTest, MergesByEveryStrategy) {
  client().create_repository({.repository_name = "app"});
  const auto put = [&](const std::string& branch, const std::string& path, const std::string& content) {
    const GetBranchOutput tip = client().get_branch({.branch_name = branch, .repository_name = "app"});
    return client().put_file({.branch_name = branch,
                              .file_content = content,
                              .file_path = path,
                              .parent_commit_id = *tip.branch->commit_id,
                              .repository_name = "app"});
  };
  const std::string base =
      client()
          .put_file(
              {.branch_name = "main", .file_content = "1\n2\n3\n4\n5\n", .file_path = "a", .repository_name = "app"})
          .commit_id;
  client().create_branch({.branch_name = "dev", .commit_id = base, .repository_name = "app"});
  const std::string dev = put("dev", "b", "b").commit_id;
  EXPECT_EQ(
      client()
          .merge_branches_by_fast_forward(
              {.destination_commit_specifier = "main", .repository_name = "app", .source_commit_specifier = "dev"})
          .commit_id,
      dev);
  put("main", "a", "1!\n2\n3\n4\n5\n");
  put("dev", "a", "1\n2\n3\n4\n5!\n");
  const auto conflicts = [&](const char* level) {
    return client().get_merge_conflicts({.conflict_detail_level = level,
                                         .destination_commit_specifier = "main",
                                         .merge_option = "THREE_WAY_MERGE",
                                         .repository_name = "app",
                                         .source_commit_specifier = "dev"});
  };
  EXPECT_FALSE(conflicts("FILE_LEVEL").mergeable);
  EXPECT_EQ(conflicts("FILE_LEVEL").conflict_metadata_list.at(0).file_path, "a");
  EXPECT_TRUE(conflicts("LINE_LEVEL").mergeable);
  EXPECT_THROW(
      client().merge_branches_by_three_way(
          {.destination_commit_specifier = "main", .repository_name = "app", .source_commit_specifier = "dev"}),
      ManualMergeRequiredException);
  const auto merged = client().merge_branches_by_three_way({.conflict_detail_level = "LINE_LEVEL",
                                                            .destination_commit_specifier = "main",
                                                            .repository_name = "app",
                                                            .source_commit_specifier = "dev"});
  EXPECT_EQ(client().get_file({.file_path = "a", .repository_name = "app"}).file_content, "1!\n2\n3\n4\n5!\n");
  EXPECT_EQ(client().get_commit({.commit_id = *merged.commit_id, .repository_name = "app"}).commit.parents->size(), 2u);
  put("main", "a", "mine\n");
  put("dev", "a", "theirs\n");
  const auto squashed = client().merge_branches_by_squash({.conflict_resolution_strategy = "ACCEPT_SOURCE",
                                                           .destination_commit_specifier = "main",
                                                           .repository_name = "app",
                                                           .source_commit_specifier = "dev"});
  EXPECT_EQ(client().get_file({.file_path = "a", .repository_name = "app"}).file_content, "theirs\n");
  EXPECT_EQ(client().get_commit({.commit_id = *squashed.commit_id, .repository_name = "app"}).commit.parents->size(),
            1u);
}

// A commit is written before the transaction that names it. Here that does not come about: the second time that the
// handler asks, the caller may no longer.
TEST_F(CodeCommitTest, SweepsWhatNoReferenceHasReachedForTwoWeeks) {
  const std::string id = *client().create_repository({.repository_name = "app"}).repository_metadata->repository_id;
  push_file("app", "main", "kept");
  const std::string tip = *client().get_branch({.branch_name = "main", .repository_name = "app"}).branch->commit_id;
  int asked = 0;
  home.authorizer.refuses = [&](const region::AccessQuestion& question) {
    return question.action == "codecommit:PutFile" && ++asked == 2;
  };
  EXPECT_EQ(wire::code_of([&] {
              client().put_file({.branch_name = "main",
                                 .file_content = "lost",
                                 .file_path = "lost",
                                 .parent_commit_id = tip,
                                 .repository_name = "app"});
            }),
            "AccessDenied");
  EXPECT_EQ(asked, 2);
  const std::string objects = home.folder + "/codecommit/" + id + ".git";
  const std::string lost = run_checked({"git", "hash-object", "--stdin"}, {.input = "lost"}).substr(0, 40);
  const auto has_lost = [&] { return run_capture({"git", "--git-dir", objects, "cat-file", "-e", lost}).ok(); };
  EXPECT_TRUE(has_lost());
  home.clock.advance(std::chrono::hours(2));
  home.run_until_idle();
  EXPECT_TRUE(has_lost());

  for (const auto& file : std::filesystem::recursive_directory_iterator(objects + "/objects"))
    std::filesystem::last_write_time(file, std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * 15));
  home.clock.advance(std::chrono::hours(25));
  home.run_until_idle();
  EXPECT_FALSE(has_lost());
  ASSERT_EQ(git({"clone", "-q", url("app"), folder.path() + "/copy"}).exit_code, 0);
  EXPECT_EQ(read_file(folder.path() + "/copy/app.py"), "kept");
}

TEST_F(CodeCommitTest, ARepositoryWithoutACommitIsReadWithoutBeingMade) {
  const std::string id = *client().create_repository({.repository_name = "app"}).repository_metadata->repository_id;
  const std::string nowhere(40, 'a');
  EXPECT_EQ(wire::code_of([&] {
              client().create_branch({.branch_name = "dev", .commit_id = nowhere, .repository_name = "app"});
            }),
            "CommitDoesNotExistException");
  EXPECT_EQ(wire::code_of([&] { client().get_blob({.blob_id = nowhere, .repository_name = "app"}); }),
            "BlobIdDoesNotExistException");
  EXPECT_FALSE(path_exists(home.folder + "/codecommit/" + id + ".git"));
}

TEST_F(CodeCommitTest, ForgetsADeletedRepositoryAndItsObjects) {
  const std::string id = *client().create_repository({.repository_name = "app"}).repository_metadata->repository_id;
  EXPECT_THROW(client().create_repository({.repository_name = "app"}), RepositoryNameExistsException);
  push_file("app", "main", "one");
  EXPECT_TRUE(path_exists(home.folder + "/codecommit/" + id + ".git"));
  EXPECT_EQ(client().delete_repository({.repository_name = "app"}).repository_id, id);
  home.run_until_idle();
  EXPECT_FALSE(path_exists(home.folder + "/codecommit/" + id + ".git"));
  EXPECT_THROW(client().get_repository({.repository_name = "app"}), RepositoryDoesNotExistException);
}

TEST_F(CodeCommitTest, RefusesNamesThatGitOrAwsWouldNotTake) {
  for (const char* name : {"a b", "x.git", "../x", "a/b"}) {
    const auto make = [&] { client().create_repository({.repository_name = name}); };
    EXPECT_EQ(wire::code_of(make), "InvalidRepositoryNameException") << name;
  }
  client().create_repository({.repository_name = "app"});
  const std::string base =
      client()
          .put_file({.branch_name = "main", .file_content = "1", .file_path = "a", .repository_name = "app"})
          .commit_id;
  for (const char* name : {"a..b", "-x~", "a b", "/x", "x.lock", "a//b"})
    EXPECT_THROW(client().create_branch({.branch_name = name, .commit_id = base, .repository_name = "app"}),
                 InvalidBranchNameException)
        << name;
}

}  // namespace
}  // namespace hanbat::codecommit
