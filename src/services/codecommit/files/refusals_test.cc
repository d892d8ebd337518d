// What CodeCommit refuses of commits, paths and names, before and after it looks into the repository.
#include <gtest/gtest.h>

#include "gen/codecommit/client.h"
#include "region/testing.h"
#include "services/codecommit/codecommit.h"
#include "wire/testing.h"

namespace hanbat::codecommit {
namespace {

struct CommitRefusals : testing::Test {
  CommitRefusals() {
    service = &home.add<CodeCommit>();
    home.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    home.start();
    client().create_repository({.repository_name = "app"});
    first = put("a.txt", "1");
  }
  Client client() { return Client(home.home, home.user, home.region); }
  std::string put(const std::string& path, const std::string& content) {
    return client()
        .put_file({.branch_name = "main",
                   .file_content = content,
                   .file_path = path,
                   .parent_commit_id = first.empty() ? std::nullopt : std::optional(first),
                   .repository_name = "app"})
        .commit_id;
  }
  template <class Call>
  static std::string code(const Call& call) {
    return wire::code_of(call);
  }
  std::string code_of_commit(std::vector<PutFileEntry> files) {
    return code([&] {
      client().create_commit(
          {.branch_name = "main", .parent_commit_id = first, .put_files = files, .repository_name = "app"});
    });
  }

