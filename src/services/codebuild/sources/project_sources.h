// What a source must say, by its type.
#pragma once

#include "gen/codebuild/model.h"

namespace hanbat::codebuild {

/// Throws InvalidInputException for options that sources of its type do not have.
void check_source_options(const ProjectSource& source);
/// The same, and where it lies.
void check_source(const ProjectSource& source);

}  // namespace hanbat::codebuild
