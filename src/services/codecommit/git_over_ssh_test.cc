// git over SSH with a git client and the program that sshd runs for it; a shell script stands for sshd and the network
// between them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "gen/codecommit/client.h"
#include "os/files.h"
#include "os/process.h"
#include "region/ssh_keys.h"
#include "region/testing.h"
#include "services/codecommit/codecommit.h"

namespace hanbat::codecommit {
namespace {

using testing::HasSubstr;

constexpr const char* kKey = "APKATESTTESTTESTTEST";

class OneSshKey final : public region::SshKeys {
 public:
  std::optional<region::SshKey> find_ssh_key(store::Tx&, std::string_view key_id) override {
    if (!active || key_id != kKey) return std::nullopt;
    return region::SshKey{"ssh-rsa AAAA", region::test_user()};
  }
  bool active = true;
};

class GitOverSshTest : public testing::Test {
 protected:
  GitOverSshTest() {
    make_folders(home.folder + "/ssh", 0700);
    home.add<CodeCommit>(&keys);
    home.start();
    client().create_repository({.repository_name = "app"});
    home.trail.clear();
    const std::string built = std::filesystem::read_symlink("/proc/self/exe").parent_path();
    program = built + "/ssh/hanbat-git-ssh";
    write_file_atomic(folder.path() + "/ssh",
                      "#!/bin/sh\nSSH_ORIGINAL_COMMAND=\"$2\" SSH_CONNECTION='10.1.0.5 1 10.1.0.6 22' exec " + program +
                          " session " + door() + " " + kKey + "\n",
                      0755);
  }

  Client client() { return Client(home.home.as(home.user, home.region)); }
  std::string door() const { return home.folder + "/ssh/git.sock"; }
  std::string url(const std::string& name = "app") const {
    return "ssh://" + std::string(kKey) + "@git-codecommit.ap-northeast-2.amazonaws.com/v1/repos/" + name;
  }
  Captured git(std::vector<std::string> arguments) {
    CaptureOptions options;
    options.spawn.variables = {{"GIT_SSH_COMMAND", folder.path() + "/ssh"},
                               {"GIT_SSH_VARIANT", "simple"},
                               {"GIT_CONFIG_GLOBAL", "/dev/null"},
                               {"GIT_CONFIG_NOSYSTEM", "1"},
                               {"GIT_AUTHOR_NAME", "T"},
                               {"GIT_AUTHOR_EMAIL", "t@example.test"},
                               {"GIT_COMMITTER_NAME", "T"},
                               {"GIT_COMMITTER_EMAIL", "t@example.test"}};
    options.timeout = std::chrono::minutes(2);
    arguments.insert(arguments.begin(), "git");
    return run_capture(arguments, options);
  }
  std::string work() const { return folder.path() + "/work"; }
  void clone() {
    const Captured cloned = git({"clone", "-q", url(), work()});
    ASSERT_EQ(cloned.exit_code, 0) << cloned.err;
  }
  void commit(const std::string& text) {
    write_file_atomic(work() + "/app.py", text);
    git({"-C", work(), "add", "app.py"});
    ASSERT_EQ(git({"-C", work(), "commit", "-qm", text}).exit_code, 0);
  }
  std::string content() { return client().get_file({.file_path = "app.py", .repository_name = "app"}).file_content; }
  Captured ask_key(const std::string& id) { return run_capture({program, "key", door(), id}); }

