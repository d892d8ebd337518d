// What a project or a build may say of its role, its key and its artifacts, what it tells unasked, and by which names
// it is asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gen/codebuild/model.h"
#include "region/request.h"
#include "region/resources.h"

namespace hanbat::codebuild {

/// The key that S3 has itself, the only one that there is.
std::string key_of_s3(const region::Place& place);
/// 501 for a key that is not S3's own, by its alias or ARN.
void check_key(const region::Request& rq, std::string_view member, const std::optional<std::string>& key);

/// No logs in S3, as AWS tells it.
S3LogsConfig no_s3_logs();

/// The artifacts with what AWS fills in: those of S3 say how they are named and packed.
std::optional<ProjectArtifacts> complete_artifacts(std::optional<ProjectArtifacts> artifacts,
                                                   const std::string& project);
/// Adds what AWS tells of a project though nobody said it, and what is kept without.
void tell_defaults(Project& shown);

/// Throws InvalidInputException for what is no role's ARN, or another account's.
void check_service_role(const region::Request& rq, const std::string& role);

/// Throws InvalidInputException for artifacts, primary and secondary, whose members do not go together.
void check_artifacts(const Project& project);
/// Throws InvalidInputException for names of sources and artifacts that are none, are missing or stand twice.
void check_identifiers(const Project& project);
/// Throws InvalidInputException for versions of secondary sources that there are not.
void check_source_versions(const Project& project);

/// The project's name of a name or ARN. Throws InvalidInputException for an ARN that is none of a project here, and
/// AccessDenied for another account's.
std::string require_project_name(region::Request& rq, std::string_view action, const std::string& name_or_arn);

}  // namespace hanbat::codebuild
