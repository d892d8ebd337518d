#include "services/codebuild/build_job.h"

#include "services/codebuild/build_phases.h"

namespace hanbat::codebuild {
namespace {

/// The version of a secondary source, or of the primary one when the identifier is empty.
std::string version_of(const Build& build, const std::string& identifier) {
  if (identifier.empty()) return build.source_version.value_or("");
  if (build.secondary_source_versions)
    for (const ProjectSourceVersion& version : *build.secondary_source_versions)
      if (version.source_identifier == identifier) return version.source_version;
  return "";
}

Json source_of(const Build& build, const ProjectSource& source) {
  const std::string identifier = source.source_identifier.value_or("");
  // A pipeline's input is an object of its artifact bucket; its source version only names it again.
  const bool from_pipeline = source.type == "CODEPIPELINE";
  Json out = Json::object({{"type", from_pipeline ? "S3" : source.type}, {"location", source.location.value_or("")}});
  const std::string version = version_of(build, identifier);
  if (!from_pipeline && !version.starts_with("arn:")) out["version"] = version;
  if (source.git_clone_depth) out["depth"] = *source.git_clone_depth;
  if (!identifier.empty()) out["identifier"] = identifier;
  return out;
}

Json artifacts_of(const BuildRow& row, const Json& configured) {
  const ProjectArtifacts artifacts = wire::from_json<ProjectArtifacts>(configured);
  if (artifacts.type == "NO_ARTIFACTS") return Json::object({{"type", "NO_ARTIFACTS"}});
  const bool for_pipeline = artifacts.type == "CODEPIPELINE";
  const std::string bucket = artifacts.location.value_or("");
  // "arn:aws:s3:::" and the bucket stand before the key.
  const std::size_t key_at = 13 + bucket.size() + 1;
  ProjectArtifacts nameless = artifacts;
  nameless.name.reset();
  ProjectArtifacts named = artifacts;
  if (named.name.value_or("").empty()) named.name = *row.build.project_name;
  Json out = Json::object({{"type", "S3"},
                           {"bucket", bucket},
                           {"key", artifact_arn(named, "", row.uuid()).substr(key_at)},
                           {"key_prefix", artifact_arn(nameless, "", row.uuid()).substr(key_at)},
                           {"name_from_spec", artifacts.override_artifact_name.value_or(false)},
                           {"packaging", for_pipeline ? "ZIP" : artifacts.packaging.value_or("NONE")}});
  if (artifacts.artifact_identifier) out["identifier"] = *artifacts.artifact_identifier;
  return out;
}

}  // namespace

std::string credentials_path(const BuildRow& row) { return "/v2/credentials/" + row.uuid(); }

Json job_of(const BuildRow& row) {
  const Build& build = row.build;
  Json variables =
      Json::object({{"CODEBUILD_BUILD_ARN", *build.arn},
                    {"CODEBUILD_BUILD_ID", *build.id},
                    {"CODEBUILD_BUILD_NUMBER", std::to_string(build.build_number.value_or(0))},
                    {"CODEBUILD_BUILD_IMAGE", build.environment->image},
                    {"CODEBUILD_INITIATOR", build.initiator.value_or("")},
                    {"CODEBUILD_SOURCE_VERSION", build.source_version.value_or("")},
                    {"CODEBUILD_SOURCE_REPO_URL", build.source->location.value_or("")},
                    {"CODEBUILD_START_TIME", std::to_string(build.start_time->ms)},
                    {"CODEBUILD_KMS_KEY_ID", "arn:aws:kms:" + row.region + ":" + row.account + ":alias/aws/s3"},
                    {"CODEBUILD_CI", "true"},
                    {"CI", "true"}});
  if (build.logs && build.logs->stream_name) variables["CODEBUILD_LOG_PATH"] = *build.logs->stream_name;
  Json environment = Json::array();
  if (build.environment->environment_variables)
    for (const EnvironmentVariable& variable : *build.environment->environment_variables)
      environment.push_back(Json::object(
          {{"name", variable.name}, {"value", variable.value}, {"type", variable.type.value_or("PLAINTEXT")}}));
  Json job = Json::object({{"build_id", *build.id},
                           {"region", row.region},
                           {"project", *build.project_name},
                           {"credentials_url", "http://169.254.170.2" + credentials_path(row)},
                           {"credentials_path", credentials_path(row)},
                           {"buildspec", build.source->buildspec.value_or("")},
                           {"privileged", build.environment->privileged_mode.value_or(false)},
                           {"environment", std::move(environment)},
                           {"variables", std::move(variables)},
                           {"source", source_of(build, *build.source)},
                           {"artifacts", artifacts_of(row, row.work["artifacts"])}});
  Json sources = Json::array();
  if (build.secondary_sources)
    for (const ProjectSource& source : *build.secondary_sources) sources.push_back(source_of(build, source));
  job["secondary_sources"] = std::move(sources);
  Json secondary = Json::array();
  if (const Json* configured = row.work.find("secondary_artifacts"))
    for (const Json& one : configured->items()) secondary.push_back(artifacts_of(row, one));
  job["secondary_artifacts"] = std::move(secondary);
  return job;
}

}  // namespace hanbat::codebuild
