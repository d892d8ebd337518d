// The frontend of a listener: which rule a request falls under, what becomes of it, and with which headers it goes on
// to a target.
#pragma once

#include <string>

#include "host/balancers/haproxy_config.h"
#include "host/balancers/spec.h"

namespace hanbat::host {

/// The section's lines. Bodies of answers and certificates are added to `files`, which lie in `folder`. `key` signs
/// cookies.
std::string frontend_of(const Balancer& balancer, const BalancerListener& listener, const std::string& folder,
                        const std::string& key, HaproxyFiles& files);

}  // namespace hanbat::host
