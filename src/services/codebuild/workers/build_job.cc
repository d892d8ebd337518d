#include "services/codebuild/workers/build_job.h"

#include <algorithm>

#include "base/text.h"
#include "services/codebuild/build_phases.h"
#include "services/codebuild/images/curated_images.h"
#include "services/codebuild/sources/git_hosts.h"
#include "services/codebuild/words.h"

namespace hanbat::codebuild {
namespace {

using border::BuildOutput;
using border::BuildSource;

/// The version of a secondary source, or of the primary one when the identifier is empty.
std::string version_of(const Build& build, const std::string& identifier) {
  if (identifier.empty()) return build.source_version.value_or("");
  if (build.secondary_source_versions)
    for (const ProjectSourceVersion& version : *build.secondary_source_versions)
      if (version.source_identifier == identifier) return version.source_version;
  return "";
}

/// AWS's own address of a repository. Earlier versions of the region gave addresses of the host's loopback, which
/// projects and Terraform's states still hold; in a build those would lead to itself.
std::string clone_url(const std::string& location, const std::string& region) {
  const std::size_t host = location.find("//"), path = location.find("/v1/repos/");
  if (host == std::string::npos || path == std::string::npos || path < host) return location;
  std::string name = location.substr(host + 2, path - host - 2);
  name = name.substr(0, name.rfind(':'));
  if (name != "127.0.0.1" && name != "localhost" && !name.ends_with(".localhost")) return location;
  const auto parts = split(name, '.');  // git-codecommit.<region>.localhost
  return "https://git-codecommit." + (parts.size() == 3 ? parts[1] : region) + ".amazonaws.com" + location.substr(path);
}

/// CODEBUILD_SOURCE_REPO_URL: a repository's clone address, where an object lies; AWS says that it may be empty in a
/// pipeline's build.
/// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
std::string repository_url(const BuildRow& row) {
  const std::string location = row.shape.source->location.value_or("");
  switch (type_of(*row.shape.source)) {
    case SourceType::kCodeCommit:
      return clone_url(location, row.place.region);
    case SourceType::kGitHub:
    case SourceType::kGitHubEnterprise:
    case SourceType::kBitbucket:
    case SourceType::kGitLab:
    case SourceType::kGitLabSelfManaged:
      return location;
    case SourceType::kS3:
      return "s3://" + location;
    case SourceType::kCodePipeline:
    case SourceType::kNoSource:
      return "";
  }
  return "";
}

BuildSource source_of(const BuildRow& row, const ProjectSource& source) {
  const Build& build = row.shape;
  BuildSource out;
  out.identifier = source.source_identifier.value_or("");
  out.location = source.location.value_or("");
  out.depth = source.git_clone_depth;
  // A pipeline's input is an object of its artifact bucket; its source version only names it again.
  switch (type_of(source)) {
    case SourceType::kCodePipeline:
      out.kind = BuildSource::Kind::kPipeline;
      return out;
    case SourceType::kCodeCommit:
      out.kind = BuildSource::Kind::kCodeCommit;
      out.location = clone_url(out.location, row.place.region);
      [[fallthrough]];
    case SourceType::kGitHub:
    case SourceType::kGitHubEnterprise:
    case SourceType::kBitbucket:
    case SourceType::kGitLab:
    case SourceType::kGitLabSelfManaged:
      if (is_of_other_host(type_of(source))) out.kind = BuildSource::Kind::kGit;
      out.submodules = source.git_submodules_config && source.git_submodules_config->fetch_submodules;
      out.insecure_ssl = source.insecure_ssl.value_or(false);
      break;
    case SourceType::kS3:
      out.kind = BuildSource::Kind::kS3;
      break;
    case SourceType::kNoSource:
      break;
  }
  if (const std::string version = version_of(build, out.identifier); !version.starts_with("arn:"))
    out.version = version;
  return out;
}

BuildOutput artifacts_of(const BuildRow& row, const ProjectArtifacts& artifacts) {
  const ArtifactsType type = type_of(artifacts);
  if (type == ArtifactsType::kNoArtifacts) return {};
  const std::string bucket = artifacts.location.value_or("");
  // "arn:aws:s3:::" and the bucket stand before the key.
  const std::size_t key_at = 13 + bucket.size() + 1;
  ProjectArtifacts nameless = artifacts;
  nameless.name.reset();
  ProjectArtifacts named = artifacts;
  if (named.name.value_or("").empty()) named.name = *row.shape.project_name;
  const bool own_folder = namespace_of(artifacts) == ArtifactNamespace::kBuildId;
  const bool zip = type == ArtifactsType::kCodePipeline ||
                   require_word(artifacts.packaging, ArtifactPackaging::kNone) == ArtifactPackaging::kZip;
  return {.kind = BuildOutput::Kind::kS3,
          .bucket = bucket,
          .key = artifact_arn(named, "", uuid_of(row.id)).substr(key_at),
          .key_prefix = artifact_arn(nameless, "", uuid_of(row.id)).substr(key_at),
          .build_folder = own_folder ? uuid_of(row.id) + "/" : "",
          .name_from_spec = artifacts.override_artifact_name.value_or(false),
          .packaging = zip ? BuildOutput::Packaging::kZip : BuildOutput::Packaging::kNone,
          .may_be_empty = type == ArtifactsType::kCodePipeline,
          .identifier = artifacts.artifact_identifier.value_or("")};
}

std::map<std::string, std::string> variables_of(const BuildRow& row) {
  const Build& build = row.shape;
  std::map<std::string, std::string> variables = {
      {"CODEBUILD_BUILD_ARN", *build.arn},
      {"CODEBUILD_BUILD_ID", *build.id},
      {"CODEBUILD_PROJECT_ARN", row.parent},
      {"CODEBUILD_BUILD_NUMBER", std::to_string(build.build_number.value_or(0))},
      {"CODEBUILD_BUILD_IMAGE", build.environment->image},
      {"CODEBUILD_INITIATOR", build.initiator.value_or("")},
      {"CODEBUILD_SOURCE_VERSION", build.source_version.value_or("")},
      {"CODEBUILD_SOURCE_REPO_URL", repository_url(row)},
      {"CODEBUILD_START_TIME", std::to_string(build.start_time->ms)},
      {"CODEBUILD_KMS_KEY_ID", build.encryption_key.value_or("")},
      {"CODEBUILD_CI", "true"},
      {"CI", "true"}};
  if (build.logs && build.logs->stream_name) variables["CODEBUILD_LOG_PATH"] = *build.logs->stream_name;
  return variables;
}

border::BuildVariable::Kind kind_of(const EnvironmentVariable& variable) {
  switch (type_of(variable)) {
    case EnvironmentVariableType::kPlaintext:
      return border::BuildVariable::Kind::kPlaintext;
    case EnvironmentVariableType::kParameterStore:
      return border::BuildVariable::Kind::kParameterStore;
    case EnvironmentVariableType::kSecretsManager:
      return border::BuildVariable::Kind::kSecretsManager;
  }
  return border::BuildVariable::Kind::kPlaintext;
}

}  // namespace

std::string runtimes_path(const BuildRow& row) { return "/v2/runtimes/" + uuid_of(row.id); }

std::string logins_path(const BuildRow& row) { return "/v2/logins/" + uuid_of(row.id); }

std::string credentials_path(const BuildRow& row) { return "/v2/credentials/" + uuid_of(row.id); }

border::BuildJob job_of(const BuildRow& row) {
  const Build& build = row.shape;
  const Work work = Work::from_json(row.own);
  border::BuildJob job;
  job.build_id = *build.id;
  job.region = row.place.region;
  job.project = *build.project_name;
  job.credentials_url = "http://169.254.170.2" + credentials_path(row);
  job.credentials_path = credentials_path(row);
  job.buildspec = build.source->buildspec.value_or("");
  job.privileged = build.environment->privileged_mode.value_or(false);
  job.variables = variables_of(row);
  job.source = source_of(row, *build.source);
  job.artifacts = artifacts_of(row, work.artifacts);
  if (build.environment->environment_variables)
    for (const EnvironmentVariable& variable : *build.environment->environment_variables)
      job.environment.push_back({variable.name, variable.value, kind_of(variable)});
  if (build.secondary_sources)
    for (const ProjectSource& source : *build.secondary_sources)
      job.secondary_sources.push_back(source_of(row, source));
  const auto of_other_host = [](const BuildSource& source) { return source.kind == BuildSource::Kind::kGit; };
  if (of_other_host(job.source) || std::ranges::any_of(job.secondary_sources, of_other_host))
    job.logins_url = "http://169.254.170.2" + logins_path(row);
  for (const ProjectArtifacts& one : work.secondary_artifacts)
    job.secondary_artifacts.push_back(artifacts_of(row, one));
  if (const auto image = find_curated_image(build.environment->image))
    job.runtimes = {runtimes_of(*image), image->other_versions, "http://169.254.170.2" + runtimes_path(row)};
  return job;
}

}  // namespace hanbat::codebuild
