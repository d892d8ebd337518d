#include "services/codebuild/sources/project_sources.h"

#include "services/codebuild/sources/git_hosts.h"
#include "services/codebuild/words.h"

namespace hanbat::codebuild {
namespace {

// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectSource.html
void check_source_options(const ProjectSource& source) {
  const SourceType type = type_of(source);
  const auto refuse = [&](const char* what) {
    throw InvalidInputException(std::string("Invalid project source: ") + what + " is not supported for source type " +
                                source.type);
  };
  if (source.report_build_status.value_or(false) && !is_of_other_host(type)) refuse("reportBuildStatus");
  if (type == SourceType::kCodeCommit || is_of_other_host(type)) return;
  if (source.git_submodules_config && source.git_submodules_config->fetch_submodules) refuse("gitSubmodulesConfig");
  if (source.git_clone_depth.value_or(0) > 0) refuse("gitCloneDepth");
}

}  // namespace

void check_source(const ProjectSource& source) {
  check_source_options(source);
  const auto require_location = [&] {
    if (source.location.value_or("").empty())
      throw InvalidInputException("Invalid project source: location must be specified for source type " + source.type);
  };
  switch (type_of(source)) {
    case SourceType::kCodePipeline:
      return;
    case SourceType::kCodeCommit:
      require_location();
      if (source.location->find("://") == std::string::npos || source.location->find("/v1/repos/") == std::string::npos)
        throw InvalidInputException("Invalid project source: location must be a valid CodeCommit repository URL");
      return;
    case SourceType::kGitHub:
    case SourceType::kGitHubEnterprise:
    case SourceType::kBitbucket:
    case SourceType::kGitLab:
    case SourceType::kGitLabSelfManaged:
      require_location();
      return check_git_location(source);
    case SourceType::kS3:
      require_location();
      if (source.location->find('/') == std::string::npos)
        throw InvalidInputException("Invalid project source: location must be a valid S3 source");
      return;
    case SourceType::kNoSource:
      if (source.buildspec.value_or("").empty())
        throw InvalidInputException("Project source type NO_SOURCE must be used with a buildspec.");
      return;
  }
}

void check_build_sources(const Project& project) {
  check_source_options(*project.source);
  if (is_of_other_host(type_of(*project.source))) check_git_location(*project.source);
  for (const ProjectSource& source : project.secondary_sources.value_or(std::vector<ProjectSource>()))
    if (is_of_other_host(type_of(source))) check_git_location(source);
}

}  // namespace hanbat::codebuild
