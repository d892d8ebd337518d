// What a load balancer's attributes say of its logs, and where they go.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "host/balancers/spec.h"
#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {

/// The kinds of logs that are written.
enum class LogKind { kAccess, kConnection };

/// Where one kind goes.
struct LogPlace {
  std::string bucket;
  std::string prefix;  // without slashes at its ends; may be ""
  bool operator==(const LogPlace&) const = default;
};

/// A node's addresses, as files are named by.
struct LogNode {
  std::string private_ip;
  std::string public_ip;  // "" of an internal balancer's
  bool operator==(const LogNode&) const = default;
};

/// A balancer with logs, as their delivery knows it; it may be gone by then.
struct LoggedBalancer {
  std::string arn;
  region::Place place;
  std::string dns_name;
  std::vector<LogNode> nodes;
  std::optional<LogPlace> access;
  std::optional<LogPlace> connections;

  Json to_json() const;
  static LoggedBalancer from_json(const Json& json);

  const std::optional<LogPlace>& of(LogKind kind) const { return kind == LogKind::kAccess ? access : connections; }
  /// "app/web/50dc6c495c0c9188"
  std::string resource() const;
  bool operator==(const LoggedBalancer&) const = default;
};

/// Nothing when none of its logs is on.
std::optional<LoggedBalancer> logged_balancer(const Resource<LoadBalancer>& row);
/// What the host side records for it.
host::BalancerLogs records_of(const Resource<LoadBalancer>& row);

/// Throws what AWS answers to a bucket that is missing where it is needed, or a prefix that cannot be.
void check_log_attributes(const Json& own);

/// "prefix/AWSLogs/123456789012/"
std::string log_folder(const LoggedBalancer& balancer, const LogPlace& place);

}  // namespace hanbat::elasticloadbalancing
