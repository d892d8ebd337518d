// What EventBridge hears of a build. Pure.
#pragma once

#include "region/events.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

/// "CodeBuild Build State Change" of the build as it is now.
/// Source: https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
region::Event state_event(const BuildRow& row);

}  // namespace hanbat::codebuild
