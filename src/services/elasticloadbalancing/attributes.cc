#include "services/elasticloadbalancing/attributes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr AttributeFact kBalancer[] = {
    {"access_logs.s3.enabled", "false"},
    {"access_logs.s3.bucket", ""},
    {"access_logs.s3.prefix", ""},
    {"idle_timeout.timeout_seconds", "60", Changeable::kNumber, 1, 4000},
    {"deletion_protection.enabled", "false", Changeable::kBoolean},
    {"load_balancing.cross_zone.enabled", "true"},
    {"routing.http2.enabled", "true"},
    {"routing.http.drop_invalid_header_fields.enabled", "false"},
    {"routing.http.xff_client_port.enabled", "false"},
    {"routing.http.preserve_host_header.enabled", "false"},
    {"routing.http.xff_header_processing.mode", "append"},
    {"routing.http.desync_mitigation_mode", "defensive"},
    {"routing.http.x_amzn_tls_version_and_cipher_suite.enabled", "false"},
    {"connection_logs.s3.enabled", "false"},
    {"connection_logs.s3.bucket", ""},
    {"connection_logs.s3.prefix", ""},
    {"waf.fail_open.enabled", "false"},
    {"zonal_shift.config.enabled", "false"},
};
constexpr AttributeFact kGroup[] = {
    {"deregistration_delay.timeout_seconds", "300", Changeable::kNumber, 0, 3600},
    {"stickiness.enabled", "false", Changeable::kBoolean},
    {"stickiness.type", "lb_cookie", Changeable::kChoice, 0, 0, "lb_cookie"},
    {"stickiness.lb_cookie.duration_seconds", "86400", Changeable::kNumber, 1, 604800},
    {"stickiness.app_cookie.cookie_name", ""},
    {"stickiness.app_cookie.duration_seconds", "86400"},
    {"load_balancing.algorithm.type", "round_robin", Changeable::kChoice, 0, 0,
     "round_robin|least_outstanding_requests"},
    {"load_balancing.algorithm.anomaly_mitigation", "off"},
    {"load_balancing.cross_zone.enabled", "use_load_balancer_configuration"},
    {"slow_start.duration_seconds", "0"},
    {"target_group_health.dns_failover.minimum_healthy_targets.count", "1"},
    {"target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"},
    {"target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"},
    {"target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"},
};

// Of an HTTP listener: what it adds to its answers, nothing unless told.
constexpr AttributeFact kListener[] = {
    {"routing.http.response.server.enabled", "true"},
    {"routing.http.response.strict_transport_security.header_value", ""},
    {"routing.http.response.access_control_allow_origin.header_value", ""},
    {"routing.http.response.access_control_allow_methods.header_value", ""},
    {"routing.http.response.access_control_allow_headers.header_value", ""},
    {"routing.http.response.access_control_allow_credentials.header_value", ""},
    {"routing.http.response.access_control_expose_headers.header_value", ""},
    {"routing.http.response.access_control_max_age.header_value", ""},
    {"routing.http.response.content_security_policy.header_value", ""},
    {"routing.http.response.x_content_type_options.header_value", ""},
    {"routing.http.response.x_frame_options.header_value", ""},
};

const AttributeFact* find_fact(std::span<const AttributeFact> facts, std::string_view key) {
  const auto found =
      std::find_if(facts.begin(), facts.end(), [&](const AttributeFact& fact) { return fact.key == key; });
  return found == facts.end() ? nullptr : &*found;
}

bool can_be(const AttributeFact& fact, const std::string& value) {
  switch (fact.changeable) {
    case Changeable::kBoolean:
      return value == "true" || value == "false";
    case Changeable::kNumber: {
      const auto number = parse_int(value);
      return number && *number >= fact.least && *number <= fact.most;
    }
    case Changeable::kChoice: {
      const auto choices = split(fact.choices, '|');
      return std::find(choices.begin(), choices.end(), value) != choices.end();
    }
    case Changeable::kNo:
      return value == fact.initial;
  }
  return false;
}

}  // namespace

std::span<const AttributeFact> balancer_attributes() { return kBalancer; }
std::span<const AttributeFact> group_attributes() { return kGroup; }
std::span<const AttributeFact> listener_attributes() { return kListener; }

std::string text_attribute(const Json& own, std::string_view key) {
  if (const Json* set = own["attributes"].find(key)) return set->as_string();
  for (const std::span<const AttributeFact> facts : {balancer_attributes(), listener_attributes(), group_attributes()})
    if (const AttributeFact* fact = find_fact(facts, key)) return std::string(fact->initial);
  return "";
}

int integer_attribute(const Json& own, std::string_view key) {
  return static_cast<int>(parse_int(text_attribute(own, key)).value_or(0));
}

void set_attribute(Json& own, std::span<const AttributeFact> facts, std::string_view operation, const std::string& key,
                   const std::string& value) {
  const AttributeFact* fact = find_fact(facts, key);
  if (!fact) throw validation_error(fmt::format("Load balancer attribute key '{}' is not recognized", key));
  if (!can_be(*fact, value)) {
    if (fact->changeable == Changeable::kNo)
      throw wire::Error::not_implemented(operation, fmt::format("Attributes.{}={}", key, value));
    throw validation_error(fmt::format("'{}' is not a valid value for the attribute '{}'", value, key));
  }
  own["attributes"][key] = value;
}

}  // namespace hanbat::elasticloadbalancing
