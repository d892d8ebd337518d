// Git shows a login to the host that it is for: tried with git itself, at a host that asks for one.
#include "guest/build_runner/git_login.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/encoding.h"
#include "http/testing.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::guest {
namespace {

/// A host of bare repositories below a folder, for "kim" with "a token" alone; what it was shown otherwise.
class GitHost {
 public:
  explicit GitHost(std::string folder) : folder_(std::move(folder)) {}
  std::uint16_t port() const { return running_.port; }
  std::string address(const std::string& repository) const {
    return "http://127.0.0.1:" + std::to_string(port()) + "/" + repository;
  }

 private:
  void answer(http::Exchange& exchange) {
    if (exchange.head().headers.get("authorization") != "Basic " + to_base64("kim:a token"))
      return exchange.send({401, {{"WWW-Authenticate", "Basic realm=\"git\""}}, ""});
    const std::string path = exchange.head().raw_path.substr(0, exchange.head().raw_path.find('?'));
    const auto file = find_file(folder_ + path);
    exchange.send({file ? 200 : 404, {}, file.value_or("")});
  }

  std::string folder_;
  http::Running running_{{}, [this](http::Exchange& exchange) { answer(exchange); }};
};

class GitLogins : public ::testing::Test {
 protected:
  GitLogins() {
    const std::string work = folder.path() + "/work", bare = folder.path() + "/web.git";
    git({"init", "-q", "-b", "main", work});
    write_file_atomic(work + "/page", "here\n");
    git({"-C", work, "add", "page"});
    git({"-C", work, "-c", "user.name=Kim", "-c", "user.email=kim@example.com", "commit", "-q", "-m", "Begin"});
    git({"clone", "-q", "--bare", work, bare});
    git({"-C", bare, "update-server-info"});
  }

  static Captured run(const std::vector<std::string>& args, const GitAccess& access = {}) {
    std::vector<std::string> argv = {"git"};
    argv.insert(argv.end(), access.options.begin(), access.options.end());
    argv.insert(argv.end(), args.begin(), args.end());
    CaptureOptions options;
    options.spawn.variables = {{"GIT_TERMINAL_PROMPT", "0"}, {"HOME", "/nonexistent"}, {"GIT_CONFIG_NOSYSTEM", "1"}};
    for (const auto& [name, value] : access.variables) options.spawn.variables[name] = value;
    return run_capture(argv, options);
  }
  static void git(const std::vector<std::string>& args) {
    const Captured done = run(args);
    if (!done.ok()) throw std::runtime_error(done.err);
  }
  Captured clone(const std::string& address, const std::vector<border::GitLogin>& logins) {
    const std::string into = folder.path() + "/clone";
    std::filesystem::remove_all(into);
    return run({"clone", "-q", address, into}, git_access(address, logins));
  }

  TemporaryFolder folder;
  GitHost host{folder.path()};
  const std::string name = "127.0.0.1:" + std::to_string(host.port());
};

TEST_F(GitLogins, ARepositoryIsClonedAsWhomTheHostKnows) {
  const Captured done = clone(host.address("web.git"), {{"other.example.com", "x", "y"}, {name, "kim", "a token"}});
  EXPECT_TRUE(done.ok()) << done.err;
  EXPECT_EQ(read_file(folder.path() + "/clone/page"), "here\n");
}

TEST_F(GitLogins, WithoutALoginOrWithAWrongOneItIsNotCloned) {
  EXPECT_FALSE(clone(host.address("web.git"), {}).ok());
  const Captured wrong = clone(host.address("web.git"), {{name, "kim", "another"}});
  EXPECT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.err, testing::HasSubstr("Authentication failed"));
}

TEST_F(GitLogins, ALoginIsForItsHostAlone) {
  // A host with the same name at another port is another.
  EXPECT_FALSE(clone(host.address("web.git"), {{"127.0.0.1", "kim", "a token"}}).ok());
  const GitAccess access = git_access(host.address("web.git"), {{name, "kim", "a token"}});
  GitHost other(folder.path());
  EXPECT_FALSE(run({"clone", "-q", other.address("web.git"), folder.path() + "/clone"}, access).ok())
      << "a submodule of another host is shown nothing";
}

TEST_F(GitLogins, ATokenStandsInNoCommandLine) {
  for (const std::string& option : git_access(host.address("web.git"), {{name, "kim", "a token"}}).options)
    EXPECT_EQ(option.find("a token"), std::string::npos) << option;
}

}  // namespace
}  // namespace hanbat::guest
