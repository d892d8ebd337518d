#include "services/elasticloadbalancing/load_balancers/actions.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "host/balancers/spec.h"
#include "host/client.h"
#include "host/ipv4.h"
#include "wire/operation.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::size_t kMostGroups = 5;
constexpr std::size_t kMostValues = 5;

wire::Error not_built(const Request& rq, std::string_view what) {
  return wire::Error::not_implemented(rq.operation.name, what);
}

void check_group(Request& rq, const std::string& group_arn, std::string_view balancer_arn) {
  const auto group = require<TargetGroup>(rq, group_arn);
  for (const std::string& other : balancers_of_group(rq.tx, group_arn))
    if (other != balancer_arn)
      throw TargetGroupAssociationLimitException(fmt::format(
          "The following target groups cannot be associated with more than one load balancer: {}", group_arn));
  const auto balancer = require<LoadBalancer>(rq, balancer_arn);
  if (group.shape.vpc_id != balancer.shape.vpc_id)
    throw InvalidConfigurationRequestException(
        fmt::format("The target group '{}' and the load balancer are in different VPCs", group_arn));
}

void complete_forward(Request& rq, Action& action, std::string_view balancer_arn) {
  if (!action.forward_config || !action.forward_config->target_groups) {
    if (!action.target_group_arn) throw validation_error("A target group ARN must be specified");
    if (!action.forward_config) action.forward_config.emplace();
    TargetGroupTuple& one = action.forward_config->target_groups.emplace().emplace_back();
    one.target_group_arn = action.target_group_arn;
    one.weight = 1;
  }
  ForwardActionConfig& forward = *action.forward_config;
  if (forward.target_groups->empty() || forward.target_groups->size() > kMostGroups)
    throw validation_error(fmt::format("A forward action must have 1 to {} target groups", kMostGroups));
  for (TargetGroupTuple& one : *forward.target_groups) {
    if (!one.target_group_arn) throw validation_error("A target group ARN must be specified");
    if (one.weight.value_or(1) < 0 || one.weight.value_or(1) > 999)
      throw validation_error("Target group weights must be between 0 and 999");
    if (!one.weight) one.weight = 1;
    check_group(rq, *one.target_group_arn, balancer_arn);
  }
  if (forward.target_group_stickiness_config && forward.target_group_stickiness_config->enabled.value_or(false))
    throw not_built(rq, "Actions.ForwardConfig.TargetGroupStickinessConfig");
  forward.target_group_stickiness_config.emplace().enabled = false;
  if (forward.target_groups->size() == 1) action.target_group_arn = forward.target_groups->front().target_group_arn;
}

void complete_redirect(Action& action) {
  if (!action.redirect_config) throw validation_error("A redirect action must have a redirect config");
  RedirectActionConfig& redirect = *action.redirect_config;
  const auto fill = [](std::optional<std::string>& member, const char* value) {
    if (!member) member = value;
  };
  fill(redirect.protocol, "#{protocol}");
  fill(redirect.host, "#{host}");
  fill(redirect.port, "#{port}");
  fill(redirect.path, "/#{path}");
  fill(redirect.query, "#{query}");
  if (redirect.protocol == "#{protocol}" && redirect.host == "#{host}" && redirect.port == "#{port}" &&
      redirect.path == "/#{path}")
    throw InvalidLoadBalancerActionException("The redirect configuration is not valid because it creates a loop.");
}

void check_fixed_response(const Action& action) {
  if (!action.fixed_response_config)
    throw validation_error("A fixed-response action must have a fixed response config");
  const std::string& code = action.fixed_response_config->status_code;
  if (code.size() != 3 || !parse_int(code) || (code[0] != '2' && code[0] != '4' && code[0] != '5'))
    throw validation_error("Status code must match '^(2|4|5)\\d\\d$'");
}

/// Values from the condition's own config, or from the old spelling.
template <class Config>
void complete_values(RuleCondition& condition, std::optional<Config>& config) {
  const bool old_spelling = condition.values && !condition.values->empty();
  if (config && config->values && old_spelling)
    throw validation_error(fmt::format("A condition of field '{}' takes its values once", *condition.field));
  if (!config) config.emplace();
  if (!config->values) config->values = condition.values;
  if (!config->values || config->values->empty())
    throw validation_error(fmt::format("A condition of field '{}' must have values", *condition.field));
  if (config->values->size() > kMostValues) throw validation_error("Rules cannot have more than '5' condition values");
}

