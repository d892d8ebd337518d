// What an operation's input is held against before the operation sees it, whoever calls and however the input came: the
// parameters that are refused, required members and the model's limits.
#pragma once

#include <set>
#include <string>

#include "wire/operation.h"

namespace hanbat::wire {

/// The required members that a request did not have, each by its path ("tags.1.member.key"). In a struct they look like
/// empty ones, so who read the request says so.
using Missing = std::set<std::string, std::less<>>;

/// Throws Error: 501 NotImplemented for a parameter that we do not support, else in the service's own words what is
/// wrong with the input (a struct of the operation's input shape).
void check_input(const OperationModel& operation, const void* input, const Missing& missing = {});

}  // namespace hanbat::wire
