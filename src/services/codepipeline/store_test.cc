// A database of before the region's store of rows: what lay in it is found by the API.
#include <gtest/gtest.h>

#include "gen/codepipeline/client.h"
#include "region/testing.h"
#include "services/codepipeline/codepipeline.h"

namespace hanbat::codepipeline {
namespace {

// As the code before the migration wrote them.
constexpr const char* kPipeline =
    R"({"declaration":{"name":"web","roleArn":"arn:aws:iam::123456789012:role/pipeline","version":2,)"
    R"("executionMode":"SUPERSEDED","pipelineType":"V1","stages":[{"name":"Source","actions":[{"name":"Wait",)"
    R"("actionTypeId":{"category":"Approval","owner":"AWS","provider":"Manual","version":"1"}}]}]},)"
    R"("created":1000,"updated":2000,"inbound":{"Source":{"enabled":false,"reason":"a freeze","changed_by":"arn",)"
    R"("changed":3000}},"polled":{"Source":"c0ffee"}})";
constexpr const char* kExecution =
    R"({"id":"0e0e0e0e-1111-4222-8333-444444444444","number":4,"declaration":{"name":"web","roleArn":"r","stages":[{"name":"Source","actions":[)"
    R"({"name":"Wait","actionTypeId":{"category":"Approval","owner":"AWS","provider":"Manual","version":"1"}}]}]},)"
    R"("status":"InProgress","status_summary":"","trigger_type":"CreatePipeline","trigger_detail":"arn","started":1000,)"
    R"("updated":1000,"at":0,"inside":true,"stop_reason":"","variables":{},"overrides":[],)"
    R"("stages":[{"name":"Source","status":"InProgress","entered":1000}],)"
    R"("runs":[{"id":"r-1","stage":"Source","action":"Wait","status":"InProgress","started":1000,"updated":1000,)"
    R"("begun":false,"external_id":"","external_url":"","summary":"","token":"01234567-89ab-4cde-8f01-23456789abcd","updated_by":"",)"
    R"("configuration":{},"inputs":[],"outputs":[],"variables":{},"progress":null}]})";

struct OldDatabaseTest : testing::Test {
  OldDatabaseTest() {
    test.add<CodePipeline>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    std::vector<store::Migration> before;
    for (const store::Migration& step : test.home.migrations())
      if (step.module != "codepipeline" || step.number < 2) before.push_back(step);
    test.db->migrate(before);
    test.db->write([](store::Tx& tx) {
      tx.exec("INSERT INTO codepipeline_pipelines VALUES ('p-1', '123456789012', 'ap-northeast-2', 'web', ?)",
              kPipeline);
      tx.exec(
          "INSERT INTO codepipeline_executions VALUES ('0e0e0e0e-1111-4222-8333-444444444444', 'p-1', 4, 1, 'token', "
          "?)",
          kExecution);
      tx.exec("INSERT INTO codepipeline_tags VALUES (?, 'team', 'a')", kArn);
    });
    test.start();
  }

  static constexpr const char* kArn = "arn:aws:codepipeline:ap-northeast-2:123456789012:web";
  region::TestRegion test;
  Client client{test.home, test.user, test.region};
};

TEST_F(OldDatabaseTest, APipelineIsAsItWas) {
  const auto got = client.get_pipeline({.name = "web"});
  EXPECT_EQ(got.pipeline->version, 2);
  EXPECT_EQ(got.metadata->created, Timestamp{1000});
  EXPECT_EQ(client.list_pipelines({}).pipelines->front().name, "web");
  EXPECT_EQ(client.list_tags_for_resource({.resource_arn = kArn}).tags->front().value, "a");
  const auto state = client.get_pipeline_state({.name = "web"});
  EXPECT_EQ(state.stage_states->front().inbound_transition_state->disabled_reason, "a freeze");
  EXPECT_EQ(test.db->read([](store::Tx& tx) { return region::find<Pipeline>(tx, "p-1")->shape.polled.at("Source"); }),
            "c0ffee");
}

TEST_F(OldDatabaseTest, AnExecutionThatWasUnderWayGoesOn) {
  EXPECT_EQ(client.start_pipeline_execution({.client_request_token = "token", .name = "web"}).pipeline_execution_id,
            "0e0e0e0e-1111-4222-8333-444444444444");
  PutApprovalResultInput in;
  in.pipeline_name = "web";
  in.stage_name = "Source";
  in.action_name = "Wait";
  in.token = "01234567-89ab-4cde-8f01-23456789abcd";
  in.result.status = "Approved";
  in.result.summary = "fine";
  client.put_approval_result(in);
  const auto execution = client
                             .get_pipeline_execution({.pipeline_execution_id = "0e0e0e0e-1111-4222-8333-444444444444",
                                                      .pipeline_name = "web"})
                             .pipeline_execution;
  EXPECT_EQ(execution->status, "Succeeded");
}

}  // namespace
}  // namespace hanbat::codepipeline
