// What a build that has ended tells CloudWatch: AWS/CodeBuild, by project and of all.
// Source: CodeBuild User Guide, "CodeBuild CloudWatch metrics".
#pragma once

#include "region/region.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

/// Builds, SucceededBuilds, FailedBuilds and Duration (seconds), in the transaction in which the build ends. Does
/// nothing in a region without CloudWatch.
void put_metrics(region::Region& home, store::Tx& tx, const BuildRow& row);

}  // namespace hanbat::codebuild
