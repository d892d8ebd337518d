// Actions of listeners and rules: checked, and completed as AWS answers them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {

/// A rule's place among its listener's: the row's name as a number.
int priority_of(const Resource<Rule>& rule);

/// The actions with what AWS fills in. Throws AWS's errors, and NotImplemented for kinds that are not built.
/// `balancer_arn` is the load balancer whose listener, of that protocol, they belong to.
std::vector<Action> checked_actions(Request& rq, const std::vector<Action>& in, std::string_view balancer_arn,
                                    std::string_view protocol);

}  // namespace hanbat::elasticloadbalancing
