// What the runner in the build's machine is told: see src/guest/build_runner/job.h for the form. Pure.
#pragma once

#include "base/json.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

/// Where the machine finds its credentials: on 169.254.170.2, under this path.
std::string credentials_path(const BuildRow& row);
Json job_of(const BuildRow& row);

}  // namespace hanbat::codebuild
