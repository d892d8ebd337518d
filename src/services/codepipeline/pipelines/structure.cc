#include "services/codepipeline/pipelines/structure.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "base/json.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

[[noreturn]] void invalid(const std::string& message) { throw InvalidStructureException(message); }
[[noreturn]] void invalid_action(const std::string& message) { throw InvalidActionDeclarationException(message); }

/// AWS's own providers; those that are not carried out here are refused as such, all others as AWS refuses them.
constexpr std::array kAwsProviders = {"AppConfig",
                                      "CloudFormation",
                                      "CloudFormationStackSet",
                                      "CodeBuild",
                                      "CodeCommit",
                                      "CodeDeploy",
                                      "CodeDeployToECS",
                                      "CodeStarSourceConnection",
                                      "CodePipeline",
                                      "Commands",
                                      "DeviceFarm",
                                      "EC2",
                                      "ECR",
                                      "ECRBuildAndPublish",
                                      "ECS",
                                      "EKS",
                                      "ElasticBeanstalk",
                                      "InspectorScan",
                                      "Lambda",
                                      "Manual",
                                      "OpsWorks",
                                      "S3",
                                      "ServiceCatalog",
                                      "StepFunctions"};

const std::vector<Provider>& providers() {
  static const std::vector<Provider> kProviders = {
      {Work::kFetchFromCodeCommit,
       ActionCategory::kSource,
       "CodeCommit",
       {"RepositoryName", "BranchName"},
       {"PollForSourceChanges", "OutputArtifactFormat"},
       0,
       0,
       1,
       1},
      {Work::kFetchFromS3,
       ActionCategory::kSource,
       "S3",
       {"S3Bucket", "S3ObjectKey"},
       {"PollForSourceChanges"},
       0,
       0,
       1,
       1},
      {Work::kBuild,
       ActionCategory::kBuild,
       "CodeBuild",
       {"ProjectName"},
       {"PrimarySource", "EnvironmentVariables"},
       1,
       5,
       0,
       5},
      {Work::kBuild,
       ActionCategory::kTest,
       "CodeBuild",
       {"ProjectName"},
       {"PrimarySource", "EnvironmentVariables"},
       1,
       5,
       0,
       5},
      {Work::kDeploy,
       ActionCategory::kDeploy,
       "CodeDeploy",
       {"ApplicationName", "DeploymentGroupName"},
       {},
       1,
       1,
       0,
       0},
      {Work::kApproval, ActionCategory::kApproval, "Manual", {}, {"CustomData", "ExternalEntityLink"}, 0, 0, 0, 0},
  };
  return kProviders;
}

void check_type(std::string_view operation, const ActionDeclaration& action, std::string_view region) {
  const ActionTypeId& type = action.action_type_id;
  if (!find_word<ActionOwner>(type.owner))
    throw wire::Error::not_implemented(operation, "pipeline.stages.actions.actionTypeId.owner " + type.owner);
  if (find_provider(type)) return;
  const bool of_aws = type.version == "1" &&
                      std::find(kAwsProviders.begin(), kAwsProviders.end(), type.provider) != kAwsProviders.end();
  if (!of_aws) {
    std::string place(region);
    for (char& c : place) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    invalid_action("ActionType (Category: '" + type.category + "', Provider: '" + type.provider + "', Owner: '" +
                   type.owner + "', Version: '" + type.version + "') in action '" + action.name +
                   "' is not available in region '" + place + "'");
  }
  throw wire::Error::not_implemented(operation, "the action provider " + type.provider + " (category " + type.category +
                                                    ", version " + type.version + ")");
}

void check_configuration(std::string_view operation, const ActionDeclaration& action) {
  const Provider provider = *find_provider(action.action_type_id);
  const auto configuration = action.configuration.value_or(std::map<std::string, std::string>{});
  const std::string of = "Action configuration for action '" + action.name + "'";
  for (const std::string_view name : provider.required)
    if (!configuration.contains(std::string(name)))
      invalid_action(of + " is missing required configuration '" + std::string(name) + "'");
  for (const auto& [name, value] : configuration) {
    const auto known = [&](const auto& list) { return std::find(list.begin(), list.end(), name) != list.end(); };
    if (!known(provider.required) && !known(provider.optional)) {
      const bool of_aws = name == "BatchEnabled" || name == "CombineArtifacts" || name == "NotificationArn" ||
                          name == "AllowOverrideForS3ObjectKey";
      if (of_aws) throw wire::Error::not_implemented(operation, "the configuration " + name + " of " + action.name);
      invalid_action(of + " contains unknown configuration '" + name + "'");
    }
    if (name == "OutputArtifactFormat" && value != "CODE_ZIP")
      throw wire::Error::not_implemented(operation, "OutputArtifactFormat " + value);
    if (name == "EnvironmentVariables") {
      try {
        if (!Json::parse(value).is_array()) throw JsonError("");
      } catch (const JsonError&) {
        invalid_action(of + " contains an invalid value for the configuration 'EnvironmentVariables'");
      }
    }
  }
  const std::size_t inputs = action.input_artifacts ? action.input_artifacts->size() : 0;
  if (inputs > 1 && provider.work == Work::kBuild && !configuration.contains("PrimarySource"))
    invalid_action(of + " is missing required configuration 'PrimarySource'");
}

