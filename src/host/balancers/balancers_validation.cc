// What the load balancers' spec may be.
#include <set>
#include <utility>

#include "host/error.h"
#include "host/validation.h"
#include "host/validation_rules.h"

namespace hanbat::host {
namespace {

/// "10.0.0.0/8", bits beyond the mask or not, or one address.
void require_source(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  require_address(text.substr(0, slash), "source-ip");
  if (slash < text.size()) require_range("0.0.0.0" + std::string(text.substr(slash)), "source-ip");
}

void validate_value(ConditionField field, std::string_view value) {
  require_plain_text(value, "condition", 128);
  if (field == ConditionField::kSourceIp) require_source(value);
  if (field == ConditionField::kHttpRequestMethod &&
      (value.empty() || value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != std::string_view::npos))
    refuse("condition", "no request method: " + std::string(value.substr(0, 40)));
}

void validate_action(const BalancerAction& action, const std::set<std::string>& groups) {
  require_at_most(action.forward.size(), 5, "forward");
  if ((action.kind == BalancerActionKind::kForward) == action.forward.empty())
    refuse("action", "forward takes target groups, and only forward does");
  for (const auto& to : action.forward) {
    require_within(to.weight, 0, 999, "weight");
    if (!groups.contains(to.target_group_id)) refuse("forward", "not in the spec: " + to.target_group_id);
  }
  for (const auto& part : {action.redirect_protocol, action.redirect_host, action.redirect_port, action.redirect_path,
                           action.redirect_query})
    require_plain_text(part, "redirect", 256);
  if (action.kind == BalancerActionKind::kRedirect) require_within(action.status, 301, 302, "redirect status");
  if (action.kind == BalancerActionKind::kFixedResponse) require_within(action.status, 200, 599, "fixed status");
  require_within(action.stickiness_seconds, 0, 604800, "group stickiness");
  require_plain_text(action.content_type, "content type", 64);
  if (action.body.size() > 1024) refuse("body", "too long");
}

void validate_check(const HealthCheck& check) {
  require_plain_text(check.path, "health check path", 1024);
  if (!check.path.starts_with('/') || check.path.find_first_of(" \"'\\#") != std::string::npos)
    refuse("health check path", "not allowed");
  require_within(check.port, 0, 65535, "health check port");
  require_within(check.interval_seconds, 1, 300, "health check interval");
  require_within(check.timeout_seconds, 1, 120, "health check timeout");
  require_within(check.healthy_threshold, 1, 10, "healthy threshold");
  require_within(check.unhealthy_threshold, 1, 10, "unhealthy threshold");
  if (check.matcher.empty() || check.matcher.size() > 200 ||
      check.matcher.find_first_not_of("0123456789,-") != std::string::npos)
    refuse("matcher", "not allowed");
}

/// A word of OpenSSL's lists.
void require_cipher(std::string_view name) {
  if (name.empty() || name.size() > 60 ||
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != std::string_view::npos || name.front() == '-')
    refuse("cipher", "no name: " + std::string(name.substr(0, 80)));
}

void validate_tls(const BalancerListener& listener) {
  if ((listener.protocol == BalancerProtocol::kHttps) == listener.certificates.empty())
    refuse("certificate", "HTTPS takes some, HTTP none");
  require_at_most(listener.certificates.size(), 100, "certificates");
  for (const auto& pem : listener.certificates)
    if (pem.size() > 200000) refuse("certificate", "too long");
  require_at_most(listener.tls_names.size(), 5000, "names of certificates");
  for (const auto& name : listener.tls_names)
    require_dns_name(name.starts_with("*.") ? std::string_view(name).substr(2) : name, "name of a certificate");
  require_at_most(listener.tls_ciphers.size(), 50, "ciphers");
  for (const auto& cipher : listener.tls_ciphers) require_cipher(cipher);
  require_name(listener.tls_version_header, "header of TLS", 60);
  require_name(listener.tls_cipher_header, "header of TLS", 60);
}

void validate_listener(const BalancerListener& listener, const std::set<std::string>& groups) {
  require_name(listener.id, "listener id", 100);
  require_within(listener.port, 1, 65535, "listener port");
  require_within(listener.host_port, 0, 65535, "host port");
  if (listener.host_port != 0) require_within(listener.host_port, 1024, 65535, "host port");
  validate_tls(listener);
  validate_action(listener.default_action, groups);
  require_at_most(listener.rules.size(), 200, "rules");
  std::set<int> priorities;
  for (const auto& rule : listener.rules) {
    require_name(rule.id, "rule id", 100);
    require_within(rule.priority, 1, 50000, "priority");
    if (!priorities.insert(rule.priority).second) refuse("priority", "twice");
    validate_action(rule.action, groups);
    for (const auto& condition : rule.conditions) {
      if (!condition.header.empty()) require_name(condition.header, "header", 40);
      if (condition.values.empty()) refuse("condition", "no values");
      require_at_most(condition.values.size(), 100, "condition values");
      for (const auto& value : condition.values) validate_value(condition.field, value);
      if (!condition.keys.empty() && condition.keys.size() != condition.values.size())
        refuse("condition", "a key for each value, or none");
      for (const auto& key : condition.keys) require_plain_text(key, "condition", 128);
    }
  }
  require_at_most(listener.response_headers.size(), 20, "response headers");
  for (const auto& header : listener.response_headers) {
    require_name(header.name, "response header", 60);
    require_plain_text(header.value, "response header", 1024);
  }
}

/// A cookie's name, of the characters that end no argument of HAProxy's.
void require_cookie_name(std::string_view name) {
  if (name.size() > 256 ||
      name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") !=
          std::string_view::npos)
    refuse("cookie", "no name: " + std::string(name.substr(0, 80)));
}

/// Of the characters that end no word, in a configuration or a record.
void require_arn(std::string_view arn) {
  if (arn.size() > 256 || arn.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:/") !=
                              std::string_view::npos)
    refuse("arn", "none: " + std::string(arn.substr(0, 80)));
}

}  // namespace

void validate(const BalancerName& balancer) { require_name(balancer.id, "balancer id", 100); }

void validate(const LogBatchName& batch) {
  require_name(batch.balancer_id, "balancer id", 100);
  require_name(batch.name, "batch", 60);
}

void validate(const BalancersSpec& spec, const EdgeRange& edge) {
  require_at_most(spec.balancers.size(), 500, "balancers");
  require_at_most(spec.target_groups.size(), 3000, "target groups");
  std::set<std::string> groups, ids;
  for (const auto& group : spec.target_groups) {
    require_name(group.id, "target group id", 100);
    if (!groups.insert(group.id).second) refuse("target group id", "twice: " + group.id);
    require_arn(group.arn);
    require_vpc_id(group.vpc_id, "target group's vpc");
    require_within(group.stickiness_seconds, 0, 604800, "stickiness");
    require_cookie_name(group.app_cookie);
    require_within(group.slow_start_seconds, 0, 900, "slow start");
    validate_check(group.health_check);
    require_at_most(group.targets.size(), 1000, "targets");
    std::set<std::pair<std::string, int>> targets;
    for (const auto& target : group.targets) {
      require_address(target.ip, "target address");
      require_within(target.port, 1, 65535, "target port");
      if (!targets.emplace(target.ip, target.port).second) refuse("target", "twice: " + target.ip);
    }
  }
  for (const auto& balancer : spec.balancers) {
    require_name(balancer.id, "balancer id", 100);
    if (!ids.insert(balancer.id).second) refuse("balancer id", "twice: " + balancer.id);
    require_vpc_id(balancer.vpc_id, "balancer's vpc");
    if (!balancer.host_name.empty()) require_dns_name(balancer.host_name, "host name");
    require_within(balancer.idle_timeout_seconds, 1, 4000, "idle timeout");
    require_within(balancer.client_keep_alive_seconds, 60, 604800, "client keep alive");
    require_at_most(balancer.nodes.size(), 16, "nodes");
    for (const auto& node : balancer.nodes) {
      require_address(node.private_ip, "node address");
      if (!node.public_ip.empty()) require_public_address(node.public_ip, "node's public address", edge);
      require_range(node.subnet_cidr, "node's subnet");
    }
    require_at_most(balancer.listeners.size(), 100, "listeners");
    std::set<int> ports;
    for (const auto& listener : balancer.listeners) {
      validate_listener(listener, groups);
      if (!ports.insert(listener.port).second) refuse("listener port", "twice");
    }
  }
}

}  // namespace hanbat::host
