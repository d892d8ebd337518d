// CodePipeline's executions against its neighbours, in a region in memory.
#include "services/codepipeline/codepipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "gen/codebuild/client.h"
#include "gen/codecommit/client.h"
#include "gen/codedeploy/client.h"
#include "gen/codepipeline/client.h"
#include "gen/s3/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "wire/testing.h"

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
          if (odd_answers) throw std::runtime_error("JSON: the value is not a string");
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

  CreatePipelineInput pipeline(const std::string& name = "wsi-api-pipeline") {
    CreatePipelineInput in;
    in.pipeline.name = name;
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
               {{"ProjectName", "wsi-api-build"}, {"EnvironmentVariables", environment_variables}}, "SourceArtifact",
               "BuildArtifact")};
    in.pipeline.stages[2].name = "Deploy";
    in.pipeline.stages[2].actions = {action("Deploy", "Deploy", "CodeDeploy",
                                            {{"ApplicationName", "wsi-api"}, {"DeploymentGroupName", "dev-api"}},
                                            "BuildArtifact", "")};
    return in;
  }

  std::string create() {
    client.create_pipeline(pipeline());
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

  static std::vector<std::string> executions_of(const ListPipelineExecutionsOutput& out) {
    std::vector<std::string> ids;
    for (const auto& one : *out.pipeline_execution_summaries) ids.push_back(*one.pipeline_execution_id);
    return ids;
  }
  static std::vector<std::string> actions_of(const ListActionExecutionsOutput& out) {
    std::vector<std::string> ids;
    for (const auto& one : *out.action_execution_details) ids.push_back(*one.action_execution_id);
    return ids;
  }

  region::TestRegion region;
  std::map<std::string, std::string> objects;
  std::vector<codebuild::StartBuildInput> started_builds;
  std::vector<codedeploy::CreateDeploymentInput> started_deployments;
  std::vector<region::Caller> callers;
  std::string build_status = "SUCCEEDED", deployment_status = "Succeeded";
  std::string environment_variables = R"([{"name":"COMMIT","value":"#{Src.CommitId}","type":"PLAINTEXT"}])";
  bool refuse_builds = false, odd_answers = false;
  Client client{region.home, region.user, "ap-northeast-2"};
};

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
  EXPECT_EQ((*latest().source_revisions)[0].revision_summary, "a change");
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
  for (const char* wrong : {R"([{"name":"A","value":3}])", R"([{"value":"x"}])", R"([{"name":"","value":"x"}])",
                            R"(["A"])", R"([{"name":"A","value":"x","type":1}])"}) {
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

TEST_F(CodePipelineTest, WhatStartsBetweenTwoPagesIsOnNeither) {
  create();
  run();
  StartPipelineExecutionInput start;
  start.name = "wsi-api-pipeline";
  for (int i = 0; i < 4; ++i) {
    client.start_pipeline_execution(start);
    run();
  }
  const auto executions = executions_of(client.list_pipeline_executions({.pipeline_name = "wsi-api-pipeline"}));
  const auto actions = actions_of(client.list_action_executions({.pipeline_name = "wsi-api-pipeline"}));
  ASSERT_EQ(executions.size(), 5U);
  ASSERT_EQ(actions.size(), 15U);

  ListPipelineExecutionsInput in{.max_results = 2, .pipeline_name = "wsi-api-pipeline"};
  ListActionExecutionsInput of{.max_results = 2, .pipeline_name = "wsi-api-pipeline"};
  std::vector<std::string> paged, paged_actions;
  for (int page = 0; page < 8; ++page) {
    if (page == 0 || in.next_token) {
      const auto out = client.list_pipeline_executions(in);
      for (const std::string& id : executions_of(out)) paged.push_back(id);
      in.next_token = out.next_token;
    }
    const auto out = client.list_action_executions(of);
    for (const std::string& id : actions_of(out)) paged_actions.push_back(id);
    of.next_token = out.next_token;
    client.start_pipeline_execution(start);
  }
  EXPECT_EQ(paged, executions);
  EXPECT_EQ(paged_actions, actions);
  EXPECT_FALSE(in.next_token);
  EXPECT_FALSE(of.next_token);
}

TEST_F(CodePipelineTest, OnlyExecutionsThatPassedTheStageAreListedWhenAskedFor) {
  create();
  run();
  const std::string passed = *latest().pipeline_execution_id;
  build_status = "FAILED";
  StartPipelineExecutionInput start;
  start.name = "wsi-api-pipeline";
  for (int i = 0; i < 3; ++i) {
    client.start_pipeline_execution(start);
    run();
  }
  ListPipelineExecutionsInput in{.max_results = 1, .pipeline_name = "wsi-api-pipeline"};
  in.filter.emplace().succeeded_in_stage.emplace().stage_name = "Build";
  const auto page = client.list_pipeline_executions(in);
  ASSERT_EQ(page.pipeline_execution_summaries->size(), 1U);
  EXPECT_EQ(page.pipeline_execution_summaries->front().pipeline_execution_id, passed);
  EXPECT_FALSE(page.next_token);
}

TEST_F(CodePipelineTest, PipelinesAndTagsComeInPagesAndGarbageIsNoToken) {
  for (const char* name : {"b", "a", "c"}) client.create_pipeline(pipeline(name));
  ListPipelinesInput in{.max_results = 2};
  const auto first = client.list_pipelines(in);
  EXPECT_EQ(first.pipelines->front().name, "a");
  in.next_token = first.next_token;
  const auto second = client.list_pipelines(in);
  ASSERT_EQ(second.pipelines->size(), 1U);
  EXPECT_EQ(second.pipelines->front().name, "c");
  for (const std::string& wrong : {std::string("garbage"), std::string("MTA="), *first.next_token + "x"}) {
    in.next_token = wrong;
    EXPECT_EQ(wire::code_of([&] { client.list_pipelines(in); }), "InvalidNextTokenException") << wrong;
  }
  ListPipelineExecutionsInput other{.next_token = first.next_token, .pipeline_name = "a"};
  EXPECT_EQ(wire::code_of([&] { client.list_pipeline_executions(other); }), "InvalidNextTokenException");
}

TEST_F(CodePipelineTest, TagsAreCheckedWhereverACallBringsThemAndGoWithThePipeline) {
  const std::string arn = "arn:aws:codepipeline:ap-northeast-2:123456789012:wsi-api-pipeline";
  for (const std::vector<Tag>& wrong : {std::vector<Tag>{{.key = "aws:x", .value = "1"}},
                                        {{.key = "a", .value = "1"}, {.key = "a", .value = "2"}},
                                        {{.key = "k", .value = std::string(257, 'v')}},
                                        {{.key = "k", .value = "<"}}}) {
    CreatePipelineInput in = pipeline();
    in.tags = wrong;
    EXPECT_EQ(wire::code_of([&] { client.create_pipeline(in); }), "InvalidTagsException") << wrong[0].key;
  }
  create();
  std::vector<Tag> many;
  for (int i = 0; i < 51; ++i) many.push_back({.key = "k" + std::to_string(i), .value = ""});
  EXPECT_EQ(wire::code_of([&] { client.tag_resource({.resource_arn = arn, .tags = many}); }), "TooManyTagsException");
  many.pop_back();
  client.tag_resource({.resource_arn = arn, .tags = many});
  EXPECT_EQ(client.list_tags_for_resource({.resource_arn = arn}).tags->size(), 50U);
  client.delete_pipeline({.name = "wsi-api-pipeline"});
  create();
  EXPECT_TRUE(client.list_tags_for_resource({.resource_arn = arn}).tags->empty());
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

TEST_F(CodePipelineTest, PoliciesSeeAPipelinesTagsForItsStagesAndActionsToo) {
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
