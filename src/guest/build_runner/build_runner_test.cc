// The specification, globs and the shell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guest/build_runner/buildspec.h"
#include "guest/build_runner/shell.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

using testing::ElementsAre;

TEST(BuildSpecTest, ReadsTheCommissionsSpecifications) {
  for (const char* name : {"buildspec.yml", "buildspec-release.yml"}) {
    const BuildSpec spec = BuildSpec::parse(read_file(std::string(HANBAT_SOURCE_DIR) + "/examples/wsi-2021/" + name));
    EXPECT_TRUE(spec.phases.contains("build")) << name;
  }
}

TEST(BuildSpecTest, RefusesWhatItDoesNotDo) {
  EXPECT_THROW(BuildSpec::parse("version: 0.1\nphases: {build: {commands: [a]}}"), BuildSpecError);
  EXPECT_THROW(BuildSpec::parse("version: 0.2\nphases: {test: {commands: [a]}}"), BuildSpecError);
  EXPECT_THROW(BuildSpec::parse("version: 0.2\nreports: {}\nphases: {build: {commands: [a]}}"), BuildSpecError);
  EXPECT_THROW(BuildSpec::parse("version: 0.2\nphases: {build: {commands: [{a: b}]}}"), BuildSpecError);
}

TEST(ArtifactMatchTest, DoubleStarReachesAnyDepth) {
  EXPECT_TRUE(artifact_match("**/*", "a"));
  EXPECT_TRUE(artifact_match("**/*", "a/b/c"));
  EXPECT_TRUE(artifact_match("scripts/**/*", "scripts/a.sh"));
  EXPECT_FALSE(artifact_match("scripts/*", "scripts/a/b.sh"));
  EXPECT_TRUE(artifact_match("app.pyc", "app.pyc"));
  EXPECT_FALSE(artifact_match("app.pyc", "src/app.pyc"));
}

class ShellTest : public testing::TestWithParam<const char*> {
 protected:
  Shell make() {
    return Shell({.program = GetParam(),
                  .folder = t_.path(),
                  .environment = {{"PATH", "/usr/bin:/bin"}},
                  .scratch = t_.path(),
                  .on_line = [this](const std::string& l) { lines_.push_back(l); }});
  }
  TemporaryFolder t_;
  std::vector<std::string> lines_;
};

TEST_P(ShellTest, VariablesAndTheFolderLastFromCommandToCommand) {
  Shell shell = make();
  EXPECT_EQ(shell.run("TAG=one; export E='x y'; mkdir d; cd d"), 0);
  EXPECT_EQ(shell.run("echo $TAG $E; basename \"$PWD\""), 0);
  EXPECT_THAT(lines_, ElementsAre("one x y", "d"));
  EXPECT_EQ(shell.variable("TAG"), "one");
}

TEST_P(ShellTest, ACommandThatExitsTheShellIsTheCommandsFailure) {
  Shell shell = make();
  EXPECT_EQ(shell.run("export KEPT='a b'; mkdir e; cd e"), 0);
  EXPECT_EQ(shell.run("echo before; exit 7"), 7);
  EXPECT_EQ(shell.run("false"), 1);
  EXPECT_EQ(shell.run("echo $KEPT; basename \"$PWD\""), 0);
  EXPECT_THAT(lines_, ElementsAre("before", "a b", "e"));
}

TEST_P(ShellTest, BothOutputsComeInOrderAndALastLineNeedsNoNewline) {
  Shell shell = make();
  EXPECT_EQ(shell.run("echo a; echo b >&2; printf c"), 0);
  EXPECT_THAT(lines_, ElementsAre("a", "b", "c"));
}

TEST_P(ShellTest, StandardInputIsEmptyAndABackgroundProcessDoesNotHoldTheBuild) {
  Shell shell = make();
  EXPECT_EQ(shell.run("cat; sleep 30 & echo started"), 0);
  EXPECT_THAT(lines_, ElementsAre("started"));
  shell.run("kill %1 2>/dev/null; true");
}

INSTANTIATE_TEST_SUITE_P(Shells, ShellTest, testing::Values("sh", "bash"));

}  // namespace
}  // namespace hanbat::guest