  region::TestRegion home;
  CodeCommit* service;
  std::string first;
};

TEST_F(CommitRefusals, AnAuthorIsTheCallersArnUnlessItIsSaid) {
  const UserInfo author = *client().get_commit({.commit_id = first, .repository_name = "app"}).commit.author;
  EXPECT_EQ(author.name, home.user.arn);
  EXPECT_EQ(author.email, "");
}

TEST_F(CommitRefusals, WhatIsSaidOfACommitIsInIt) {
  const auto is_told = [&](const std::string& id, const std::string& message) {
    const Commit commit = client().get_commit({.commit_id = id, .repository_name = "app"}).commit;
    return commit.author->name == "Me" && commit.author->email == "me@example.test" && commit.message == message;
  };
  first = client()
              .put_file({.branch_name = "main",
                         .commit_message = "put",
                         .email = "me@example.test",
                         .file_content = "x",
                         .file_mode = "EXECUTABLE",
                         .file_path = "dir/run",
                         .name = "Me",
                         .parent_commit_id = first,
                         .repository_name = "app"})
              .commit_id;
  EXPECT_TRUE(is_told(first, "put"));
  EXPECT_EQ(client().get_file({.file_path = "dir/run", .repository_name = "app"}).file_mode, "EXECUTABLE");
  first = client()
              .delete_file({.branch_name = "main",
                            .commit_message = "delete",
                            .email = "me@example.test",
                            .file_path = "dir/run",
                            .keep_empty_folders = true,
                            .name = "Me",
                            .parent_commit_id = first,
                            .repository_name = "app"})
              .commit_id;
  EXPECT_TRUE(is_told(first, "delete"));
  EXPECT_EQ(client().get_file({.file_path = "dir/.gitkeep", .repository_name = "app"}).file_size, 0);
  first = *client()
               .create_commit({.author_name = "Me",
                               .branch_name = "main",
                               .commit_message = "both",
                               .email = "me@example.test",
                               .parent_commit_id = first,
                               .put_files = {{{.file_content = "y", .file_path = "b"}}},
                               .repository_name = "app",
                               .set_file_modes = {{{.file_mode = "EXECUTABLE", .file_path = "a.txt"}}}})
               .commit_id;
  EXPECT_TRUE(is_told(first, "both"));
  EXPECT_EQ(client().get_file({.file_path = "a.txt", .repository_name = "app"}).file_mode, "EXECUTABLE");
}

TEST_F(CommitRefusals, NamesAddressesAndMessagesHaveTheirLimitsEverywhere) {
  struct Words {
    std::optional<std::string> name, email, message;
    std::string code;
  };
  std::string korean;
  for (int i = 0; i < 1025; ++i) korean += "김";
  for (const Words& words :
       {Words{korean, {}, {}, "NameLengthExceededException"}, Words{{}, "a<b@c", {}, "InvalidEmailException"},
        Words{{}, "a\nb@c", {}, "InvalidEmailException"}, Words{{}, std::string(257, 'a'), {}, "InvalidEmailException"},
        Words{{}, {}, std::string((256u << 10) + 1, 'm'), "CommitMessageLengthExceededException"}}) {
    // A wrong word is told before a parent that is none.
    EXPECT_EQ(code([&] {
                client().put_file({.branch_name = "main",
                                   .commit_message = words.message,
                                   .email = words.email,
                                   .file_content = "x",
                                   .file_path = "b",
                                   .name = words.name,
                                   .repository_name = "app"});
              }),
              words.code);
    EXPECT_EQ(code([&] {
                client().delete_file({.branch_name = "main",
                                      .commit_message = words.message,
                                      .email = words.email,
                                      .file_path = "a.txt",
                                      .name = words.name,
                                      .parent_commit_id = std::string(40, 'a'),
                                      .repository_name = "app"});
              }),
              words.code);
    EXPECT_EQ(code([&] {
                client().create_commit({.author_name = words.name,
                                        .branch_name = "main",
                                        .commit_message = words.message,
                                        .email = words.email,
                                        .put_files = {{{.file_content = "x", .file_path = "b"}}},
                                        .repository_name = "app"});
              }),
              words.code);
    EXPECT_EQ(code([&] {
                client().merge_branches_by_squash({.author_name = words.name,
                                                   .commit_message = words.message,
                                                   .destination_commit_specifier = "main",
                                                   .email = words.email,
                                                   .repository_name = "app",
                                                   .source_commit_specifier = "main"});
              }),
              words.code);
  }
}

TEST_F(CommitRefusals, APathThatNeitherCommitHasIsNoDifference) {
  const std::string second = put("dir/b.txt", "2");
  const auto differences = [&](std::optional<std::string> before, std::optional<std::string> after) {
    return code([&] {
      client().get_differences({.after_commit_specifier = second,
                                .after_path = after,
                                .before_commit_specifier = first,
                                .before_path = before,
                                .repository_name = "app"});
    });
  };
  EXPECT_EQ(differences("dir/b.txt", "/dir/b.txt"), "") << "it was added";
  EXPECT_EQ(differences("/", "dir/"), "");
  EXPECT_EQ(differences("nowhere", {}), "PathDoesNotExistException");
  EXPECT_EQ(differences({}, "dir/nowhere"), "PathDoesNotExistException");
  EXPECT_EQ(differences({}, "dir/../a.txt"), "InvalidPathException");
}

TEST_F(CommitRefusals, WhatCanNameNoCommitIsInvalidAndWhatNamesNoneDoesNotExist) {
  const auto folder = [&](const std::string& specifier) {
    return code(
        [&] { client().get_folder({.commit_specifier = specifier, .folder_path = "/", .repository_name = "app"}); });
  };
  for (const char* good : {"main", "HEAD", "refs/heads/main"}) EXPECT_EQ(folder(good), "") << good;
  EXPECT_EQ(folder(first), "");
  for (const char* none : {"dev", "refs/heads/dev", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
    EXPECT_EQ(folder(none), "CommitDoesNotExistException") << none;
  for (const char* invalid : {"no such thing?", "main~1", "a..b"})
    EXPECT_EQ(folder(invalid), "InvalidCommitException") << invalid;
}

TEST_F(CommitRefusals, IdsThatAreNoneAreToldBeforeTheRepositoryIsLookedFor) {
  EXPECT_EQ(code([&] { client().get_commit({.commit_id = "main", .repository_name = "nowhere"}); }),
            "InvalidCommitIdException");
  EXPECT_EQ(code([&] { client().get_blob({.blob_id = "main", .repository_name = "nowhere"}); }),
            "InvalidBlobIdException");
  EXPECT_EQ(code([&] { client().create_branch({.branch_name = "b", .commit_id = "c", .repository_name = "nowhere"}); }),
            "InvalidCommitIdException");
}

TEST_F(CommitRefusals, ATagIsNoBranchToCommitOn) {
  home.db->write([&](store::Tx& tx) {
    const auto app = find_repository(tx, {"123456789012", "ap-northeast-2"}, "app");
    tx.exec("INSERT INTO codecommit_references (repository_id, name, object_id) VALUES (?, ?, ?)", app->id,
            "refs/tags/v1", first);
  });
  EXPECT_EQ(code([&] {
              client().put_file({.branch_name = "v1",
                                 .file_content = "x",
                                 .file_path = "b",
                                 .parent_commit_id = first,
                                 .repository_name = "app"});
            }),
            "BranchNameIsTagNameException");
  EXPECT_EQ(code([&] {
              client().merge_branches_by_fast_forward({.destination_commit_specifier = "main",
                                                       .repository_name = "app",
                                                       .source_commit_specifier = "main",
                                                       .target_branch = "v1"});
            }),
            "BranchNameIsTagNameException");
}

TEST_F(CommitRefusals, ATargetThatCanBeNoBranchIsAnInvalidTarget) {
  EXPECT_EQ(code([&] {
              client().merge_branches_by_fast_forward({.destination_commit_specifier = "main",
                                                       .repository_name = "app",
                                                       .source_commit_specifier = "main",
                                                       .target_branch = "a..b"});
            }),
            "InvalidTargetBranchException");
}

TEST_F(CommitRefusals, AFileIsNoFolderOfAnotherOfTheSameCommit) {
  EXPECT_EQ(code_of_commit({{.file_content = "1", .file_path = "x"}, {.file_content = "2", .file_path = "x/y"}}),
            "PutFileEntryConflictException");
  EXPECT_EQ(code_of_commit({{.file_content = "1", .file_path = "x"}, {.file_content = "2", .file_path = "x-y"}}), "");
}

TEST_F(CommitRefusals, WhatKeepsAFolderIsNotCopied) {
  EXPECT_EQ(code_of_commit({{.file_path = "b", .source_file = SourceFileSpecifier{.file_path = "dir/.gitkeep"}}}),
            "RestrictedSourceFileException");
}

TEST_F(CommitRefusals, AParentOfAnEmptyRepositoryDoesNotExist) {
  client().create_repository({.repository_name = "empty"});
  EXPECT_EQ(code([&] {
              client().put_file({.branch_name = "main",
                                 .file_content = "x",
                                 .file_path = "b",
                                 .parent_commit_id = first,
                                 .repository_name = "empty"});
            }),
            "ParentCommitDoesNotExistException");
}

TEST_F(CommitRefusals, ADescriptionHasAThousandCharactersOfAnyScript) {
  std::string korean;
  for (int i = 0; i < 1000; ++i) korean += "한";
  const auto describe = [&](const std::string& text) {
    return code(
        [&] { client().update_repository_description({.repository_description = text, .repository_name = "app"}); });
  };
  EXPECT_EQ(describe(korean), "");
  EXPECT_EQ(describe(korean + "밭"), "InvalidRepositoryDescriptionException");
}

TEST_F(CommitRefusals, ANameThatIsNoneIsToldInAwssWords) {
  EXPECT_EQ(wire::refusal_of([&] { client().get_repository({.repository_name = "my repo!"}); }),
            "InvalidRepositoryNameException: The repository name is not valid. Repository names can be any valid "
            "combination of letters, numbers, periods, underscores, and dashes between 1 and 100 characters in length. "
            "Names are case sensitive. For more information, see Limits in the AWS CodeCommit User Guide. ");
}

}  // namespace
}  // namespace hanbat::codecommit