  OneSshKey keys;  // asked by the region's threads, so it outlives them
  region::TestRegion home;
  TemporaryFolder folder;
  std::string program;
};

TEST_F(GitOverSshTest, ClonesPushesAndFetches) {
  clone();
  commit("one");
  const Captured pushed = git({"-C", work(), "push", "origin", "HEAD:refs/heads/main"});
  ASSERT_EQ(pushed.exit_code, 0) << pushed.err;
  EXPECT_EQ(content(), "one");
  commit("two");
  ASSERT_EQ(git({"-C", work(), "push", "-q", "origin", "HEAD:refs/heads/main"}).exit_code, 0);
  EXPECT_EQ(content(), "two");
  for (const char* version : {"0", "1", "2"}) {
    const std::string copy = folder.path() + "/copy" + version;
    const Captured cloned = git({"-c", std::string("protocol.version=") + version, "clone", "-q", url(), copy});
    ASSERT_EQ(cloned.exit_code, 0) << cloned.err;
    EXPECT_EQ(read_file(copy + "/app.py"), "two");
  }
  ASSERT_EQ(git({"-C", work(), "push", "-q", "origin", "HEAD:refs/heads/side"}).exit_code, 0);
  const Captured removed = git({"-C", work(), "push", "-q", "origin", ":refs/heads/side"});
  EXPECT_EQ(removed.exit_code, 0) << removed.err;
}

TEST_F(GitOverSshTest, TheTrailSaysWhoCameByWhichWay) {
  clone();
  const auto entries = home.trail.entries();
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_EQ(entries[0].operation, "GitPull");
  EXPECT_EQ(region::connection_of(entries[0].caller), "10.1.0.5|||tls");
}

TEST_F(GitOverSshTest, PoliciesDecideAsTheyDoOverHttp) {
  clone();
  commit("one");
  home.authorizer.refuses = [](const region::AccessQuestion& question) {
    const auto found = question.keys.find("codecommit:References");
    return found != question.keys.end() && std::ranges::count(found->second, "refs/heads/main") > 0;
  };
  const Captured pushed = git({"-C", work(), "push", "origin", "HEAD:refs/heads/main"});
  EXPECT_NE(pushed.exit_code, 0);
  EXPECT_THAT(pushed.err, HasSubstr("not authorized"));
  EXPECT_EQ(git({"-C", work(), "push", "-q", "origin", "HEAD:refs/heads/other"}).exit_code, 0);
  home.authorizer.refuses = [](const region::AccessQuestion& question) {
    return question.action == "codecommit:GitPull";
  };
  const Captured pulled = git({"ls-remote", url()});
  EXPECT_NE(pulled.exit_code, 0);
  EXPECT_THAT(pulled.err, HasSubstr("codecommit:GitPull"));
}

TEST_F(GitOverSshTest, WhatIsNotThereIsSaid) {
  EXPECT_THAT(git({"ls-remote", url("none")}).err, HasSubstr("repository 'none' not found in ap-northeast-2"));
  keys.active = false;
  EXPECT_THAT(git({"ls-remote", url()}).err, HasSubstr("Permission denied (publickey)."));
  EXPECT_NE(ask_key(kKey).exit_code, 0);
}

TEST_F(GitOverSshTest, SshdIsToldTheKeyAndTheOneProgramThatItOpens) {
  const Captured told = ask_key(kKey);
  EXPECT_EQ(told.exit_code, 0) << told.err;
  EXPECT_EQ(told.out, "restrict,command=\"" + program + " session " + door() + " " + kKey + "\" ssh-rsa AAAA\n");
  EXPECT_NE(ask_key("APKANOBODYNOBODYNOBO").exit_code, 0);
  EXPECT_EQ(ask_key("APKA\" ssh-rsa").exit_code, 2);
}

TEST_F(GitOverSshTest, NoOtherCommandIsCarriedOut) {
  const auto answer = [&](const std::string& command) {
    CaptureOptions options;
    options.spawn.variables = {{"SSH_ORIGINAL_COMMAND", command}, {"SSH_CONNECTION", "10.1.0.5 1 10.1.0.6 22"}};
    return run_capture({program, "session", door(), kKey}, options);
  };
  EXPECT_THAT(answer("").err, HasSubstr("You have successfully authenticated over SSH."));
  EXPECT_THAT(answer("cat /etc/passwd").err, HasSubstr("Only git-upload-pack and git-receive-pack"));
  EXPECT_THAT(answer("git-upload-pack '/etc'").err, HasSubstr("/v1/repos/"));
  EXPECT_THAT(answer("git-upload-pack '/v1/repos/app/../app'").err, HasSubstr("/v1/repos/"));
  EXPECT_NE(answer("git-upload-archive '/v1/repos/app'").exit_code, 0);
}

TEST_F(GitOverSshTest, ARepositoryTellsItsAddress) {
  EXPECT_EQ(client().get_repository({.repository_name = "app"}).repository_metadata->clone_url_ssh,
            "ssh://git-codecommit.ap-northeast-2.amazonaws.com/v1/repos/app");
}

}  // namespace
}  // namespace hanbat::codecommit
