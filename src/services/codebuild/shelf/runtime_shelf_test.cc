// The shelf of runtimes, with the host in memory: what a machine leaves comes onto it whole, or not at all.
#include "services/codebuild/shelf/runtime_shelf.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "host/fake_host.h"
#include "os/files.h"
#include "os/process.h"
#include "region/testing.h"
#include "services/codebuild/codebuild.h"

namespace hanbat::codebuild {
namespace {

namespace fs = std::filesystem;

class RuntimeShelfTest : public ::testing::Test {
 protected:
  RuntimeShelfTest() : shelf(test.home, [] {}) {
    write_file_atomic(test.folder + "/runtime-fetcher", "");
    test.add<CodeBuild>();
    test.start();
    build.id = "p:1";
    build.shape.start_time = test.home.clock.now();
  }
  int status() { return shelf.answer(build, "nodejs", "18").status; }
  std::string message() { return Json::parse(shelf.answer(build, "nodejs", "18").body).text("message"); }
  /// The folder that the machine which fetches shares.
  std::string work() {
    for (const auto& entry : fs::directory_iterator(test.folder + "/shared/fetches")) return entry.path();
    return "";
  }
  /// The machine ends: with what it says, and an archive of a prefix.
  void machine_leaves(const std::string& said) {
    make_folders(work() + "/tree/bin");
    write_file_atomic(work() + "/tree/SOURCE", "a registry\n");
    run_checked({"tar", "-C", work() + "/tree", "-cf", work() + "/prefix.tar", "."});
    write_file_atomic(work() + "/done", said);
    advance(1);
  }
  void advance(int seconds) {
    test.clock.advance(std::chrono::seconds(seconds));
    test.run_until_idle();
  }

  host::FakeHost host;
  region::TestRegion test{&host};
  RuntimeShelf shelf;
  BuildRow build;
};

TEST_F(RuntimeShelfTest, WhatBuildsAskForIsFetchedOnceByAMachineThatGoesAgain) {
  EXPECT_EQ(status(), 202);
  EXPECT_EQ(status(), 202);
  test.run_until_idle();
  ASSERT_EQ(host.machine_specs.size(), 1U);
  EXPECT_EQ(status(), 202);
  machine_leaves("ok\n");
  const http::Response answer = shelf.answer(build, "nodejs", "18");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(Json::parse(answer.body).text("folder"), "/hanbat/runtimes/nodejs/18");
  EXPECT_EQ(Json::parse(answer.body).text("source"), "a registry");
  EXPECT_TRUE(path_exists(shelf.folder() + "/nodejs/18/bin"));
  EXPECT_TRUE(host.machine_specs.empty());
  EXPECT_EQ(work(), "");
}

TEST_F(RuntimeShelfTest, WhatCannotBeHadIsSaidToWhoAskedAndTriedAgainForALaterBuild) {
  EXPECT_EQ(status(), 202);
  test.run_until_idle();
  machine_leaves("There is none.");
  EXPECT_EQ(status(), 404);
  EXPECT_EQ(message(), "There is none. An operator adds one with: hanbat image runtime add nodejs 18 FILE.tar");
  EXPECT_FALSE(path_exists(shelf.folder() + "/nodejs/18"));
  EXPECT_TRUE(host.machine_specs.empty());
  advance(10);
  build.shape.start_time = test.home.clock.now();
  EXPECT_EQ(status(), 202);
}

TEST_F(RuntimeShelfTest, AFetchEndsAfterTwentyMinutes) {
  EXPECT_EQ(status(), 202);
  test.run_until_idle();
  advance(21 * 60);
  EXPECT_TRUE(message().starts_with("it took more than 20 minutes")) << message();
}

TEST_F(RuntimeShelfTest, ALinkInTheArchivesPlaceIsNotFollowed) {
  EXPECT_EQ(status(), 202);
  test.run_until_idle();
  write_file_atomic(work() + "/secret", "ok");
  fs::create_symlink(work() + "/secret", work() + "/done");
  advance(1);
  EXPECT_EQ(status(), 202);
}

TEST_F(RuntimeShelfTest, NamesThatAreNoNamesReachNoFolder) {
  for (const char* name : {"..", "a/b", "", "A", ".new-1", "a b"})
    EXPECT_EQ(shelf.answer(build, name, "1").status, 404) << name;
}

}  // namespace
}  // namespace hanbat::codebuild
