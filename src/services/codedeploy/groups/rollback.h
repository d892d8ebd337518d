// When a failed deployment is followed by one that brings back what was there.
#pragma once

#include <string_view>

#include "gen/codedeploy/model.h"

namespace hanbat::codedeploy {

/// Throws InvalidAutoRollbackConfigException, and NotImplemented in the name of the operation for events that nothing
/// here causes (alarms).
void check_rollback(std::string_view operation, const AutoRollbackConfiguration& rollback);

}  // namespace hanbat::codedeploy
