// A database of before the region's store of rows: what lay in it is found by the API.
#include "services/codebuild/store.h"

#include <gtest/gtest.h>

#include "gen/codebuild/client.h"
#include "gen/codebuild/schema.h"
#include "host/fake_host.h"
#include "region/testing.h"
#include "services/codebuild/build_machine.h"
#include "services/codebuild/codebuild.h"

namespace hanbat::codebuild {
namespace {

constexpr const char* kProjectArn = "arn:aws:codebuild:ap-northeast-2:123456789012:project/web";

struct OldDatabaseTest : testing::Test {
  OldDatabaseTest() {
    test.add<CodeBuild>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    std::vector<store::Migration> before;
    for (const store::Migration& step : test.home.migrations())
      if (step.module != "codebuild" || step.number < 2) before.push_back(step);
    test.db->migrate(before);
    test.db->write([&](store::Tx& tx) { fill(tx); });
    test.start();
  }

  void fill(store::Tx& tx) {
    Project project;
    project.name = "web";
    project.arn = kProjectArn;
    project.source.emplace().type = "NO_SOURCE";
    project.source->buildspec = "version: 0.2";
    project.artifacts.emplace().type = "NO_ARTIFACTS";
    project.environment.emplace().type = "LINUX_CONTAINER";
    project.environment->image = "aws/codebuild/standard:7.0";
    project.environment->compute_type = "BUILD_GENERAL1_SMALL";
    project.service_role = "arn:aws:iam::123456789012:role/build";
    project.tags = {{{.key = "team", .value = "a"}, {.key = "aws:odd", .value = "b"}}};
    project.created = project.last_modified = Timestamp{5000};
    tx.exec("INSERT INTO codebuild_projects VALUES (?, ?, 'web', 5000, 8, ?)", kAccount, kRegion,
            wire::to_json(project));
    add_build(tx, 6, "one", "SUCCEEDED", store::Value("token"), store::Value());
    add_build(tx, 7, "two", "IN_PROGRESS", store::Value(), store::Value("100.64.0.10"));
    tx.exec("INSERT INTO tasks(kind, key, body, due) VALUES ('codebuild.build', 'two', '{\"sequence\":7}', 0)");
    tx.exec("INSERT INTO tasks(kind, key, body, due) VALUES ('codebuild.remove', 'gone', '{\"sequence\":3}', 0)");
  }

  void add_build(store::Tx& tx, int sequence, const std::string& uuid, const std::string& status,
                 const store::Value& token, const store::Value& address) {
    Build build;
    submit(build, {test.clock.now().ms - 60'000});  // its token is still good
    build.build_status = status;
    build.id = "web:" + uuid;
    build.arn = "arn:aws:codebuild:ap-northeast-2:123456789012:build/web:" + uuid;
    build.project_name = "web";
    build.build_number = sequence;
    build.source.emplace().type = "NO_SOURCE";
    build.environment.emplace().compute_type = "BUILD_GENERAL1_SMALL";
    build.service_role = "arn:aws:iam::123456789012:role/build";
    build.logs.emplace().cloud_watch_logs = CloudWatchLogsConfig{.status = "DISABLED"};
    ProjectArtifacts artifacts;
    artifacts.type = "NO_ARTIFACTS";
    tx.exec("INSERT INTO codebuild_builds VALUES (?, ?, ?, ?, 'web', ?, ?, ?, ?)", sequence, *build.id, kAccount,
            kRegion, token, address, wire::to_json(build), Json::object({{"artifacts", wire::to_json(artifacts)}}));
  }

  static constexpr const char* kAccount = "123456789012";
  static constexpr const char* kRegion = "ap-northeast-2";
  host::FakeHost host;
  region::TestRegion test{&host};
  Client codebuild{test.home, test.user, test.region};
};

TEST_F(OldDatabaseTest, ProjectsKeepTheirTagsAndCountOn) {
  const Project project = codebuild.batch_get_projects({.names = {"web"}}).projects->front();
  EXPECT_EQ(region::tag_map(project.tags), (region::TagMap{{"aws:odd", "b"}, {"team", "a"}}));
  EXPECT_EQ(codebuild.list_projects({}).projects, std::vector<std::string>{"web"});
  const Build build = *codebuild.start_build({.project_name = "web"}).build;
  EXPECT_EQ(build.build_number, 8);
  EXPECT_EQ(codebuild.list_builds({}).ids, (std::vector<std::string>{*build.id, "web:two", "web:one"}));
}

TEST_F(OldDatabaseTest, TheTokenOfABuildOfBeforeStartsNoOther) {
  StartBuildInput in;
  in.project_name = "web";
  in.idempotency_token = "token";
  EXPECT_EQ(codebuild.start_build(in).build->id, "web:one");
}

TEST_F(OldDatabaseTest, ABuildThatWasUnderWayGoesOn) {
  // Its machine did not survive: the task of before sees that, and the end frees its address.
  host.image_states["codebuild"] = {.alias = "codebuild"};
  EXPECT_EQ(test.db->read([](store::Tx& tx) { return find_build_at(tx, "100.64.0.10")->id; }), "web:two");
  test.db->write([](store::Tx& tx) {
    BuildRow row = *region::find<Build>(tx, "web:two");
    row.own["provisioned"] = true;
    region::update(tx, row);
  });
  test.clock.advance(std::chrono::hours(2));
  test.run_until_idle();
  EXPECT_EQ(codebuild.batch_get_builds({.ids = {"web:two"}}).builds->front().build_status, "TIMED_OUT");
  EXPECT_FALSE(test.db->read([](store::Tx& tx) { return find_build_at(tx, "100.64.0.10"); }));
}

}  // namespace
}  // namespace hanbat::codebuild
