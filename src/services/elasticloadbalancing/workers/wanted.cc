#include "services/elasticloadbalancing/workers/wanted.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "host/networks/plan.h"
#include "region/certificates.h"
#include "services/elasticloadbalancing/attributes.h"
#include "services/elasticloadbalancing/load_balancers/actions.h"
#include "services/elasticloadbalancing/load_balancers/certificates.h"
#include "services/elasticloadbalancing/load_balancers/ssl_policies.h"
#include "services/elasticloadbalancing/logs/log_settings.h"
#include "services/elasticloadbalancing/store.h"
#include "services/elasticloadbalancing/target_groups/store.h"
#include "services/elasticloadbalancing/words.h"

namespace hanbat::elasticloadbalancing {
namespace {

/// Whether a name in a certificate, which is whatever its maker wrote, can be one that a client asks for.
bool is_host_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  return !name.empty() && name.size() <= 253 && std::isalnum(static_cast<unsigned char>(name.front())) &&
         std::isalnum(static_cast<unsigned char>(name.back())) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::islower(c) || std::isdigit(c) || c == '-' || c == '.' || c == '_';
         });
}

constexpr const char* kNobody = "255.255.255.255/32";

int status_of(RedirectStatus status) {
  switch (status) {
    case RedirectStatus::kMovedPermanently:
      return 301;
    case RedirectStatus::kFound:
      return 302;
  }
  return 302;
}

host::BalancerAction action_of(const std::vector<Action>& actions) {
  host::BalancerAction out;
  const Action& action = actions.back();
  out.kind = require_word<host::BalancerActionKind>(action.type);
  switch (out.kind) {
    case host::BalancerActionKind::kForward:
      for (const TargetGroupTuple& one : *action.forward_config->target_groups)
        out.forward.push_back({std::string(last_part(*one.target_group_arn)), one.weight.value_or(1)});
      // A client has nothing to choose from among one.
      if (const auto& stickiness = action.forward_config->target_group_stickiness_config;
          stickiness && stickiness->enabled.value_or(false) && out.forward.size() > 1)
        out.stickiness_seconds = stickiness->duration_seconds.value_or(0);
      break;
    case host::BalancerActionKind::kRedirect: {
      const RedirectActionConfig& redirect = *action.redirect_config;
      out.redirect_protocol = redirect.protocol.value_or("#{protocol}");
      out.redirect_host = redirect.host.value_or("#{host}");
      out.redirect_port = redirect.port.value_or("#{port}");
      out.redirect_path = redirect.path.value_or("/#{path}");
      out.redirect_query = redirect.query.value_or("#{query}");
      out.status = status_of(require_word<RedirectStatus>(redirect.status_code));
      break;
    }
    case host::BalancerActionKind::kFixedResponse:
      out.status = static_cast<int>(parse_int(action.fixed_response_config->status_code).value_or(500));
      out.content_type = action.fixed_response_config->content_type.value_or("text/plain");
      out.body = action.fixed_response_config->message_body.value_or("");
      break;
  }
  return out;
}

host::BalancerCondition condition_of(const RuleCondition& in) {
  host::BalancerCondition out;
  out.field = require_word<host::ConditionField>(*in.field);
  if (in.http_header_config) out.header = in.http_header_config->http_header_name.value_or("");
  const auto take = [&](const auto& config) {
    if (config && config->values) out.values = *config->values;
  };
  take(in.host_header_config);
  take(in.path_pattern_config);
  take(in.http_header_config);
  take(in.http_request_method_config);
  take(in.source_ip_config);
  if (in.query_string_config)
    for (const QueryStringKeyValuePair& one : *in.query_string_config->values) {
      out.keys.push_back(one.key.value_or(""));
      out.values.push_back(one.value.value_or(""));
    }
  // Nobody comes from an address of IPv6, as the region's networks have none.
  if (out.field == host::ConditionField::kSourceIp)
    for (std::string& value : out.values)
      if (value.find(':') != std::string::npos) value = kNobody;
  if (in.values && !in.values->empty()) out.values = *in.values;
  return out;
}

