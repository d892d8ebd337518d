// Which pipeline structures are taken and which are refused, in AWS's words.
#include "services/codepipeline/pipelines/structure.h"

#include <gtest/gtest.h>

#include "wire/testing.h"

namespace hanbat::codepipeline {
namespace {

ActionDeclaration action(std::string name, std::string category, std::string provider,
                         std::map<std::string, std::string> configuration, std::string input, std::string output) {
  ActionDeclaration out;
  out.name = std::move(name);
  out.action_type_id = {};
  out.action_type_id.category = std::move(category);
  out.action_type_id.owner = "AWS";
  out.action_type_id.provider = std::move(provider);
  out.action_type_id.version = "1";
  out.configuration = std::move(configuration);
  if (!input.empty()) out.input_artifacts.emplace().emplace_back().name = input;
  if (!output.empty()) out.output_artifacts.emplace().emplace_back().name = output;
  return out;
}

PipelineDeclaration wsi() {
  PipelineDeclaration out;
  out.name = "wsi-api-pipeline";
  out.artifact_store.emplace();
  out.stages.resize(3);
  out.stages[0].name = "Source";
  out.stages[0].actions = {
      action("Source", "Source", "CodeCommit", {{"RepositoryName", "r"}, {"BranchName", "main"}}, "", "S")};
  out.stages[1].name = "Build";
  out.stages[1].actions = {action("Build", "Build", "CodeBuild", {{"ProjectName", "p"}}, "S", "B")};
  out.stages[2].name = "Deploy";
  out.stages[2].actions = {
      action("Deploy", "Deploy", "CodeDeploy", {{"ApplicationName", "a"}, {"DeploymentGroupName", "g"}}, "B", "")};
  return out;
}

std::string refusal(const PipelineDeclaration& pipeline) {
  return wire::refusal_of([&] { check_structure("CreatePipeline", pipeline, "ap-northeast-2"); });
}

TEST(Structure, TakesTheCommissionsPipeline) { EXPECT_EQ(refusal(wsi()), ""); }

TEST(Structure, RefusesWhatCannotRun) {
  PipelineDeclaration p = wsi();
  p.stages.resize(1);
  EXPECT_EQ(refusal(p),
            "InvalidStructureException: Pipeline has 1 stage(s). There should be a minimum of 2 stages in a pipeline");
  p = wsi();
  p.stages[1].actions[0].configuration = std::map<std::string, std::string>{};
  EXPECT_EQ(refusal(p),
            "InvalidActionDeclarationException: Action configuration for action 'Build' is missing required "
            "configuration 'ProjectName'");
  p = wsi();
  (*p.stages[2].actions[0].input_artifacts)[0].name = "nothing";
  EXPECT_NE(refusal(p).find("Input Artifact Bundle nothing in action Deploy"), std::string::npos);
  p = wsi();
  std::swap(p.stages[0], p.stages[1]);
  EXPECT_NE(refusal(p).find("only contains source actions"), std::string::npos);
  p = wsi();
  p.stages[2].actions[0].action_type_id.provider = "ECS";
  EXPECT_NE(refusal(p).find("NotImplemented"), std::string::npos);
}

TEST(Structure, AnActionsConfigurationHasTheKeysOfItsProviderAndNoOthers) {
  const std::vector<std::pair<std::size_t, std::vector<std::string>>> required = {
      {0, {"RepositoryName", "BranchName"}}, {1, {"ProjectName"}}, {2, {"ApplicationName", "DeploymentGroupName"}}};
  for (const auto& [stage, keys] : required) {
    for (const std::string& key : keys) {
      PipelineDeclaration p = wsi();
      p.stages[stage].actions[0].configuration->erase(key);
      EXPECT_EQ(refusal(p), "InvalidActionDeclarationException: Action configuration for action '" +
                                p.stages[stage].actions[0].name + "' is missing required configuration '" + key + "'");
    }
    PipelineDeclaration p = wsi();
    (*p.stages[stage].actions[0].configuration)["Projectname"] = "x";
    EXPECT_EQ(refusal(p), "InvalidActionDeclarationException: Action configuration for action '" +
                              p.stages[stage].actions[0].name + "' contains unknown configuration 'Projectname'");
  }
  PipelineDeclaration p = wsi();
  (*p.stages[1].actions[0].configuration)["EnvironmentVariables"] = "{}";
  EXPECT_NE(refusal(p).find("InvalidActionDeclarationException"), std::string::npos);
  p = wsi();
  (*p.stages[1].actions[0].configuration)["BatchEnabled"] = "true";
  EXPECT_NE(refusal(p).find("NotImplemented"), std::string::npos);
}

TEST(Structure, AProviderThatNobodyHasIsNotAvailable) {
  PipelineDeclaration p = wsi();
  p.stages[1].actions[0].action_type_id.provider = "Codebuild";
  EXPECT_EQ(refusal(p),
            "InvalidActionDeclarationException: ActionType (Category: 'Build', Provider: 'Codebuild', Owner: 'AWS', "
            "Version: '1') in action 'Build' is not available in region 'AP_NORTHEAST_2'");
  p = wsi();
  p.stages[1].actions[0].action_type_id.version = "2";
  EXPECT_NE(refusal(p).find("InvalidActionDeclarationException"), std::string::npos);
}

TEST(Structure, VariablesAreResolvedOrNamed) {
  std::string missing;
  EXPECT_EQ(resolve("v-#{Src.CommitId}-#{x.y}", {{"Src.CommitId", "abc"}, {"x.y", "1"}}, missing), "v-abc-1");
  EXPECT_FALSE(resolve("#{Src.Nope}", {}, missing));
  EXPECT_EQ(missing, "Src.Nope");
}

}  // namespace
}  // namespace hanbat::codepipeline
