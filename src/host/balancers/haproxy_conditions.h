// A rule's conditions in HAProxy's words.
#pragma once

#include <string>
#include <string_view>

#include "host/balancers/spec.h"

namespace hanbat::host {

/// A word of the configuration, in strong quotes.
std::string haproxy_quoted(std::string_view text);

/// An anonymous condition, "{ … }", which holds for requests of which the rule's condition does.
std::string condition_of(const BalancerCondition& condition);

}  // namespace hanbat::host
