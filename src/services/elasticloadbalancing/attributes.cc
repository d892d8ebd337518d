// Source: LoadBalancerAttribute, ListenerAttribute and TargetGroupAttribute of the API reference.
#include "services/elasticloadbalancing/attributes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr int kLongestBucket = 63;
constexpr int kLongestPrefix = 1024;
constexpr AttributeFact kBalancer[] = {
    {"access_logs.s3.enabled", "false", Changeable::kBoolean},
    {"access_logs.s3.bucket", "", Changeable::kText, 0, kLongestBucket},
    {"access_logs.s3.prefix", "", Changeable::kText, 0, kLongestPrefix},
    {"idle_timeout.timeout_seconds", "60", Changeable::kNumber, 1, 4000},
    {"deletion_protection.enabled", "false", Changeable::kBoolean},
    {"load_balancing.cross_zone.enabled", "true", Changeable::kChoice, 0, 0, "true", "false"},
    {"routing.http2.enabled", "true", Changeable::kBoolean},
    {"routing.http.drop_invalid_header_fields.enabled", "false", Changeable::kBoolean},
    {"routing.http.xff_client_port.enabled", "false", Changeable::kBoolean},
    {"routing.http.preserve_host_header.enabled", "false", Changeable::kBoolean},
    {"routing.http.xff_header_processing.mode", "append", Changeable::kChoice, 0, 0, "append|preserve|remove"},
    // HAProxy speaks to targets only what it has read and written anew, whatever the client sent.
    {"routing.http.desync_mitigation_mode", "defensive", Changeable::kChoice, 0, 0, "defensive", "monitor|strictest"},
    {"routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false", Changeable::kBoolean},
    {"client_keep_alive.seconds", "3600", Changeable::kNumber, 60, 604800},
    {"connection_logs.s3.enabled", "false", Changeable::kBoolean},
    {"connection_logs.s3.bucket", "", Changeable::kText, 0, kLongestBucket},
    {"connection_logs.s3.prefix", "", Changeable::kText, 0, kLongestPrefix},
    // These are not written: where they would lie has no effect while they are off.
    {"health_check_logs.s3.enabled", "false", Changeable::kChoice, 0, 0, "false", "true"},
    {"health_check_logs.s3.bucket", "", Changeable::kText, 0, kLongestBucket},
    {"health_check_logs.s3.prefix", "", Changeable::kText, 0, kLongestPrefix},
    // There is no IPv6 here that could be let through.
    {"ipv6.deny_all_igw_traffic", "false", Changeable::kBoolean},
    {"waf.fail_open.enabled", "false", Changeable::kChoice, 0, 0, "false", "true"},
    {"zonal_shift.config.enabled", "false", Changeable::kChoice, 0, 0, "false", "true"},
};
constexpr AttributeFact kGroup[] = {
    {"deregistration_delay.timeout_seconds", "300", Changeable::kNumber, 0, 3600},
    {"stickiness.enabled", "false", Changeable::kBoolean},
    {"stickiness.type", "lb_cookie", Changeable::kChoice, 0, 0, "lb_cookie|app_cookie"},
    {"stickiness.lb_cookie.duration_seconds", "86400", Changeable::kNumber, 1, 604800},
    {"stickiness.app_cookie.cookie_name", "", Changeable::kText, 0, 256},
    {"stickiness.app_cookie.duration_seconds", "86400", Changeable::kNumber, 1, 604800},
    {"load_balancing.algorithm.type", "round_robin", Changeable::kChoice, 0, 0,
     "round_robin|least_outstanding_requests|weighted_random"},
    {"load_balancing.algorithm.anomaly_mitigation", "off", Changeable::kChoice, 0, 0, "off", "on"},
    // Zones of targets and balancer are not compared: all targets are asked.
    {"load_balancing.cross_zone.enabled", "use_load_balancer_configuration", Changeable::kChoice, 0, 0,
     "use_load_balancer_configuration|true", "false"},
    {"slow_start.duration_seconds", "0", Changeable::kNumber, 30, 900},
    {"target_group_health.dns_failover.minimum_healthy_targets.count", "1"},
    {"target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"},
    {"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"},
    {"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"},
};

// What a listener adds to its answers, nothing unless told; and how what it tells targets of TLS is called.
constexpr int kLongestHeader = 1024;
constexpr std::size_t kLongestHeaderName = 60;
constexpr AttributeFact kListener[] = {
    {"routing.http.request.x_amzn_tls_version.header_name", "X-Amzn-Tls-Version", Changeable::kName},
    {"routing.http.request.x_amzn_tls_cipher_suite.header_name", "X-Amzn-Tls-Cipher-Suite", Changeable::kName},
    {"routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name", "X-Amzn-Mtls-Clientcert-Serial-Number"},
    {"routing.http.request.x_amzn_mtls_clientcert_issuer.header_name", "X-Amzn-Mtls-Clientcert-Issuer"},
    {"routing.http.request.x_amzn_mtls_clientcert_subject.header_name", "X-Amzn-Mtls-Clientcert-Subject"},
    {"routing.http.request.x_amzn_mtls_clientcert_validity.header_name", "X-Amzn-Mtls-Clientcert-Validity"},
    {"routing.http.request.x_amzn_mtls_clientcert_leaf.header_name", "X-Amzn-Mtls-Clientcert-Leaf"},
    {"routing.http.request.x_amzn_mtls_clientcert.header_name", "X-Amzn-Mtls-Clientcert"},
    {"routing.http.response.server.enabled", "true", Changeable::kBoolean},
    {"routing.http.response.strict_transport_security.header_value", "", Changeable::kText, 0, kLongestHeader},
    {"routing.http.response.access_control_allow_origin.header_value", "", Changeable::kText, 0, kLongestHeader},
    {"routing.http.response.access_control_allow_methods.header_value", "", Changeable::kText, 0, kLongestHeader},
    {"routing.http.response.access_control_allow_headers.header_value", "", Changeable::kText, 0, kLongestHeader},
    {"routing.http.response.access_control_allow_credentials.header_value", "", Changeable::kChoice, 0, 0, "|true"},
    {"routing.http.response.access_control_expose_headers.header_value", "", Changeable::kText, 0, kLongestHeader},
    {"routing.http.response.access_control_max_age.header_value", "", Changeable::kNumber, -1, 86400},
    {"routing.http.response.content_security_policy.header_value", "", Changeable::kText, 0, kLongestHeader},
    {"routing.http.response.x_content_type_options.header_value", "", Changeable::kChoice, 0, 0, "|nosniff"},
    {"routing.http.response.x_frame_options.header_value", "", Changeable::kText, 0, kLongestHeader},
};

