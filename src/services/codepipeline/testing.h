// A pipeline of three stages in a region in memory whose neighbours are stand-ins. Header only, for tests.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gen/codebuild/client.h"
#include "gen/codecommit/client.h"
#include "gen/codedeploy/client.h"
#include "gen/codepipeline/client.h"
#include "gen/s3/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/codepipeline/codepipeline.h"

namespace hanbat::codepipeline {

struct CodePipelineTest : testing::Test {
  CodePipelineTest() {
    region.add<CodePipeline>();
    auto& commits = region.add<region::FakeService>("codecommit");
    commits.on<codecommit::GetBranchInput, codecommit::GetBranchOutput>(
        "GetBranch", [this](region::Request&, const auto&) {
          if (newest_commit.empty()) throw codecommit::BranchDoesNotExistException("no branch");
          codecommit::GetBranchOutput out;
          out.branch.emplace().commit_id = newest_commit;
          return out;
        });
    commits.on<codecommit::GetCommitInput, codecommit::GetCommitOutput>("GetCommit",
                                                                        [this](region::Request&, const auto&) {
                                                                          codecommit::GetCommitOutput out;
                                                                          out.commit.message = "a change\n";
                                                                          if (after_look) after_look();
                                                                          return out;
                                                                        });
    commits.on<codecommit::UploadArchiveInput, codecommit::UploadArchiveOutput>(
        "UploadArchive", [](region::Request&, const auto&) { return codecommit::UploadArchiveOutput{"zip"}; });
    auto& buckets = region.add<region::FakeService>("s3");
    buckets.on<s3::PutObjectInput, s3::PutObjectOutput>("PutObject", [this](region::Request&, const auto& in) {
      if (refuse_objects) throw wire::Error("AccessDenied", 403, "no");
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
  std::string newest_commit = "c0ffee";  // of the branch; "" when there is none
  std::string build_status = "SUCCEEDED", deployment_status = "Succeeded";
  std::string environment_variables = R"([{"name":"COMMIT","value":"#{Src.CommitId}","type":"PLAINTEXT"}])";
  bool refuse_builds = false, refuse_objects = false, odd_answers = false;
  std::function<void()> after_look;  // called when a source action has seen the branch
  Client client{region.home, region.user, "ap-northeast-2"};
};

}  // namespace hanbat::codepipeline
