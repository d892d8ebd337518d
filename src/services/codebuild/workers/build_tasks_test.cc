// A build on its way to its machine, with the host in memory.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "border/build_event.h"
#include "gen/codebuild/client.h"
#include "gen/logs/model.h"
#include "host/fake_host.h"
#include "http/server.h"
#include "os/files.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/codebuild/codebuild.h"
#include "services/codebuild/testing.h"
#include "services/codebuild/workers/build_network.h"

namespace hanbat::codebuild {
namespace {

class BuildTasksTest : public ::testing::Test {
 protected:
  explicit BuildTasksTest(http::Server* server = nullptr)
      : test([this, server](region::TestRegion&, region::Parts& parts) {
          parts.host = &host;
          parts.server = server;
        }),
        codebuild(test.home, test.user, test.region) {
    host.image_states["codebuild"] = {.alias = "codebuild"};
    write_file_atomic(test.folder + "/build-runner", "");
    test.add<CodeBuild>();
    auto& logs = test.add<region::FakeService>("logs");
    logs.on<logs::CreateLogGroupInput, logs::CreateLogGroupOutput>(
        "CreateLogGroup", [](auto&, const auto&) { return logs::CreateLogGroupOutput{}; });
    logs.on<logs::CreateLogStreamInput, logs::CreateLogStreamOutput>(
        "CreateLogStream", [this](auto&, const logs::CreateLogStreamInput& in) {
          streams.push_back(in.log_group_name + " " + in.log_stream_name);
          return logs::CreateLogStreamOutput{};
        });
    logs.on<logs::PutLogEventsInput, logs::PutLogEventsOutput>(
        "PutLogEvents",
        [](auto&, const auto&) -> logs::PutLogEventsOutput { throw std::runtime_error("the disk is broken"); });
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
    codebuild.create_project(least_project("web"));
  }
  Build build(const std::string& id) { return codebuild.batch_get_builds({.ids = {id}}).builds->front(); }

