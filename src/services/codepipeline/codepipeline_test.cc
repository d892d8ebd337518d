// CodePipeline's executions against its neighbours, in a region in memory.
#include "services/codepipeline/testing.h"

namespace hanbat::codepipeline {
namespace {

TEST_F(CodePipelineTest, AChangeGoesFromItsSourceThroughTheBuildToTheDeployment) {
  create();
  run();
  EXPECT_EQ(latest().status, "Succeeded");
  ASSERT_EQ(objects.size(), 1u);
  EXPECT_TRUE(objects.begin()->first.starts_with("wsi-api-pipeline/SourceArti/"));
  ASSERT_EQ(started_builds.size(), 1u);
  EXPECT_EQ(started_builds[0].source_location_override, "artifacts/" + objects.begin()->first);
  EXPECT_EQ((*started_builds[0].environment_variables_override)[0].value, "c0ffee");
  EXPECT_EQ(callers[0].principal_arn, "arn:aws:iam::123456789012:role/wsi-codepipeline");
  EXPECT_EQ(callers[0].user_agent, "codepipeline.amazonaws.com codepipeline/wsi-api-pipeline");
  ASSERT_EQ(started_deployments.size(), 1u);
  EXPECT_EQ(started_deployments[0].revision->s3_location->key,
            *started_builds[0].artifacts_override->path + *started_builds[0].artifacts_override->name);
  EXPECT_EQ((*latest().source_revisions)[0].revision_id, "c0ffee");
  const auto actions = *client.list_action_executions({.pipeline_name = "wsi-api-pipeline"}).action_execution_details;
  EXPECT_EQ(actions.back().input->namespace_, "Src");
  EXPECT_EQ(actions.back().input->region, "ap-northeast-2");
  EXPECT_EQ((*latest().source_revisions)[0].revision_summary, "a change");
}

TEST_F(CodePipelineTest, AnActionMayNameThePipelinesOwnRegionAndNoOther) {
  CreatePipelineInput in = pipeline();
  in.pipeline.stages[1].actions[0].region = "ap-northeast-2";
  client.create_pipeline(in);
  GetPipelineInput asked;
  asked.name = "wsi-api-pipeline";
  const auto actions = client.get_pipeline(asked).pipeline->stages[1].actions;
  EXPECT_EQ(actions[0].region, "ap-northeast-2");
  run();
  EXPECT_EQ(latest().status, "Succeeded");

  in.pipeline.name = "elsewhere";
  in.pipeline.stages[2].actions[0].region = "eu-west-1";
  EXPECT_EQ(wire::refusal_of([&] { client.create_pipeline(in); }),
            "NotImplemented: Hanbat does not implement an action of another region "
            "(pipeline.stages.actions.region=eu-west-1) of the operation CreatePipeline");
}

TEST_F(CodePipelineTest, ARedBuildFailsTheStageAndARetryGoesOnFromThere) {
  build_status = "FAILED";
  const std::string id = create();
  run();
  EXPECT_EQ(latest().status, "Failed");
  EXPECT_EQ(state(1).error_details->message, "Build terminated with state: FAILED");
  build_status = "SUCCEEDED";
  RetryStageExecutionInput in;
  in.pipeline_name = "wsi-api-pipeline";
  in.stage_name = "Build";
  in.pipeline_execution_id = id;
  in.retry_mode = "FAILED_ACTIONS";
  client.retry_stage_execution(in);
  run();
  EXPECT_EQ(latest().status, "Succeeded");
  EXPECT_EQ(started_builds.size(), 2u);
  EXPECT_EQ(objects.size(), 1u);
}

TEST_F(CodePipelineTest, AFailedDeploymentHasItsOwnReason) {
  deployment_status = "Failed";
  create();
  run();
  EXPECT_EQ(state(2).status, "Failed");
  EXPECT_EQ(state(2).error_details->code, "JobFailed");
  EXPECT_EQ(state(2).error_details->message, "The overall deployment failed because …");
}

TEST_F(CodePipelineTest, ARefusedBuildFailsItsActionAndIsNotTriedAgain) {
  refuse_builds = true;
  create();
  run();
  EXPECT_EQ(latest().status, "Failed");
  EXPECT_NE(state(1).error_details->message->find("Error calling startBuild: no"), std::string::npos);
}

TEST_F(CodePipelineTest, VariablesOfAnotherFormFailTheActionWithTheirReason) {
  for (const char* wrong :
       {R"([{"name":"A","value":3}])", R"([{"value":"x"}])", R"([{"name":"","value":"x"}])", R"(["A"])",
        R"([{"name":"A","value":"x","type":1}])", R"([{"name":"A","value":"x","type":"FOO"}])",
        R"([{"name":"A","value":"x","type":"plaintext"}])"}) {
    environment_variables = wrong;
    client.create_pipeline(pipeline());
    run();
    EXPECT_EQ(latest().status, "Failed") << wrong;
    EXPECT_EQ(state(1).error_details->code, "ConfigurationError") << wrong;
    EXPECT_NE(state(1).error_details->message->find("does not match expected format"), std::string::npos) << wrong;
    client.delete_pipeline({.name = "wsi-api-pipeline"});
  }
  EXPECT_TRUE(started_builds.empty());
}

TEST_F(CodePipelineTest, AnActionThatCannotBeCarriedOutGivesUpAndSaysWhy) {
  odd_answers = true;
  create();
  for (int i = 0; i < 5; ++i) {
    run();
    region.clock.advance(std::chrono::seconds(30));
  }
  EXPECT_EQ(latest().status, "Failed");
  EXPECT_EQ(state(1).error_details->message, "JSON: the value is not a string");
}

TEST_F(CodePipelineTest, AnEventWritesAnExecutionOnce) {
  region.db->write([](store::Tx& tx) {
    tx.exec("CREATE TABLE writes(id TEXT)");
    tx.exec(
        "CREATE TRIGGER counted AFTER INSERT ON codepipeline_executions BEGIN INSERT INTO writes VALUES (new.id); END");
    tx.exec(
        "CREATE TRIGGER again AFTER UPDATE ON codepipeline_executions BEGIN INSERT INTO writes VALUES (new.id); END");
  });
  const auto writes = [&] {
    return region.db->read([](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM writes")->integer(0); });
  };
  create();
  EXPECT_EQ(writes(), 1);
  StartPipelineExecutionInput in;
  in.name = "wsi-api-pipeline";
  in.client_request_token = "token";
  client.start_pipeline_execution(in);
  EXPECT_EQ(writes(), 2);
  client.stop_pipeline_execution(
      {.pipeline_execution_id = latest().pipeline_execution_id.value_or(""), .pipeline_name = "wsi-api-pipeline"});
  EXPECT_EQ(writes(), 3);
}

TEST_F(CodePipelineTest, AStopWaitsForActionsUnlessItAbandonsThemAndTellsItsReason) {
  const std::string id = create();
  StopPipelineExecutionInput in{
      .pipeline_execution_id = id, .pipeline_name = "wsi-api-pipeline", .reason = std::string("freeze")};
  client.stop_pipeline_execution(in);
  EXPECT_EQ(latest().status, "Stopping");
  EXPECT_EQ(latest().stop_trigger->reason, "freeze");
  EXPECT_EQ(wire::code_of([&] { client.stop_pipeline_execution(in); }), "DuplicatedStopRequestException");
  in.abandon = true;
  client.stop_pipeline_execution(in);
  EXPECT_EQ(latest().status, "Stopped");
}

TEST_F(CodePipelineTest, TheSameTokenStartsOneExecution) {
  create();
  StartPipelineExecutionInput in;
  in.name = "wsi-api-pipeline";
  in.client_request_token = "token";
  const auto first = client.start_pipeline_execution(in).pipeline_execution_id;
  EXPECT_EQ(client.start_pipeline_execution(in).pipeline_execution_id, first);
}

TEST_F(CodePipelineTest, ADisabledTransitionHoldsAndEnablingLetsGo) {
  const std::string id = create();
  DisableStageTransitionInput off;
  off.pipeline_name = "wsi-api-pipeline";
  off.stage_name = "Deploy";
  off.transition_type = "Inbound";
  off.reason = "freeze";
  client.disable_stage_transition(off);
  run();
  EXPECT_EQ(latest().status, "InProgress");
  EXPECT_TRUE(started_deployments.empty());
  EnableStageTransitionInput on;
  on.pipeline_name = "wsi-api-pipeline";
  on.stage_name = "Deploy";
  on.transition_type = "Inbound";
  client.enable_stage_transition(on);
  run();
  EXPECT_EQ(latest().status, "Succeeded");
}

}  // namespace
}  // namespace hanbat::codepipeline
