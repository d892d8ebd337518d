// Build, test and deploy actions: CodeBuild and CodeDeploy.
#include "gen/codebuild/client.h"
#include "gen/codedeploy/client.h"
#include "services/codepipeline/actions.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

std::string place(const ArtifactDetail& artifact) {
  return *artifact.s3location->bucket + "/" + *artifact.s3location->key;
}

std::vector<codebuild::EnvironmentVariable> environment(const std::string& json) {
  std::vector<codebuild::EnvironmentVariable> out;
  if (json.empty()) return out;
  Json list;
  try {
    list = Json::parse(json);
  } catch (const JsonError&) {  // a variable's value may have broken it
  }
  if (!list.is_array())
    throw wire::Error("InvalidInputException", 400,
                      "The configuration EnvironmentVariables is not a JSON array: " + json);
  for (const Json& entry : list.items()) {
    codebuild::EnvironmentVariable& variable = out.emplace_back();
    variable.name = entry.text("name");
    variable.value = entry.text("value");
    variable.type = entry.text("type", "PLAINTEXT");
  }
  return out;
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

}  // namespace

Report start_build(const Action& action, region::Request& rq) {
  codebuild::StartBuildInput in;
  in.project_name = action.get("ProjectName");
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
  Report out;
  for (const OutputArtifact& declared : action.declared.output_artifacts.value_or(std::vector<OutputArtifact>{}))
    out.outputs.push_back(output_artifact(action, declared.name));
  if (out.outputs.size() == 1) {
    in.artifacts_override = build_output(out.outputs.front());
  } else if (!out.outputs.empty()) {
    in.secondary_artifacts_override.emplace();
    for (const ArtifactDetail& output : out.outputs) {
      in.secondary_artifacts_override->push_back(build_output(output));
      in.secondary_artifacts_override->back().artifact_identifier = output.name;
    }
  }
  if (out.outputs.size() != 1) {
    in.artifacts_override.emplace();
    in.artifacts_override->type = "NO_ARTIFACTS";
  }
  if (const auto variables = environment(action.get("EnvironmentVariables")); !variables.empty())
    in.environment_variables_override = variables;
  in.idempotency_token = action.run.id;

  const auto started = codebuild::Client(rq).start_build(in);
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

Report start_deployment(const Action& action, region::Request& rq) {
  const codedeploy::Client client(rq);
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
                             " of pipeline " + action.pipeline.declaration.name;
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