void check_count(const ActionDeclaration& action, const char* what, std::size_t count, int least, int most) {
  if (static_cast<int>(count) >= least && static_cast<int>(count) <= most) return;
  invalid("Action '" + action.name + "' has " + std::to_string(count) + " " + what +
          " artifacts, but must have between " + std::to_string(least) + " and " + std::to_string(most) + " " + what +
          " artifacts");
}

/// An action takes artifacts of actions that have run before it: of earlier stages, or of a lower run order. `produced`
/// are those of the stages before, to which the stage's own are added.
void check_artifacts(const StageDeclaration& stage, std::set<std::string>& produced) {
  std::vector<const ActionDeclaration*> ordered;
  for (const ActionDeclaration& action : stage.actions) ordered.push_back(&action);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return a->run_order.value_or(1) < b->run_order.value_or(1); });
  for (std::size_t begin = 0, end = 0; begin < ordered.size(); begin = end) {
    while (end < ordered.size() && ordered[end]->run_order.value_or(1) == ordered[begin]->run_order.value_or(1)) ++end;
    for (std::size_t n = begin; n < end; ++n)
      for (const InputArtifact& input : ordered[n]->input_artifacts.value_or(std::vector<InputArtifact>{}))
        if (!produced.contains(input.name))
          invalid("Input Artifact Bundle " + input.name + " in action " + ordered[n]->name +
                  " is not the output artifact of an action that precedes it");
    for (std::size_t n = begin; n < end; ++n)
      for (const OutputArtifact& output : ordered[n]->output_artifacts.value_or(std::vector<OutputArtifact>{}))
        if (!produced.insert(output.name).second)
          invalid("Output Artifact Bundle name must be unique within the pipeline. " + output.name +
                  " has been used more than once");
  }
}

}  // namespace

std::optional<Provider> find_provider(const ActionTypeId& type) {
  for (const Provider& provider : providers())
    if (find_word<ActionOwner>(type.owner) == ActionOwner::kAws && type.version == "1" &&
        find_word<ActionCategory>(type.category) == provider.category && provider.name == type.provider)
      return provider;
  return std::nullopt;
}

void check_structure(std::string_view operation, const PipelineDeclaration& pipeline, std::string_view region) {
  if (pipeline.stages.size() < 2)
    invalid("Pipeline has " + std::to_string(pipeline.stages.size()) +
            " stage(s). There should be a minimum of 2 stages in a pipeline");
  if (!pipeline.artifact_store) invalid("One of artifactStore or artifactStores is required");
  const ExecutionMode mode = mode_of(pipeline);
  if (mode == ExecutionMode::kParallel)
    throw wire::Error::not_implemented(operation, "pipeline.executionMode PARALLEL");
  const bool v2 = require_word(pipeline.pipeline_type, PipelineType::kV1) == PipelineType::kV2;
  if (!v2 && mode != ExecutionMode::kSuperseded)
    invalid("The execution mode " + std::string(word_of(mode)) + " is only supported for pipelines of type V2");
  if (!v2 && pipeline.variables && !pipeline.variables->empty())
    invalid("Pipeline variables are only supported for pipelines of type V2");

  std::set<std::string> stage_names, produced, namespaces;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const StageDeclaration& stage = pipeline.stages[i];
    if (!stage_names.insert(stage.name).second)
      invalid("Stage names must be unique within a pipeline. " + stage.name + " has been used more than once");
    if (stage.actions.empty())
      invalid("Stage " + stage.name + " has no actions. A stage must have at least one action");
    std::set<std::string> action_names;
    for (const ActionDeclaration& action : stage.actions) {
      if (!action_names.insert(action.name).second)
        invalid("Action names must be unique within a stage. " + action.name +
                " has been used more than once in stage " + stage.name);
      if (i == 0 && !is_of(action, ActionCategory::kSource))
        invalid("Pipeline should start with a stage that only contains source actions");
      if (i > 0 && is_of(action, ActionCategory::kSource))
        invalid("Source actions can only be in the first stage of the pipeline. Stage " + stage.name +
                " contains the source action " + action.name);
      check_type(operation, action, region);
      const Provider provider = *find_provider(action.action_type_id);
      check_configuration(operation, action);
      check_count(action, "input", action.input_artifacts ? action.input_artifacts->size() : 0, provider.min_inputs,
                  provider.max_inputs);
      check_count(action, "output", action.output_artifacts ? action.output_artifacts->size() : 0, provider.min_outputs,
                  provider.max_outputs);
      if (action.namespace_ && !namespaces.insert(*action.namespace_).second)
        invalid("Namespaces must be unique within a pipeline. " + *action.namespace_ + " has been used more than once");
    }
    check_artifacts(stage, produced);
  }
}

std::optional<std::string> resolve(std::string_view text, const Variables& variables, std::string& missing) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t open = text.find("#{", i);
    const std::size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) return out + std::string(text.substr(i));
    out += text.substr(i, open - i);
    const std::string name(text.substr(open + 2, close - open - 2));
    const auto value = variables.find(name);
    if (value == variables.end()) {
      missing = name;
      return std::nullopt;
    }
    out += value->second;
    i = close + 1;
  }
  return out;
}

}  // namespace hanbat::codepipeline