void check_method(std::string_view value) {
  if (value.empty() || value.size() > 40 ||
      value.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != std::string_view::npos)
    throw validation_error(fmt::format("'{}' is not a valid HTTP request method", value));
}

/// A block in CIDR form. The region's networks are IPv4, so no client has another address.
void check_source(std::string_view value) {
  const std::size_t slash = value.find('/');
  try {
    if (slash == std::string_view::npos) throw host::HostError(host::HostErrorCode::kInvalid, "no block");
    host::require_address(value.substr(0, slash), "source-ip");
    host::require_range("0.0.0.0" + std::string(value.substr(slash)), "source-ip");
  } catch (const host::HostError&) {
    throw validation_error(fmt::format("'{}' is not a valid CIDR block", value));
  }
}

host::ConditionField require_field(const Request& rq, const std::string& word) {
  if (const auto field = find_word<host::ConditionField>(word)) return *field;
  if (word == "query-string") throw not_built(rq, "Conditions.Field=query-string");
  throw validation_error(
      fmt::format("Condition field '{}' must be one of '[http-request-method, source-ip, host-header, "
                  "query-string, http-header, path-pattern]'",
                  word));
}

void complete_condition(RuleCondition& condition, host::ConditionField field) {
  switch (field) {
    case host::ConditionField::kHostHeader:
      complete_values(condition, condition.host_header_config);
      condition.values = condition.host_header_config->values;
      return;
    case host::ConditionField::kPathPattern:
      complete_values(condition, condition.path_pattern_config);
      condition.values = condition.path_pattern_config->values;
      return;
    case host::ConditionField::kHttpHeader:
      complete_values(condition, condition.http_header_config);
      if (!condition.http_header_config->http_header_name)
        throw validation_error("An HTTP header name must be specified");
      return;
    case host::ConditionField::kHttpRequestMethod:
      complete_values(condition, condition.http_request_method_config);
      for (const std::string& value : *condition.http_request_method_config->values) check_method(value);
      return;
    case host::ConditionField::kSourceIp:
      complete_values(condition, condition.source_ip_config);
      for (const std::string& value : *condition.source_ip_config->values) check_source(value);
      return;
  }
}

}  // namespace

int priority_of(const Resource<Rule>& rule) { return static_cast<int>(parse_int(*rule.name).value_or(0)); }

std::vector<Action> checked_actions(Request& rq, const std::vector<Action>& in, std::string_view balancer_arn) {
  std::vector<Action> actions = in;
  if (actions.empty()) throw validation_error("At least one action must be specified");
  for (Action& action : actions) {
    const auto kind = find_word<host::BalancerActionKind>(action.type);
    if (!kind) throw not_built(rq, "Actions.Type=" + action.type);
    switch (*kind) {
      case host::BalancerActionKind::kForward:
        complete_forward(rq, action, balancer_arn);
        break;
      case host::BalancerActionKind::kRedirect:
        complete_redirect(action);
        break;
      case host::BalancerActionKind::kFixedResponse:
        check_fixed_response(action);
        break;
    }
  }
  // Each kind that is built ends the request's way; what would come before it authenticates, and is not built.
  if (actions.size() > 1)
    throw InvalidLoadBalancerActionException("The action list contains more than one routing action");
  actions.front().order = 1;
  return actions;
}

std::vector<RuleCondition> checked_conditions(Request& rq, const std::vector<RuleCondition>& in) {
  std::vector<RuleCondition> conditions = in;
  if (conditions.empty()) throw validation_error("A condition must be specified");
  for (RuleCondition& condition : conditions) {
    if (condition.regex_values || (condition.host_header_config && condition.host_header_config->regex_values) ||
        (condition.path_pattern_config && condition.path_pattern_config->regex_values) ||
        (condition.http_header_config && condition.http_header_config->regex_values))
      throw not_built(rq, "Conditions.RegexValues");
    complete_condition(condition, require_field(rq, condition.field.value_or("")));
  }
  return conditions;
}

}  // namespace hanbat::elasticloadbalancing
