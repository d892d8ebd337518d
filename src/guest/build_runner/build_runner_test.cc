// The specification, globs and the shell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "guest/build_runner/buildspec.h"
#include "guest/build_runner/event_log.h"
#include "guest/build_runner/job.h"
#include "guest/build_runner/secret_reference.h"
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
  EXPECT_THROW(BuildSpec::parse("version: 0.3\nphases: {build: {commands: [a]}}"), BuildSpecError);
  EXPECT_THROW(BuildSpec::parse("version: 0.2\nphases: &a {build: *a}"), BuildSpecError);
  EXPECT_THROW(BuildSpec::parse("version: 0.2\nphases: {test: {commands: [a]}}"), BuildSpecError);
  EXPECT_THROW(BuildSpec::parse("version: 0.2\nphases: {build: {commands: [{a: b}]}}"), BuildSpecError);
}

TEST(BuildSpecTest, NamesTheKeysThatMeanNothingAndGoesOn) {
  const BuildSpec spec = BuildSpec::parse(R"(
version: 0.2
on: push
env: {compute-type: large, variables: {A: b}}
batch: {fast-fail: false, build-list: [{identifier: one}]}
phases:
  install:
  prebuild: {commands: [never]}
  build: {env: {A: c}, commands: [make]}
artifacts: {type: zip, files: ['**/*']}
reports: {units: {files: ['*.xml']}}
)");
  EXPECT_THAT(spec.unidentified.at("buildspec"), ElementsAre("on"));
  EXPECT_THAT(spec.unidentified.at("env"), ElementsAre("compute-type"));
  EXPECT_THAT(spec.unidentified.at("phases"), ElementsAre("prebuild"));
  EXPECT_THAT(spec.unidentified.at("BUILD"), ElementsAre("env"));
  EXPECT_THAT(spec.unidentified.at("artifacts"), ElementsAre("type"));
  EXPECT_EQ(spec.unidentified.size(), 5u);
  EXPECT_THAT(spec.phases.at("build").commands, ElementsAre("make"));
  EXPECT_TRUE(spec.reports_given);
}

TEST(BuildSpecTest, CarriesOutMergeKeysWithTheMapsOwnMembersFirst) {
  const BuildSpec spec = BuildSpec::parse(R"(
version: 0.2
env:
  variables: &defaults {STAGE: dev, REGION: here}
phases:
  install: &steps {commands: [first], on-failure: ABORT}
  build:
    <<: *steps
    commands: [second]
)");
  EXPECT_THAT(spec.phases.at("build").commands, ElementsAre("second"));
  EXPECT_TRUE(spec.phases.at("build").on_failure_given);
  EXPECT_EQ(spec.variables.at("STAGE"), "dev");
}

TEST(BuildSpecTest, TakesVersion01WithItsOwnVariablesAndAShellForEachCommand) {
  const BuildSpec spec = BuildSpec::parse(
      "version: 0.1\nenvironment_variables: {plaintext: {A: b}}\nphases: {build: {commands: [x]}}\n"
      "artifacts: {type: zip, files: ['**/*'], discard-paths: yes}");
  EXPECT_TRUE(spec.each_command_alone);
  EXPECT_EQ(spec.variables.at("A"), "b");
  EXPECT_TRUE(spec.artifacts.discard_paths);
}

TEST(BuildSpecTest, TakesVariablesFromSecretsManager) {
  const BuildSpec spec = BuildSpec::parse(
      "version: 0.2\nenv: {secrets-manager: {USER: 'db:user', ALL: db}}\nphases: {build: {commands: [x]}}");
  EXPECT_EQ(spec.secrets_manager.at("USER"), "db:user");
  EXPECT_EQ(spec.secrets_manager.at("ALL"), "db");
}

TEST(SecretReferenceTest, ReadsNamesAndArnsWithWhatFollowsThem) {
  const std::string arn = "arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:app/db-a1b2c3";
  for (const std::string& id : {std::string("app/db"), arn}) {
    EXPECT_EQ(SecretReference::parse(id).request().dump(), R"({"SecretId":")" + id + "\"}");
    const SecretReference whole = SecretReference::parse(id + ":user:AWSPREVIOUS:v1");
    EXPECT_EQ(whole.json_key, "user");
    EXPECT_EQ(whole.request().dump(), R"({"SecretId":")" + id + R"(","VersionStage":"AWSPREVIOUS","VersionId":"v1"})");
    EXPECT_EQ(SecretReference::parse(id + "::AWSPENDING").version_stage, "AWSPENDING");
  }
  for (const char* text : {"", ":key", "a:b:c:d:e", "arn:aws:secretsmanager", "arn:aws:secretsmanager:r:a:secret:"})
    EXPECT_THROW(SecretReference::parse(text), SecretReferenceError) << text;
}