  host::FakeHost host;
  region::TestRegion test;
  Client codebuild;
  std::vector<std::string> streams;
};

TEST_F(BuildTasksTest, ABuildNamesItsLogStreamOnceItIsThere) {
  const Build started = *codebuild.start_build({.project_name = "web"}).build;
  EXPECT_FALSE(started.logs->stream_name);
  EXPECT_EQ(started.logs->cloud_watch_logs_arn,
            "arn:aws:logs:ap-northeast-2:123456789012:log-group:null:log-stream:null");
  test.run_until_idle();
  const LogsLocation logs = *build(*started.id).logs;
  EXPECT_EQ(streams, std::vector<std::string>{*logs.group_name + " " + *logs.stream_name});
  EXPECT_EQ(logs.group_name, "/aws/codebuild/web");
  EXPECT_EQ(logs.cloud_watch_logs_arn,
            "arn:aws:logs:ap-northeast-2:123456789012:log-group:/aws/codebuild/web:log-stream:" + *logs.stream_name);
  EXPECT_EQ(host.machine_specs.size(), 1U);
}

TEST_F(BuildTasksTest, ABuildThatIsStoppedBeforeItBeginsGetsNoMachine) {
  const std::string id = *codebuild.start_build({.project_name = "web"}).build->id;
  codebuild.stop_build({.id = id});
  test.run_until_idle();
  EXPECT_EQ(build(id).build_status, "STOPPED");
  EXPECT_TRUE(host.machine_specs.empty());
  EXPECT_TRUE(streams.empty());
}

struct WithServer {
  http::Server server{{}, [](http::Exchange&) {}};
};

class BuildCredentialsTest : WithServer, public BuildTasksTest {
 protected:
  BuildCredentialsTest() : BuildTasksTest(&server) {}
};

// A listener that is exchanged refuses who asks in that moment.
TEST_F(BuildCredentialsTest, CredentialsAreServedByOneListenerForAsLongAsTheNetworkIsTheSame) {
  for (int count = 0; count < 3; ++count) codebuild.start_build({.project_name = "web"});
  test.run_until_idle();
  ASSERT_EQ(host.machine_specs.size(), 3U);
  EXPECT_EQ(host.listens.size(), 1U);
  host.vpc_spaces[kBuildVpc] = "another";
  codebuild.start_build({.project_name = "web"});
  test.run_until_idle();
  EXPECT_EQ(host.listens.size(), 2U);
}

/// Runs what is due, again and again, for as long as a build's tries take; the host refuses every look.
void keep_failing(region::TestRegion& test, host::FakeHost& host, const std::string& why) {
  for (int second = 0; second < 20 * 30; ++second) {
    host.fail_next = why;
    test.run_until_idle();
    test.clock.advance(Seconds(1));
  }
  host.fail_next.clear();
  test.clock.advance(Seconds(60));
  test.run_until_idle();
}

const BuildPhase& phase_of(const Build& build, std::string_view type) {
  for (const BuildPhase& phase : *build.phases)
    if (phase.phase_type == type) return phase;
  throw std::runtime_error("the build was never in the phase " + std::string(type));
}

TEST_F(BuildTasksTest, ABuildThatTheHostFailsAtAgainAndAgainIsAFaultThatSaysWhy) {
  const std::string id = *codebuild.start_build({.project_name = "web"}).build->id;
  keep_failing(test, host, "the pool is full");
  const Build ended = build(id);
  EXPECT_EQ(ended.build_status, "FAULT");
  const BuildPhase& phase = phase_of(ended, "PROVISIONING");
  EXPECT_EQ(phase.phase_status, "FAULT");
  EXPECT_EQ(phase.contexts->front().status_code, "INTERNAL_SERVICE_ERROR");
  EXPECT_EQ(phase.contexts->front().message, "the pool is full");
  EXPECT_TRUE(host.machine_specs.empty());
}

TEST_F(BuildTasksTest, ABuildsMachineStartsOnlyOnceItsNetworkIsThere) {
  const std::string id = *codebuild.start_build({.project_name = "web"}).build->id;
  host.fail_next = "no such device";  // of the network or of the machine, whichever comes first
  test.run_until_idle();
  for (const auto& [name, status] : host.machine_status) EXPECT_EQ(status, host::MachineStatus::kStopped) << name;
  test.clock.advance(Milliseconds(100));
  test.run_until_idle();
  EXPECT_EQ(host.vpc_specs.size(), 1U);
  ASSERT_EQ(host.machine_specs.size(), 1U);
  EXPECT_EQ(host.machine_status.begin()->second, host::MachineStatus::kRunning);
  EXPECT_EQ(phase_of(build(id), "PROVISIONING").phase_status, "SUCCEEDED");
}

TEST_F(BuildTasksTest, ABuildThatCannotBeFollowedAnyMoreLetsGoOfItsMachine) {
  const std::string id = *codebuild.start_build({.project_name = "web"}).build->id;
  test.run_until_idle();
  EXPECT_EQ(host.machine_specs.size(), 1U);
  write_file_atomic(test.folder + "/shared/builds/" + id.substr(id.find(':') + 1) + "/events.jsonl",
                    border::BuildEvent{test.clock.now(), border::OutputLine{"hello"}}.to_json().dump() + "\n");
  for (int second = 0; second < 20 * 30; ++second) {
    test.clock.advance(Seconds(1));
    test.run_until_idle();
  }
  const Build ended = build(id);
  EXPECT_EQ(ended.build_status, "FAULT");
  EXPECT_EQ(phase_of(ended, "PROVISIONING").phase_status, "SUCCEEDED");
  EXPECT_EQ(phase_of(ended, "FINALIZING").phase_status, "FAULT");
  EXPECT_EQ(phase_of(ended, "FINALIZING").contexts->front().message, "the disk is broken");
  EXPECT_TRUE(host.machine_specs.empty());
}

}  // namespace
}  // namespace hanbat::codebuild
