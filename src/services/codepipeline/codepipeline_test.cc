// CodePipeline's executions against its neighbours, in a region in memory.
#include "services/codepipeline/codepipeline.h"

#include <gtest/gtest.h>

#include "gen/codebuild/client.h"
#include "gen/codecommit/client.h"
#include "gen/codedeploy/client.h"
#include "gen/codepipeline/client.h"
#include "gen/s3/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

struct CodePipelineTest : testing::Test {
  CodePipelineTest() {
    region.add<CodePipeline>();
    auto& commits = region.add<region::FakeService>("codecommit");
    commits.on<codecommit::GetBranchInput, codecommit::GetBranchOutput>("GetBranch", [](region::Request&, const auto&) {
      codecommit::GetBranchOutput out;
      out.branch.emplace().commit_id = "c0ffee";
      return out;
    });
    commits.on<codecommit::GetCommitInput, codecommit::GetCommitOutput>("GetCommit", [](region::Request&, const auto&) {
      codecommit::GetCommitOutput out;
      out.commit.message = "a change\n";
      return out;
    });
    commits.on<codecommit::UploadArchiveInput, codecommit::UploadArchiveOutput>(
        "UploadArchive", [](region::Request&, const auto&) { return codecommit::UploadArchiveOutput{"zip"}; });
    auto& buckets = region.add<region::FakeService>("s3");
    buckets.on<s3::PutObjectInput, s3::PutObjectOutput>("PutObject", [this](region::Request&, const auto& in) {
      objects[in.key] = in.body.bytes();
      return s3::PutObjectOutput{};
    });
    auto& builds = region.add<region::FakeService>("codebuild");
    builds.on<codebuild::StartBuildInput, codebuild::StartBuildOutput>(
        "StartBuild", [this](region::Request& rq, const auto& in) {
          if (refuse_builds) throw wire::Error("AccessDeniedException", 400, "no");
          started_builds.push_back(in);
          callers.push_back(rq.caller);
          codebuild::StartBuildOutput out;
          out.build.emplace().id = "wsi-api-build:" + std::to_string(started_builds.size());
          return out;
        });
    builds.on<codebuild::BatchGetBuildsInput, codebuild::BatchGetBuildsOutput>(
        "BatchGetBuilds", [this](region::Request&, const auto&) {
          codebuild::BatchGetBuildsOutput out;
          codebuild::Build& build = out.builds.emplace().emplace_back();
          build.build_status = build_status;
          codebuild::ExportedEnvironmentVariable& variable =
              build.exported_environment_variables.emplace().emplace_back();
          variable.name = "VERSION";
          variable.value = "7";
          return out;
        });
    auto& deployments = region.add<region::FakeService>("codedeploy");
    deployments.on<codedeploy::RegisterApplicationRevisionInput, codedeploy::RegisterApplicationRevisionOutput>(
        "RegisterApplicationRevision",
        [](region::Request&, const auto&) { return codedeploy::RegisterApplicationRevisionOutput{}; });
    deployments.on<codedeploy::CreateDeploymentInput, codedeploy::CreateDeploymentOutput>(
        "CreateDeployment", [this](region::Request&, const auto& in) {
          started_deployments.push_back(in);
          codedeploy::CreateDeploymentOutput out;
          out.deployment_id = "d-1";
          return out;
        });
    deployments.on<codedeploy::GetDeploymentInput, codedeploy::GetDeploymentOutput>(
        "GetDeployment", [this](region::Request&, const auto&) {
          codedeploy::GetDeploymentOutput out;
          out.deployment_info.emplace().status = deployment_status;
          out.deployment_info->error_information.emplace().message = "The overall deployment failed because …";
          return out;
        });
    region.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    region.start();
  }

  static ActionDeclaration action(const std::string& name, const std::string& category, const std::string& provider,
                                  std::map<std::string, std::string> configuration, const std::string& input,
                                  const std::string& output) {
    ActionDeclaration out;
    out.name = name;
    out.action_type_id.category = category;
    out.action_type_id.owner = "AWS";
    out.action_type_id.provider = provider;
    out.action_type_id.version = "1";
    out.configuration = std::move(configuration);
    if (!input.empty()) out.input_artifacts.emplace().emplace_back().name = input;
    if (!output.empty()) out.output_artifacts.emplace().emplace_back().name = output;
    return out;
  }