TEST(SecretReferenceTest, TakesTheWholeTextOrAMemberOfIt) {
  const Json answer = Json::object({{"SecretString", R"({"user":"kim","port":5432,"tls":true})"}});
  EXPECT_EQ(SecretReference::parse("db").value(answer), R"({"user":"kim","port":5432,"tls":true})");
  EXPECT_EQ(SecretReference::parse("db:user").value(answer), "kim");
  EXPECT_EQ(SecretReference::parse("db:port").value(answer), "5432");
  EXPECT_THROW(SecretReference::parse("db:none").value(answer), SecretReferenceError);
  EXPECT_THROW(SecretReference::parse("db").value(Json::object()), SecretReferenceError);
  try {
    SecretReference::parse("db:user").value(Json::object({{"SecretString", "hunter2"}}));
    ADD_FAILURE() << "no JSON";
  } catch (const SecretReferenceError& error) {
    EXPECT_EQ(std::string(error.what()).find("hunter2"), std::string::npos);
  }
}

TEST(EventLogTest, HidesTheValuesOfSecrets) {
  const TemporaryFolder folder;
  EventLog log(folder.path() + "/events");
  log.hide("hunter2");
  log.hide("hunter2-long\n{\n\"second\"");
  log.line("it is hunter2-long, hunter2 and {");
  log.container("Running command echo \"second\"");
  const std::string events = read_file(folder.path() + "/events");
  EXPECT_NE(events.find("it is ***, *** and {"), std::string::npos) << events;
  EXPECT_NE(events.find("Running command echo ***"), std::string::npos) << events;
}

class ArtifactFilesTest : public testing::Test {
 protected:
  void write(const std::string& path) {
    make_folders(t_.path() + "/" + path.substr(0, path.rfind('/')));
    write_file_atomic(t_.path() + "/" + path, path, 0644);
  }
  std::vector<std::string> names(const std::string& base, ArtifactSpec spec) {
    std::vector<std::string> out;
    for (const auto& [path, name] : files_below(folders_of(t_.path(), base), spec)) out.push_back(name);
    return out;
  }
  TemporaryFolder t_;
};

TEST_F(ArtifactFilesTest, ABaseDirectoryMayStandForSeveralFoldersWhoseNamesAreNotInTheArtifact) {
  write("my-build-1/one.txt");
  write("my-build-2/two.txt");
  write("my-build-2/sub/three.txt");
  write("other/four.txt");
  EXPECT_THAT(names("my-build-*", {.files = {"**/*"}}), ElementsAre("one.txt", "sub/three.txt", "two.txt"));
  EXPECT_THAT(names("my-build-2", {.files = {"*/three.txt"}}), ElementsAre("sub/three.txt"));
  EXPECT_THAT(names(t_.path() + "/other", {.files = {"**/*"}}), ElementsAre("four.txt"));
  EXPECT_TRUE(folders_of(t_.path(), "none-*").empty());
  EXPECT_THAT(folders_of(t_.path(), ""), ElementsAre(t_.path() + "/"));
}

TEST_F(ArtifactFilesTest, LinksStayLinksOnlyWhenTheSpecificationSaysSo) {
  write("d/file");
  ASSERT_EQ(::symlink("file", (t_.path() + "/d/link").c_str()), 0);
  ASSERT_EQ(::symlink("nothing", (t_.path() + "/d/dangling").c_str()), 0);
  const auto followed = files_below(folders_of(t_.path(), "d"), {.files = {"**/*"}});
  ASSERT_EQ(followed.size(), 2u);
  EXPECT_EQ(followed[0].first, followed[1].first);
  EXPECT_THAT(names("d", {.files = {"**/*"}, .enable_symlinks = true}), ElementsAre("dangling", "file", "link"));
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
