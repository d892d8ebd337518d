// Targets: registered, drained, and how the balancers see them.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/attributes.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/words.h"
#include "store/typed_tasks.h"

namespace hanbat::elasticloadbalancing {
namespace {

std::string quoted(const std::vector<std::string>& ids) { return "'" + join(ids, "', '") + "'"; }

/// Fills in addresses. All instances must run, in the group's VPC.
void find_addresses(Request& rq, const Resource<TargetGroup>& group, std::vector<TargetRow>& targets) {
  ec2::DescribeInstancesInput ask;
  ask.filters.emplace().push_back({.name = "instance-id", .values = std::vector<std::string>{}});
  for (const TargetRow& target : targets) ask.filters->front().values->push_back(target.id);
  std::map<std::string, ec2::Instance> instances;
  const auto answer = Ec2AsService(rq)->describe_instances(ask);
  if (answer.reservations)
    for (const ec2::Reservation& reservation : *answer.reservations)
      for (const ec2::Instance& one : *reservation.instances) instances[one.instance_id.value_or("")] = one;

  std::vector<std::string> unknown, stopped, elsewhere;
  for (TargetRow& target : targets) {
    const auto found = instances.find(target.id);
    if (found == instances.end()) {
      unknown.push_back(target.id);
    } else if (found->second.state->name != "running") {
      stopped.push_back(target.id);
    } else if (found->second.vpc_id != group.shape.vpc_id) {
      elsewhere.push_back(target.id);
    } else {
      target.ip = found->second.private_ip_address.value_or("");
    }
  }
  if (!unknown.empty())
    throw InvalidTargetException(fmt::format("The following targets are not valid instances: {}", quoted(unknown)));
  if (!stopped.empty())
    throw InvalidTargetException(
        fmt::format("The following targets are not in a running state and cannot be registered: {}", quoted(stopped)));
  if (!elsewhere.empty())
    throw InvalidTargetException(fmt::format("The following targets are not in the target group VPC '{}': {}",
                                             group.shape.vpc_id.value_or(""), quoted(elsewhere)));
}

std::vector<TargetRow> wanted_targets(const Resource<TargetGroup>& group, const std::vector<TargetDescription>& in) {
  std::vector<TargetRow> targets;
  for (const TargetDescription& one : in) {
    TargetRow& target = targets.emplace_back();
    target.group_arn = group.id;
    target.id = one.id;
    target.port = one.port.value_or(*group.shape.port);
    if (target.port < 1 || target.port > 65535)
      throw validation_error(fmt::format("Port '{}' must be between '1' and '65535'", target.port));
  }
  if (targets.empty()) throw validation_error("At least one target must be specified");
  return targets;
}

/// An address may be any of the private ranges, as AWS allows, but none of the world's.
void take_address(TargetRow& target) {
  const auto parts = split(target.id, '.');
  bool valid = parts.size() == 4;
  for (const std::string& part : parts) {
    const auto number = parse_int(part);
    valid = valid && number && *number >= 0 && *number <= 255;
  }
  if (!valid) throw validation_error(fmt::format("The IP address '{}' is not a valid IPv4 address", target.id));
  const auto second = *parse_int(parts[1]);
  const bool is_private = parts[0] == "10" || (parts[0] == "172" && second >= 16 && second <= 31) ||
                          (parts[0] == "192" && second == 168) || (parts[0] == "100" && second >= 64 && second <= 127);
  if (!is_private)
    throw InvalidTargetException(
        fmt::format("The IP address '{}' is not within any supported IP address range", target.id));
  target.ip = target.id;
}

TargetHealth health(host::HealthState state, std::string reason, std::string description) {
  TargetHealth out;
  out.state = std::string(word_of(state));
  if (!reason.empty()) out.reason = std::move(reason);
  if (!description.empty()) out.description = std::move(description);
  return out;
}

std::string description_of(const host::TargetHealth& seen) {
  switch (seen.reason) {
    case host::HealthReason::kResponseCodeMismatch:
      return fmt::format("Health checks failed with these codes: [{}]", seen.response_code);
    case host::HealthReason::kTimeout:
      return "Request timed out";
    case host::HealthReason::kFailedHealthChecks:
      return "Health checks failed";
    case host::HealthReason::kInitialHealthChecking:
      return "Initial health checks in progress";
    case host::HealthReason::kRegistrationInProgress:
      return "Target registration is in progress";
    case host::HealthReason::kNone:
    case host::HealthReason::kDeregistrationInProgress:
    case host::HealthReason::kNotInUse:
      return "";
  }
  return "";
}

}  // namespace

RegisterTargetsOutput ElasticLoadBalancing::register_targets(Request& rq, const RegisterTargetsInput& in) {
  authorize(rq, "elasticloadbalancing:RegisterTargets", in.target_group_arn);

  const auto group = require<TargetGroup>(rq, in.target_group_arn);
  std::vector<TargetRow> targets = wanted_targets(group, in.targets);
  switch (require_word(group.shape.target_type, TargetType::kInstance)) {
    case TargetType::kInstance:
      find_addresses(rq, group, targets);
      break;
    case TargetType::kIp:
      for (TargetRow& target : targets) take_address(target);
      break;
  }

  for (TargetRow& target : targets) {
    const auto before = find_target(rq.tx, target.group_arn, target.id, target.port);
    if (before) target.state = find_next(kTargetTransitions, before->state, TargetEvent::kRegistered).value();
    put_target(rq.tx, target);
    if (!before || before->state != target.state) rq.tx.on_commit([this, target] { forget(target); });
  }
  touch(rq);
  return {};
}

DeregisterTargetsOutput ElasticLoadBalancing::deregister_targets(Request& rq, const DeregisterTargetsInput& in) {
  authorize(rq, "elasticloadbalancing:DeregisterTargets", in.target_group_arn);

  const auto group = require<TargetGroup>(rq, in.target_group_arn);
  const Seconds delay(integer_attribute(group.own, "deregistration_delay.timeout_seconds"));
  for (const TargetDescription& one : in.targets) {
    for (TargetRow target : list_targets(rq.tx, group.id)) {
      const auto next = find_next(kTargetTransitions, target.state, TargetEvent::kDeregistered);
      if (target.id != one.id || (one.port && *one.port != target.port) || !next) continue;
      target.state = *next;
      target.deadline = rq.now() + delay;
      put_target(rq.tx, target);
      const DrainTarget task{target.group_arn, target.id, target.port};
      store::add_task(home_.tasks, rq.tx, task, task.key());
    }
  }
  return {};
}

TargetHealth ElasticLoadBalancing::health_of(const Resource<TargetGroup>& group, const TargetRow& target,
                                             std::string_view unused_because) {
  using State = host::HealthState;
  if (target.state == TargetState::kDraining)
    return health(State::kDraining, "Target.DeregistrationInProgress", "Target deregistration is in progress");
  if (!unused_because.empty()) return health(State::kUnused, "Target.NotInUse", std::string(unused_because));
  if (target.instance_state != "running")
    return health(State::kUnused, "Target.InvalidState",
                  fmt::format("Target is in the {} state", target.instance_state));
  const std::scoped_lock lock(health_mutex_);
  const auto seen = health_.find({std::string(last_part(group.id)), target.ip, target.port});
  if (seen == health_.end() || seen->second.state == State::kDraining || seen->second.state == State::kUnused)
    return health(State::kInitial, "Elb.RegistrationInProgress", "Target registration is in progress");
  if (seen->second.state == State::kHealthy) return health(State::kHealthy, "", "");
  return health(seen->second.state, std::string(word_of(seen->second.reason)), description_of(seen->second));
}

DescribeTargetHealthOutput ElasticLoadBalancing::describe_target_health(Request& rq,
                                                                        const DescribeTargetHealthInput& in) {
  rq.authorize("elasticloadbalancing:DescribeTargetHealth", "*");

  const auto group = require<TargetGroup>(rq, in.target_group_arn);
  const auto targets = list_targets(rq.tx, group.id);
  const std::string_view unused_because =
      balancers_of_group(rq.tx, group).empty()
          ? "Target group is not configured to receive traffic from the load balancer"
          : "";
  const std::string check_port = group.shape.health_check_port.value_or("traffic-port");

  DescribeTargetHealthOutput out;
  auto& descriptions = out.target_health_descriptions.emplace();
  const auto describe = [&](const TargetRow& target) {
    TargetHealthDescription& one = descriptions.emplace_back();
    one.target.emplace();
    one.target->id = target.id;
    one.target->port = target.port;
    one.health_check_port = check_port == "traffic-port" ? std::to_string(target.port) : check_port;
    one.target_health = health_of(group, target, unused_because);
    // What Amazon Application Recovery Controller would say of a zone that is shifted away from.
    AdministrativeOverride& none = one.administrative_override.emplace();
    none.state = "no_override";
    none.reason = "AdministrativeOverride.NoOverride";
    none.description = "No override is currently active on target";
  };
  if (!in.targets) {
    for (const TargetRow& target : targets) describe(target);
    return out;
  }
  for (const TargetDescription& asked : *in.targets) {
    bool known = false;
    for (const TargetRow& target : targets)
      if (target.id == asked.id && (!asked.port || *asked.port == target.port)) known = true, describe(target);
    if (known) continue;
    TargetHealthDescription& one = descriptions.emplace_back();
    one.target = asked;
    if (!one.target->port) one.target->port = group.shape.port;
    one.target_health =
        health(host::HealthState::kUnused, "Target.NotRegistered", "Target is not registered to the target group");
  }
  return out;
}

}  // namespace hanbat::elasticloadbalancing