int host_port_of(const host::BalancerListener& listener) {
  if (listener.protocol == host::BalancerProtocol::kHttp) return listener.port == 80 ? host::kBalancerPort : 0;
  return listener.port == 443 ? host::kBalancerTlsPort : 0;
}

/// Of AWS's word; "TLSv1" is 1.0.
host::TlsVersion tls_version_of(const std::string& word) {
  return word == "TLSv1" ? host::TlsVersion::kTls10 : require_word<host::TlsVersion>(word);
}

/// The certificates in their order, and what the policy says.
void add_tls(store::Tx& tx, const region::Vault& vault, const Resource<Listener>& row, host::BalancerListener& out) {
  for (const std::string& arn : certificates_of(row)) {
    auto pem = region::find_certificate_pem(tx, vault, arn);
    if (!pem) continue;
    out.certificates.push_back(std::move(*pem));
    const auto held = find<region::Certificate>(tx, arn);
    for (const std::string& name : held->shape.names)
      if (is_host_name(name)) out.tls_names.push_back(name);
  }
  const SslPolicy& policy = require_ssl_policy(row.shape.ssl_policy.value_or(std::string(kDefaultSslPolicy)), "");
  out.tls_most = tls_version_of(policy.ssl_protocols->front());
  out.tls_least = tls_version_of(policy.ssl_protocols->back());
  for (const Cipher& cipher : *policy.ciphers) out.tls_ciphers.push_back(cipher.name.value_or(""));
  out.tls_version_header = text_attribute(row.own, "routing.http.request.x_amzn_tls_version.header_name");
  out.tls_cipher_header = text_attribute(row.own, "routing.http.request.x_amzn_tls_cipher_suite.header_name");
}

host::BalancerListener listener_of(store::Tx& tx, const Resource<Listener>& row, bool on_host) {
  host::BalancerListener out;
  out.id = last_part(row.id);
  out.port = row.shape.port.value_or(80);
  out.protocol = require_word<host::BalancerProtocol>(row.shape.protocol.value_or("HTTP"));
  out.default_action = action_of(*row.shape.default_actions);
  out.host_port = on_host ? host_port_of(out) : 0;
  out.server_header = boolean_attribute(row.own, "routing.http.response.server.enabled");
  out.response_headers = response_headers(row.own);
  auto rules = list_of<Rule>(tx, row.id);
  std::sort(rules.begin(), rules.end(), [](const auto& a, const auto& b) { return priority_of(a) < priority_of(b); });
  for (const auto& rule : rules) {
    host::BalancerRule one;
    one.id = last_part(rule.id);
    one.priority = priority_of(rule);
    for (const RuleCondition& condition : *rule.shape.conditions) one.conditions.push_back(condition_of(condition));
    one.action = action_of(*rule.shape.actions);
    out.rules.push_back(std::move(one));
  }
  return out;
}

