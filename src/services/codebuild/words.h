// What projects and builds choose from: where the source lies, where the artifacts go, on what is built. AWS's words of
// what is built here; the others are refused when a project or a build asks for them (refuse_what_is_not_built).
#pragma once

#include "base/words.h"
#include "gen/codebuild/model.h"

namespace hanbat::codebuild {

enum class SourceType {
  kCodePipeline,
  kCodeCommit,
  kS3,
  kNoSource,
  kGitHub,
  kGitHubEnterprise,
  kBitbucket,
  kGitLab,
  kGitLabSelfManaged
};
enum class ArtifactsType { kCodePipeline, kS3, kNoArtifacts };
enum class ArtifactPackaging { kNone, kZip };
enum class ArtifactNamespace { kNone, kBuildId };
enum class EnvironmentType { kLinuxContainer };
enum class ComputeType { kSmall, kMedium, kLarge };
enum class EnvironmentVariableType { kPlaintext, kParameterStore, kSecretsManager };
enum class CacheType { kNoCache, kLocal };
/// Of a project's logs, in CloudWatch Logs or in S3.
enum class LogsStatus { kEnabled, kDisabled };
enum class SortOrder { kAscending, kDescending };
enum class ProjectSortBy { kName, kCreatedTime, kLastModifiedTime };

}  // namespace hanbat::codebuild

namespace hanbat {

template <>
inline constexpr auto kWords<codebuild::SourceType> =
    std::to_array<Word<codebuild::SourceType>>({{codebuild::SourceType::kCodePipeline, "CODEPIPELINE"},
                                                {codebuild::SourceType::kCodeCommit, "CODECOMMIT"},
                                                {codebuild::SourceType::kS3, "S3"},
                                                {codebuild::SourceType::kNoSource, "NO_SOURCE"},
                                                {codebuild::SourceType::kGitHub, "GITHUB"},
                                                {codebuild::SourceType::kGitHubEnterprise, "GITHUB_ENTERPRISE"},
                                                {codebuild::SourceType::kBitbucket, "BITBUCKET"},
                                                {codebuild::SourceType::kGitLab, "GITLAB"},
                                                {codebuild::SourceType::kGitLabSelfManaged, "GITLAB_SELF_MANAGED"}});
template <>
inline constexpr auto kWords<codebuild::ArtifactsType> =
    std::to_array<Word<codebuild::ArtifactsType>>({{codebuild::ArtifactsType::kCodePipeline, "CODEPIPELINE"},
                                                   {codebuild::ArtifactsType::kS3, "S3"},
                                                   {codebuild::ArtifactsType::kNoArtifacts, "NO_ARTIFACTS"}});
template <>
inline constexpr auto kWords<codebuild::ArtifactPackaging> = std::to_array<Word<codebuild::ArtifactPackaging>>(
    {{codebuild::ArtifactPackaging::kNone, "NONE"}, {codebuild::ArtifactPackaging::kZip, "ZIP"}});
template <>
inline constexpr auto kWords<codebuild::ArtifactNamespace> = std::to_array<Word<codebuild::ArtifactNamespace>>(
    {{codebuild::ArtifactNamespace::kNone, "NONE"}, {codebuild::ArtifactNamespace::kBuildId, "BUILD_ID"}});
template <>
inline constexpr auto kWords<codebuild::EnvironmentType> =
    std::to_array<Word<codebuild::EnvironmentType>>({{codebuild::EnvironmentType::kLinuxContainer, "LINUX_CONTAINER"}});
template <>
inline constexpr auto kWords<codebuild::ComputeType> =
    std::to_array<Word<codebuild::ComputeType>>({{codebuild::ComputeType::kSmall, "BUILD_GENERAL1_SMALL"},
                                                 {codebuild::ComputeType::kMedium, "BUILD_GENERAL1_MEDIUM"},
                                                 {codebuild::ComputeType::kLarge, "BUILD_GENERAL1_LARGE"}});
template <>
inline constexpr auto kWords<codebuild::EnvironmentVariableType> =
    std::to_array<Word<codebuild::EnvironmentVariableType>>(
        {{codebuild::EnvironmentVariableType::kPlaintext, "PLAINTEXT"},
         {codebuild::EnvironmentVariableType::kParameterStore, "PARAMETER_STORE"},
         {codebuild::EnvironmentVariableType::kSecretsManager, "SECRETS_MANAGER"}});
template <>
inline constexpr auto kWords<codebuild::CacheType> = std::to_array<Word<codebuild::CacheType>>(
    {{codebuild::CacheType::kNoCache, "NO_CACHE"}, {codebuild::CacheType::kLocal, "LOCAL"}});
template <>
inline constexpr auto kWords<codebuild::LogsStatus> = std::to_array<Word<codebuild::LogsStatus>>(
    {{codebuild::LogsStatus::kEnabled, "ENABLED"}, {codebuild::LogsStatus::kDisabled, "DISABLED"}});
template <>
inline constexpr auto kWords<codebuild::SortOrder> = std::to_array<Word<codebuild::SortOrder>>(
    {{codebuild::SortOrder::kAscending, "ASCENDING"}, {codebuild::SortOrder::kDescending, "DESCENDING"}});
template <>
inline constexpr auto kWords<codebuild::ProjectSortBy> = std::to_array<Word<codebuild::ProjectSortBy>>(
    {{codebuild::ProjectSortBy::kName, "NAME"},
     {codebuild::ProjectSortBy::kCreatedTime, "CREATED_TIME"},
     {codebuild::ProjectSortBy::kLastModifiedTime, "LAST_MODIFIED_TIME"}});

}  // namespace hanbat

namespace hanbat::codebuild {

inline SourceType type_of(const ProjectSource& source) { return require_word<SourceType>(source.type); }
inline ArtifactsType type_of(const ProjectArtifacts& artifacts) { return require_word<ArtifactsType>(artifacts.type); }
inline ArtifactNamespace namespace_of(const ProjectArtifacts& artifacts) {
  return require_word(artifacts.namespace_type, ArtifactNamespace::kNone);
}
inline EnvironmentVariableType type_of(const EnvironmentVariable& variable) {
  return require_word(variable.type, EnvironmentVariableType::kPlaintext);
}
inline bool is_enabled(const CloudWatchLogsConfig& logs) {
  return require_word<LogsStatus>(logs.status) == LogsStatus::kEnabled;
}
inline bool is_enabled(const S3LogsConfig& logs) {
  return require_word<LogsStatus>(logs.status) == LogsStatus::kEnabled;
}

}  // namespace hanbat::codebuild