  std::string create() {
    CreatePipelineInput in;
    in.pipeline.name = "wsi-api-pipeline";
    in.pipeline.role_arn = "arn:aws:iam::123456789012:role/wsi-codepipeline";
    in.pipeline.artifact_store.emplace().type = "S3";
    in.pipeline.artifact_store->location = "artifacts";
    in.pipeline.stages.resize(3);
    in.pipeline.stages[0].name = "Source";
    in.pipeline.stages[0].actions = {
        action("Source", "Source", "CodeCommit",
               {{"RepositoryName", "wsi-api-repo"}, {"BranchName", "main"}, {"PollForSourceChanges", "false"}}, "",
               "SourceArtifact")};
    in.pipeline.stages[0].actions[0].namespace_ = "Src";
    in.pipeline.stages[1].name = "Build";
    in.pipeline.stages[1].actions = {
        action("Build", "Build", "CodeBuild",
               {{"ProjectName", "wsi-api-build"},
                {"EnvironmentVariables", R"([{"name":"COMMIT","value":"#{Src.CommitId}","type":"PLAINTEXT"}])"}},
               "SourceArtifact", "BuildArtifact")};
    in.pipeline.stages[2].name = "Deploy";
    in.pipeline.stages[2].actions = {action("Deploy", "Deploy", "CodeDeploy",
                                            {{"ApplicationName", "wsi-api"}, {"DeploymentGroupName", "dev-api"}},
                                            "BuildArtifact", "")};
    client.create_pipeline(in);
    return latest().pipeline_execution_id.value_or("");
  }

  PipelineExecutionSummary latest() {
    ListPipelineExecutionsInput in;
    in.pipeline_name = "wsi-api-pipeline";
    return client.list_pipeline_executions(in).pipeline_execution_summaries->front();
  }

  void run() {
    for (int i = 0; i < 20; ++i) {
      region.run_until_idle();
      region.clock.advance(Milliseconds(400));
    }
  }

  ActionExecution state(std::size_t stage) {
    GetPipelineStateInput in;
    in.name = "wsi-api-pipeline";
    return *(*client.get_pipeline_state(in).stage_states)[stage].action_states->front().latest_execution;
  }

  region::TestRegion region;
  std::map<std::string, std::string> objects;
  std::vector<codebuild::StartBuildInput> started_builds;
  std::vector<codedeploy::CreateDeploymentInput> started_deployments;
  std::vector<region::Caller> callers;
  std::string build_status = "SUCCEEDED", deployment_status = "Succeeded";
  bool refuse_builds = false;
  Client client{region.home, region.user, "ap-northeast-2"};
};

TEST_F(CodePipelineTest, a_change_goes_from_its_source_through_the_build_to_the_deployment) {
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
  EXPECT_EQ((*latest().source_revisions)[0].revision_summary, "a change");
}

TEST_F(CodePipelineTest, a_red_build_fails_the_stage_and_a_retry_goes_on_from_there) {
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

TEST_F(CodePipelineTest, a_failed_deployment_tells_its_own_reason) {
  deployment_status = "Failed";
  create();
  run();
  EXPECT_EQ(state(2).status, "Failed");
  EXPECT_EQ(state(2).error_details->code, "JobFailed");
  EXPECT_EQ(state(2).error_details->message, "The overall deployment failed because …");
}

TEST_F(CodePipelineTest, a_refused_build_is_told_and_is_not_tried_again) {
  refuse_builds = true;
  create();
  run();
  EXPECT_EQ(latest().status, "Failed");
  EXPECT_NE(state(1).error_details->message->find("Error calling startBuild: no"), std::string::npos);
}

TEST_F(CodePipelineTest, the_same_token_starts_one_execution) {
  create();
  StartPipelineExecutionInput in;
  in.name = "wsi-api-pipeline";
  in.client_request_token = "token";
  const auto first = client.start_pipeline_execution(in).pipeline_execution_id;
  EXPECT_EQ(client.start_pipeline_execution(in).pipeline_execution_id, first);
}

TEST_F(CodePipelineTest, a_disabled_transition_holds_and_enabling_lets_go) {
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

TEST_F(CodePipelineTest, a_pipeline_its_stages_and_actions_are_told_of_by_its_tags) {
  create();
  const std::string arn = "arn:aws:codepipeline:ap-northeast-2:123456789012:wsi-api-pipeline";
  client.tag_resource({.resource_arn = arn, .tags = {{.key = "team", .value = "a"}}});
  DisableStageTransitionInput in;
  in.pipeline_name = "wsi-api-pipeline";
  in.stage_name = "Deploy";
  in.transition_type = "Inbound";
  in.reason = "a freeze";
  client.disable_stage_transition(in);
  client.get_pipeline({.name = "wsi-api-pipeline"});
  client.untag_resource({.resource_arn = arn, .tag_keys = {"team"}});
  const std::string role = "arn:aws:iam::123456789012:role/wsi-codepipeline";
  const region::Told expected[] = {
      {"iam:PassRole", role, "iam:PassedToService", "codepipeline.amazonaws.com"},
      {"iam:PassRole", role, "iam:AssociatedResourceArn", arn},
      {"codepipeline:TagResource", arn, "aws:RequestTag/team", "a"},
      {"codepipeline:DisableStageTransition", arn + "/Deploy", "aws:ResourceTag/team", "a"},
      {"codepipeline:GetPipeline", arn, "aws:ResourceTag/team", "a"},
      {"codepipeline:UntagResource", arn, "aws:TagKeys", "team"}};
  for (const region::Told& one : expected)
    EXPECT_EQ(region.authorizer.told(one.action, one.resource, one.key), one.value) << one.action;
}

}  // namespace
}  // namespace hanbat::codepipeline