host::Balancer balancer_of(store::Tx& tx, const region::Vault& vault, const Resource<LoadBalancer>& row) {
  host::Balancer out;
  out.id = last_part(row.id);
  out.vpc_id = row.shape.vpc_id.value_or("");
  const bool facing = require_word(row.shape.scheme, Scheme::kInternal) == Scheme::kInternetFacing;
  out.host_name = replace_all(row.shape.dns_name.value_or(""), ".amazonaws.com", ".localhost");
  for (const Json& node : row.own["interfaces"].items())
    out.nodes.push_back({node.text("private_ip"), node.text("public_ip"), node.text("cidr")});
  for (const auto& listener : list_of<Listener>(tx, row.id)) {
    host::BalancerListener one = listener_of(tx, listener, facing);
    if (one.protocol == host::BalancerProtocol::kHttps) add_tls(tx, vault, listener, one);
    // Without a certificate that can be read nothing is shown; none of those in use is deleted.
    if (one.protocol == host::BalancerProtocol::kHttp || !one.certificates.empty())
      out.listeners.push_back(std::move(one));
  }
  out.idle_timeout_seconds = integer_attribute(row.own, "idle_timeout.timeout_seconds");
  out.client_keep_alive_seconds = integer_attribute(row.own, "client_keep_alive.seconds");
  out.forwarded_for =
      require_word<host::ForwardedFor>(text_attribute(row.own, "routing.http.xff_header_processing.mode"));
  out.http2 = boolean_attribute(row.own, "routing.http2.enabled");
  out.tls_headers = boolean_attribute(row.own, "routing.http.x_amzn_tls_version_and_cipher_suite.enabled");
  out.client_port = boolean_attribute(row.own, "routing.http.xff_client_port.enabled");
  out.preserve_host = boolean_attribute(row.own, "routing.http.preserve_host_header.enabled");
  out.drop_invalid_headers = boolean_attribute(row.own, "routing.http.drop_invalid_header_fields.enabled");
  out.logs = records_of(row);
  return out;
}

host::TargetGroup group_of(store::Tx& tx, const Resource<TargetGroup>& row) {
  const TargetGroup& shape = row.shape;
  host::TargetGroup out;
  out.id = last_part(row.id);
  out.arn = row.id;
  out.vpc_id = shape.vpc_id.value_or("");
  out.protocol = require_word<host::BalancerProtocol>(shape.protocol.value_or("HTTP"));
  out.algorithm = require_word<host::BalancingAlgorithm>(text_attribute(row.own, "load_balancing.algorithm.type"));
  if (boolean_attribute(row.own, "stickiness.enabled")) {
    const bool by_application = text_attribute(row.own, "stickiness.type") == "app_cookie";
    out.stickiness_seconds = integer_attribute(
        row.own, by_application ? "stickiness.app_cookie.duration_seconds" : "stickiness.lb_cookie.duration_seconds");
    if (by_application) out.app_cookie = text_attribute(row.own, "stickiness.app_cookie.cookie_name");
  }
  out.slow_start_seconds = integer_attribute(row.own, "slow_start.duration_seconds");
  out.health_check.protocol = require_word<host::BalancerProtocol>(shape.health_check_protocol.value_or("HTTP"));
  out.health_check.path = shape.health_check_path.value_or("/");
  out.health_check.port = static_cast<int>(parse_int(shape.health_check_port.value_or("")).value_or(0));
  out.health_check.interval_seconds = shape.health_check_interval_seconds.value_or(30);
  out.health_check.timeout_seconds = shape.health_check_timeout_seconds.value_or(5);
  out.health_check.healthy_threshold = shape.healthy_threshold_count.value_or(5);
  out.health_check.unhealthy_threshold = shape.unhealthy_threshold_count.value_or(2);
  if (shape.matcher) out.health_check.matcher = shape.matcher->http_code.value_or("200");
  for (const TargetRow& target : list_targets(tx, row.id))
    if (target.instance_state == "running")
      out.targets.push_back({target.ip, target.port, require_word<host::TargetState>(word_of(target.state))});
  return out;
}

}  // namespace

host::BalancersSpec wanted_balancers(store::Tx& tx, const region::Vault& vault) {
  host::BalancersSpec spec;
  std::set<std::string> used;
  for (const auto& row : list_all<LoadBalancer>(tx)) {
    spec.balancers.push_back(balancer_of(tx, vault, row));
    for (const auto& listener : list_of<Listener>(tx, row.id)) {
      for (const auto& arn : groups_of(listener.shape.default_actions)) used.insert(arn);
      for (const auto& rule : list_of<Rule>(tx, listener.id))
        for (const auto& arn : groups_of(rule.shape.actions)) used.insert(arn);
    }
  }
  for (const auto& row : list_all<TargetGroup>(tx))
    if (used.contains(row.id)) spec.target_groups.push_back(group_of(tx, row));
  return spec;
}

}  // namespace hanbat::elasticloadbalancing