constexpr std::string_view kResponse = "routing.http.response.";
constexpr std::string_view kHeaderValue = ".header_value";

const AttributeFact* find_fact(std::span<const AttributeFact> facts, std::string_view key) {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const AttributeFact& fact) { return fact.key == key; });
  return found == facts.end() ? nullptr : &*found;
}

bool is_one_of(std::string_view words, const std::string& word) {
  const auto all = split(words, '|');
  return std::find(all.begin(), all.end(), word) != all.end();
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; });
}

bool can_be(const AttributeFact& fact, const std::string& value) {
  if (value == fact.initial) return true;
  switch (fact.changeable) {
    case Changeable::kBoolean:
      return value == "true" || value == "false";
    case Changeable::kNumber: {
      const auto number = parse_int(value);
      return number && *number >= fact.least && *number <= fact.most;
    }
    case Changeable::kChoice:
      return is_one_of(fact.choices, value);
    case Changeable::kText:
      return static_cast<std::int64_t>(value.size()) <= fact.most && is_printable(value);
    case Changeable::kName:
      return !value.empty() && value.size() <= kLongestHeaderName && value.front() != '-' &&
             std::all_of(value.begin(), value.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
    case Changeable::kNo:
      return false;
  }
  return false;
}

/// "x_frame_options" → "X-Frame-Options".
std::string header_of(std::string_view word) {
  std::string name = replace_all(word, "_", "-");
  bool begins = true;
  for (char& c : name) {
    if (begins) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    begins = c == '-';
  }
  return name;
}

}  // namespace

const AttributeTable& balancer_attributes() {
  static constexpr AttributeTable kTable{"Load balancer", kBalancer,
                                         "dns_record.client_routing_policy|secondary_ips.auto_assigned.per_subnet"};
  return kTable;
}
const AttributeTable& group_attributes() {
  static constexpr AttributeTable kTable{
      "Target group", kGroup,
      "lambda.multi_value_headers.enabled|deregistration_delay.connection_termination.enabled|"
      "preserve_client_ip.enabled|proxy_protocol_v2.enabled|"
      "target_health_state.unhealthy.connection_termination.enabled|"
      "target_health_state.unhealthy.draining_interval_seconds|target_failover.on_deregistration|"
      "target_failover.on_unhealthy"};
  return kTable;
}
const AttributeTable& listener_attributes() {
  static constexpr AttributeTable kTable{"Listener", kListener, "tcp.idle_timeout.seconds"};
  return kTable;
}

std::string text_attribute(const Json& own, std::string_view key) {
  if (const Json* set = own["attributes"].find(key)) return set->as_string();
  for (const AttributeTable* table : {&balancer_attributes(), &listener_attributes(), &group_attributes()})
    if (const AttributeFact* fact = find_fact(table->facts, key)) return std::string(fact->initial);
  return "";
}

int integer_attribute(const Json& own, std::string_view key) {
  return static_cast<int>(parse_int(text_attribute(own, key)).value_or(0));
}

bool boolean_attribute(const Json& own, std::string_view key) { return text_attribute(own, key) == "true"; }

std::vector<host::HeaderValue> response_headers(const Json& own) {
  std::vector<host::HeaderValue> headers;
  for (const AttributeFact& fact : kListener) {
    if (!fact.key.ends_with(kHeaderValue)) continue;
    const std::string value = text_attribute(own, fact.key);
    if (value.empty()) continue;
    const std::size_t size = fact.key.size() - kResponse.size() - kHeaderValue.size();
    headers.push_back({header_of(fact.key.substr(kResponse.size(), size)), value});
  }
  return headers;
}

void set_attribute(Json& own, const AttributeTable& table, std::string_view operation, const std::string& key,
                   const std::string& value) {
  const AttributeFact* fact = find_fact(table.facts, key);
  if (!fact && is_one_of(table.others, key))
    throw InvalidConfigurationRequestException(fmt::format(
        "{} attribute key '{}' is not supported on load balancers with type 'application'", table.noun, key));
  if (!fact) throw validation_error(fmt::format("{} attribute key '{}' is not recognized", table.noun, key));
  if (!can_be(*fact, value)) {
    if (fact->changeable == Changeable::kNo || (!value.empty() && is_one_of(fact->unbuilt, value)))
      throw wire::Error::not_implemented(operation, fmt::format("Attributes.{}={}", key, value));
    throw validation_error(fmt::format("'{}' is not a valid value for the attribute '{}'", value, key));
  }
  own["attributes"][key] = value;
}

}  // namespace hanbat::elasticloadbalancing
