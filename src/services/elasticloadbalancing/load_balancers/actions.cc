#include "services/elasticloadbalancing/load_balancers/actions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "host/balancers/spec.h"
#include "wire/operation.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::size_t kMostGroups = 5;
constexpr std::string_view kContentTypes[] = {"text/plain", "text/css", "text/html", "application/javascript",
                                              "application/json"};
constexpr int kMostSeconds = 604800;

wire::Error not_built(const Request& rq, std::string_view what) {
  return wire::Error::not_implemented(rq.operation.name, what);
}

void check_group(Request& rq, const std::string& group_arn, std::string_view balancer_arn) {
  const auto group = require<TargetGroup>(rq, group_arn);
  for (const std::string& other : balancers_of_group(rq.tx, group))
    if (other != balancer_arn)
      throw TargetGroupAssociationLimitException(fmt::format(
          "The following target groups cannot be associated with more than one load balancer: {}", group_arn));
  const auto balancer = require<LoadBalancer>(rq, balancer_arn);
  if (group.shape.vpc_id != balancer.shape.vpc_id)
    throw InvalidConfigurationRequestException(
        fmt::format("The target group '{}' and the load balancer are in different VPCs", group_arn));
}

/// The duration is needed when it is enabled, and must be one when it is there.
void complete_stickiness(ForwardActionConfig& forward) {
  if (!forward.target_group_stickiness_config) forward.target_group_stickiness_config.emplace();
  TargetGroupStickinessConfig& stickiness = *forward.target_group_stickiness_config;
  if (!stickiness.enabled) stickiness.enabled = false;
  const int seconds = stickiness.duration_seconds.value_or(*stickiness.enabled ? 0 : 1);
  if (seconds < 1 || seconds > kMostSeconds)
    throw validation_error(
        fmt::format("Target group stickiness duration must be between 1 and {} seconds", kMostSeconds));
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
  complete_stickiness(forward);
  if (forward.target_groups->size() == 1) action.target_group_arn = forward.target_groups->front().target_group_arn;
}

void complete_redirect(Action& action, std::string_view protocol) {
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
  if (protocol == "HTTPS" && redirect.protocol == "HTTP")
    throw InvalidLoadBalancerActionException("Redirecting from HTTPS to HTTP is not supported");
  const std::string& port = *redirect.port;
  if (const auto number = parse_int(port); port != "#{port}" && (!number || *number < 1 || *number > 65535))
    throw validation_error(fmt::format("Redirect port '{}' must be '#{{port}}' or between '1' and '65535'", port));
  if (!redirect.path->starts_with('/'))
    throw validation_error(fmt::format("Redirect path '{}' must begin with a '/'", *redirect.path));
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
  const std::string type = action.fixed_response_config->content_type.value_or("");
  if (!type.empty() && std::find(std::begin(kContentTypes), std::end(kContentTypes), type) == std::end(kContentTypes))
    throw InvalidLoadBalancerActionException(
        fmt::format("The ContentType must be one of: '{}'", fmt::join(kContentTypes, "', '")));
}

}  // namespace

int priority_of(const Resource<Rule>& rule) { return static_cast<int>(parse_int(*rule.name).value_or(0)); }

std::vector<Action> checked_actions(Request& rq, const std::vector<Action>& in, std::string_view balancer_arn,
                                    std::string_view protocol) {
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
        complete_redirect(action, protocol);
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

}  // namespace hanbat::elasticloadbalancing
