// The job of the runner in the build's machine. Pure.
#pragma once

#include "border/build_job.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

/// Where the machine finds its credentials: on 169.254.170.2, under this path.
std::string credentials_path(const BuildRow& row);
/// Below which path it asks there for runtimes.
std::string runtimes_path(const BuildRow& row);
/// Where it asks there for logins to other hosts' repositories.
std::string logins_path(const BuildRow& row);
border::BuildJob job_of(const BuildRow& row);

}  // namespace hanbat::codebuild
