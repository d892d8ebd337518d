// HAProxy's configuration and server states, computed from the spec alone.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/balancers/spec.h"

namespace hanbat::host {

/// Whom HAProxy's workers, which read what strangers send, run as.
inline constexpr const char* kHaproxyUser = "hanbat-haproxy";

/// Where, in its folder, the certificates with their keys are: a link to what is lost when the machine ends.
inline constexpr std::string_view kSecretsFolder = "secrets";

/// What is written for HAProxy: the configuration, and the files it names (bodies; certificates with their keys), by
/// file name.
struct HaproxyFiles {
  std::string config;
  std::map<std::string, std::string> others;
  std::map<std::string, std::string> secrets;
};

/// Workers have folder/root as their root, where nothing is.
/// The HAProxy of one VPC, whose balancers the spec holds. The configuration does not depend on whether a target
/// drains: that is said at run time, without a reload. `key` is the secret under which cookies are signed.
HaproxyFiles haproxy_of(const BalancersSpec& spec, const std::string& folder, const std::string& key);
/// The HAProxy in the host's namespace that leads names under localhost to the balancers' public addresses.
HaproxyFiles haproxy_of_host(const BalancersSpec& spec, const std::string& folder);

/// How the name of a server begins that is asked without checks.
inline constexpr std::string_view kOpenServer = "open_";

std::string backend_name(const TargetGroup& group);
std::string server_name(const Target& target);
/// The same target once more, without checks, for when no target of the group is healthy: a load balancer then fails
/// open and sends to all of them. Source: "Health checks for your target groups" of the ALB guide.
std::string open_server_name(const Target& target);

/// The target groups that some listener forwards to, each with the balancer that does.
std::map<std::string, const Balancer*> groups_in_use(const BalancersSpec& spec);

}  // namespace hanbat::host
