// Build, test and deploy actions: CodeBuild and CodeDeploy.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "gen/codebuild/client.h"
#include "gen/codedeploy/client.h"
#include "services/codepipeline/workers/actions.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

/// Of CodeBuild's EnvironmentVariable.
constexpr std::array<std::string_view, 3> kVariableTypes = {"PLAINTEXT", "PARAMETER_STORE", "SECRETS_MANAGER"};

bool contains(const std::array<std::string_view, 3>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string place(const ArtifactDetail& artifact) {
  return *artifact.s3location->bucket + "/" + *artifact.s3location->key;
}

codebuild::ProjectArtifacts build_output(const ArtifactDetail& artifact) {
  const std::string& key = *artifact.s3location->key;
  const std::size_t name = key.rfind('/') + 1;
  codebuild::ProjectArtifacts out;
  out.type = "CODEPIPELINE";
  out.location = artifact.s3location->bucket;
  out.path = key.substr(0, name);
  out.name = key.substr(name);
  out.packaging = "ZIP";
  return out;
}

/// The builds' inputs: the primary source, and the others beside it.
void add_sources(codebuild::StartBuildInput& in, const Action& action) {
  in.source_type_override = "CODEPIPELINE";
  const std::string primary = action.get("PrimarySource");
  for (const ArtifactDetail& input : action.inputs) {
    if (action.inputs.size() == 1 || input.name == primary) {
      in.source_location_override = place(input);
      in.source_version = "arn:aws:s3:::" + place(input);
      continue;
    }
    if (!in.secondary_sources_override) in.secondary_sources_override.emplace();
    codebuild::ProjectSource& source = in.secondary_sources_override->emplace_back();
    source.type = "CODEPIPELINE";
    source.source_identifier = input.name;
    source.location = place(input);
  }
}

void add_artifacts(codebuild::StartBuildInput& in, const std::vector<ArtifactDetail>& outputs) {
  if (outputs.size() == 1) {
    in.artifacts_override = build_output(outputs.front());
    return;
  }
  in.artifacts_override.emplace().type = "NO_ARTIFACTS";
  if (outputs.empty()) return;
  in.secondary_artifacts_override.emplace();
  for (const ArtifactDetail& output : outputs) {
    in.secondary_artifacts_override->push_back(build_output(output));
    in.secondary_artifacts_override->back().artifact_identifier = output.name;
  }
}

}  // namespace

std::vector<codebuild::EnvironmentVariable> environment_variables(const std::string& json) {
  std::vector<codebuild::EnvironmentVariable> out;
  if (json.empty()) return out;
  try {
    const Json list = Json::parse(json);
    for (const Json& entry : list.items()) {
      codebuild::EnvironmentVariable& variable = out.emplace_back();
      variable.name = entry["name"].as_string();
      variable.value = entry["value"].as_string();
      variable.type = entry.text("type", "PLAINTEXT");
      if (variable.name.empty()) throw JsonError("a variable has no name");
      if (!contains(kVariableTypes, *variable.type)) throw JsonError("no variable has the type " + *variable.type);
    }
    return out;
  } catch (const JsonError& error) {
    throw std::invalid_argument(
        "EnvironmentVariables specified in action config does not match expected format, the expected format is JSON "
        "array adhering to the following format: [{\"name\": \"string\", \"type\": \"string\", \"value\": "
        "\"string\"}] (" +
        std::string(error.what()) + ")");
  }
}

Report start_build(const Action& action, const region::Actor& role) {
  codebuild::StartBuildInput in;
  in.project_name = action.get("ProjectName");
  add_sources(in, action);
  Report out;
  for (const OutputArtifact& declared : action.declared.output_artifacts.value_or(std::vector<OutputArtifact>{}))
    out.outputs.push_back(output_artifact(action, declared.name));
  add_artifacts(in, out.outputs);
  try {
    // A variable's value may have broken what was right when the pipeline was made.
    if (auto variables = environment_variables(action.get("EnvironmentVariables")); !variables.empty())
      in.environment_variables_override = std::move(variables);
  } catch (const std::invalid_argument& error) {
    return failed("ConfigurationError", error.what());
  }
  in.idempotency_token = action.run.id;

  const auto started = codebuild::Client(role).start_build(in);
  out.begun = true;
  out.external_id = started.build ? started.build->id.value_or("") : "";
  return out;
}

Report watch_build(const Action& action) {
  codebuild::BatchGetBuildsInput in;
  in.ids = {action.run.external_id};
  const auto found = codebuild::Client(action.home, action.role, action.region()).batch_get_builds(in);
  if (!found.builds || found.builds->empty())
    return failed("JobFailed", "The build " + action.run.external_id + " was deleted");
  const codebuild::Build& build = found.builds->front();
  const std::string status = build.build_status.value_or("IN_PROGRESS");
  if (status == "IN_PROGRESS") return {};
  if (status != "SUCCEEDED") return failed("JobFailed", "Build terminated with state: " + status);

  Report out;
  out.ended = Result{true, "", ""};
  for (const auto& variable :
       build.exported_environment_variables.value_or(std::vector<codebuild::ExportedEnvironmentVariable>{}))
    out.variables[variable.name.value_or("")] = variable.value.value_or("");
  return out;
}

Report start_deployment(const Action& action, const region::Actor& role) {
  const codedeploy::Client client(role);
  codedeploy::RevisionLocation revision;
  revision.revision_type = "S3";
  revision.s3_location.emplace();
  revision.s3_location->bucket = action.inputs.front().s3location->bucket;
  revision.s3_location->key = action.inputs.front().s3location->key;
  revision.s3_location->bundle_type = "zip";

  codedeploy::RegisterApplicationRevisionInput registration;
  registration.application_name = action.get("ApplicationName");
  registration.revision = revision;
  registration.description = "Application revision registered by Deployment action " + action.declared.name +
                             " of pipeline " + action.pipeline.shape.declaration.name;
  client.register_application_revision(registration);

  codedeploy::CreateDeploymentInput in;
  in.application_name = action.get("ApplicationName");
  in.deployment_group_name = action.get("DeploymentGroupName");
  in.revision = revision;
  Report out;
  out.begun = true;
  out.external_id = client.create_deployment(in).deployment_id.value_or("");
  return out;
}

Report watch_deployment(const Action& action) {
  codedeploy::GetDeploymentInput in;
  in.deployment_id = action.run.external_id;
  const auto found = codedeploy::Client(action.home, action.role, action.region()).get_deployment(in);
  if (!found.deployment_info) return {};
  const codedeploy::DeploymentInfo& deployment = *found.deployment_info;
  const std::string status = deployment.status.value_or("");
  Report out;
  if (status == "Succeeded") {
    out.ended = Result{true, "", ""};
    out.summary = "Deployment Succeeded";
    out.variables["DeploymentId"] = action.run.external_id;
  } else if (status == "Failed" || status == "Stopped") {
    out = failed("JobFailed", deployment.error_information ? deployment.error_information->message.value_or("")
                                                           : "Deployment " + status);
    out.summary = "Deployment " + status;
  }
  return out;
}

}  // namespace hanbat::codepipeline
