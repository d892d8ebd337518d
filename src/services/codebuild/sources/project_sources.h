// What a source must say, by its type.
#pragma once

#include "gen/codebuild/model.h"

namespace hanbat::codebuild {

/// Throws InvalidInputException for options that sources of its type do not have, and for places that are none of it.
void check_source(const ProjectSource& source);
/// The same of a project with what a build has overridden: a build takes an account's credentials nowhere else either.
void check_build_sources(const Project& project);

}  // namespace hanbat::codebuild
