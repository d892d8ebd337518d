#include "services/codebuild/projects/project_rules.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/arn.h"
#include "services/codebuild/codebuild.h"
#include "services/codebuild/words.h"

namespace hanbat::codebuild {
namespace {

/// Source: sourceIdentifier of https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
void check_identifier(const std::string& identifier) {
  constexpr std::size_t kTooLong = 128;
  const auto known = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
  if (identifier.size() >= kTooLong || !std::all_of(identifier.begin(), identifier.end(), known))
    throw InvalidInputException(
        "Invalid input: identifier must contain only alphanumeric characters and underscores and be less than 128 "
        "characters in length");
}

/// Takes the identifier of what comes beside the primary one.
void take_identifier(std::set<std::string>& taken, const char* what, const std::optional<std::string>& identifier) {
  if (identifier.value_or("").empty())
    throw InvalidInputException(std::string("Invalid input: secondary ") + what + " must have an identifier");
  check_identifier(*identifier);
  if (!taken.insert(*identifier).second)
    throw InvalidInputException(std::string("Invalid input: the identifiers of secondary ") + what +
                                " must be unique: " + *identifier);
}

void check_one(const ProjectArtifacts& artifacts) {
  const ArtifactsType type = type_of(artifacts);
  if (artifacts.encryption_disabled.value_or(false) && type != ArtifactsType::kS3)
    throw InvalidInputException("Invalid artifacts: encryptionDisabled is not supported for artifact type " +
                                artifacts.type);
  if (type == ArtifactsType::kS3 && artifacts.location.value_or("").empty())
    throw InvalidInputException("Invalid artifacts: location must be specified for artifact type S3");
}

void complete_s3(ProjectArtifacts& artifacts) {
  if (find_word<ArtifactsType>(artifacts.type) != ArtifactsType::kS3) return;
  if (!artifacts.namespace_type) artifacts.namespace_type = word_of(ArtifactNamespace::kNone);
  if (!artifacts.packaging) artifacts.packaging = word_of(ArtifactPackaging::kNone);
  if (!artifacts.encryption_disabled) artifacts.encryption_disabled = false;
}

}  // namespace

std::string key_of_s3(const region::Place& place) {
  return make_arn("kms", place.region, place.account, "alias/aws/s3");
}

S3LogsConfig no_s3_logs() {
  S3LogsConfig logs;
  logs.status = word_of(LogsStatus::kDisabled);
  logs.encryption_disabled = false;
  return logs;
}

std::optional<ProjectArtifacts> complete_artifacts(std::optional<ProjectArtifacts> artifacts,
                                                   const std::string& project) {
  if (!artifacts || find_word<ArtifactsType>(artifacts->type) != ArtifactsType::kS3) return artifacts;
  if (artifacts->name.value_or("").empty()) artifacts->name = project;
  complete_s3(*artifacts);
  return artifacts;
}

void tell_defaults(Project& shown) {
  if (!shown.logs_config) shown.logs_config.emplace();
  LogsConfig& logs = *shown.logs_config;
  if (!logs.cloud_watch_logs) logs.cloud_watch_logs.emplace().status = word_of(LogsStatus::kEnabled);
  if (!logs.s3_logs) logs.s3_logs = no_s3_logs();
  if (!shown.source->insecure_ssl) shown.source->insecure_ssl = false;
  if (shown.secondary_sources)
    for (ProjectSource& source : *shown.secondary_sources)
      if (!source.insecure_ssl) source.insecure_ssl = false;
  if (shown.secondary_artifacts)
    for (ProjectArtifacts& artifacts : *shown.secondary_artifacts) complete_s3(artifacts);
}

void check_key(const region::Request& rq, std::string_view member, const std::optional<std::string>& key) {
  if (key && !key->empty() && *key != "alias/aws/s3" && *key != key_of_s3({rq.account, rq.region}))
    throw wire::Error::not_implemented(rq.operation.name, std::string(member) + "=" + *key);
}

void check_service_role(const region::Request& rq, const std::string& role) {
  if (!rq.names_resource("iam:PassRole", role))
    throw InvalidInputException("Invalid service role: " + role + " is not a role's ARN");
  if (parse_arn(role)->account != rq.account)
    throw InvalidInputException("Invalid service role: Service role account ID does not match caller's account");
}

std::string require_project_name(region::Request& rq, std::string_view action, const std::string& name_or_arn) {
  if (!name_or_arn.starts_with("arn:")) return name_or_arn;
  const auto arn = parse_arn(name_or_arn);
  if (!arn || !rq.names_resource(action, name_or_arn) || arn->region != rq.region)
    throw InvalidInputException("Invalid project ARN: " + name_or_arn);
  if (arn->account != rq.account) {
    rq.authorize(action, name_or_arn);
    throw InvalidInputException("Invalid project ARN: " + name_or_arn + " is not shared with this account");
  }
  return arn->resource.substr(arn->resource.find('/') + 1);
}

void check_artifacts(const Project& project) {
  if ((type_of(*project.artifacts) == ArtifactsType::kCodePipeline) !=
      (type_of(*project.source) == SourceType::kCodePipeline))
    throw InvalidInputException(
        "Invalid artifacts: artifact type CODEPIPELINE should be used together with source type CODEPIPELINE");
  check_one(*project.artifacts);
  for (const ProjectArtifacts& one : project.secondary_artifacts.value_or(std::vector<ProjectArtifacts>())) {
    if (type_of(one) == ArtifactsType::kCodePipeline)
      throw InvalidInputException(
          "Invalid artifacts: artifact type CODEPIPELINE is not supported for secondaryArtifacts");
    check_one(one);
  }
}

void check_identifiers(const Project& project) {
  check_identifier(project.source->source_identifier.value_or(""));
  check_identifier(project.artifacts->artifact_identifier.value_or(""));
  std::set<std::string> artifacts, sources;
  for (const auto& one : project.secondary_artifacts.value_or(std::vector<ProjectArtifacts>()))
    take_identifier(artifacts, "artifacts", one.artifact_identifier);
  for (const auto& one : project.secondary_sources.value_or(std::vector<ProjectSource>()))
    take_identifier(sources, "sources", one.source_identifier);
}

void check_source_versions(const Project& project) {
  const auto sources = project.secondary_sources.value_or(std::vector<ProjectSource>());
  for (const auto& one : project.secondary_source_versions.value_or(std::vector<ProjectSourceVersion>()))
    if (std::none_of(sources.begin(), sources.end(),
                     [&](const ProjectSource& source) { return source.source_identifier == one.source_identifier; }))
      throw InvalidInputException("Invalid input: there is no secondary source with the identifier " +
                                  one.source_identifier);
}

}  // namespace hanbat::codebuild
