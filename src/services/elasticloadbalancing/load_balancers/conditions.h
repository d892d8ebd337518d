// Conditions of rules: checked, and completed as AWS answers them.
#pragma once

#include <vector>

#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {

/// The conditions with both spellings of their values filled in. Throws AWS's errors, and NotImplemented for regular
/// expressions.
/// Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
std::vector<RuleCondition> checked_conditions(Request& rq, const std::vector<RuleCondition>& in);

}  // namespace hanbat::elasticloadbalancing
