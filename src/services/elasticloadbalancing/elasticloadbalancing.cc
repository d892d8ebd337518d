// The service's tasks and its observer: handing the wanted balancers to the host side, draining targets, and following
// targets' health and their instances' states.
#include "services/elasticloadbalancing/elasticloadbalancing.h"

#include <fmt/format.h>

#include <set>

#include "gen/elasticloadbalancing/schema.h"
#include "host/client.h"
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/wanted.h"

namespace hanbat::elasticloadbalancing {
namespace {

using namespace std::chrono_literals;

constexpr auto kRetry = 300ms;  // the host side could not yet: a VPC that takes form, say
constexpr auto kDrainPoll = 150ms;
constexpr auto kUnsettledPoll = 150ms;  // while a target is being checked for the first time or drained
constexpr auto kSettledPoll = 1000ms;
constexpr int kInstancesEvery = 3;  // of settled polls

store::NewTask apply_task() { return {.kind = "elb.apply", .key = "all"}; }

}  // namespace

std::span<const store::Migration> ElasticLoadBalancing::migrations() const { return schema(); }

void ElasticLoadBalancing::touch(Request& rq) { rq.add_task(apply_task()); }

void ElasticLoadBalancing::start() {
  home_.tasks.handle("elb.apply", [this](store::TaskRun& run) { apply(run); });
  home_.tasks.handle("elb.drain", [this](store::TaskRun& run) { drain(run); });
  if (!home_.find_host()) return;
  home_.db.write([&](store::Tx& tx) { home_.tasks.add(tx, apply_task()); });
  observer_ = std::jthread([this](const std::stop_token& stop) { observe(stop); });
}

/// Hands the whole wanted set over; balancers that were being provisioned are then active.
void ElasticLoadBalancing::apply(store::TaskRun& run) {
  const std::scoped_lock lock(applying_);
  std::vector<std::string> applied;
  const host::BalancersSpec spec = home_.db.read([&](store::Tx& tx) {
    for (const auto& row : list_all<LoadBalancer>(tx))
      if (row.shape.state->code == "provisioning") applied.push_back(row.arn);
    return wanted_balancers(tx);
  });
  try {
    home_.require_host().apply_balancers(spec);
  } catch (const host::HostError& error) {
    if (error.code == host::HostErrorCode::kInvalid) throw;
    return run.again(kRetry);
  }
  run.finish([&](store::Tx& tx) {
    for (const std::string& arn : applied) {
      auto row = find<LoadBalancer>(tx, arn);
      if (!row) continue;
      row->shape.state->code = "active";
      update(tx, *row);
    }
  });
}

/// Takes the target out for new requests, and away once it serves none, at the latest at its deadline.
void ElasticLoadBalancing::drain(store::TaskRun& run) {
  const std::string group = run.body().text("group");
  const auto find_target = [&](store::Tx& tx) -> std::optional<TargetRow> {
    for (const TargetRow& target : list_targets(tx, group))
      if (target.id == run.body().text("id") && target.port == run.body().integer("port") && target.state == "draining")
        return target;
    return std::nullopt;
  };
  const auto target = home_.db.read(find_target);
  if (!target) return;

  bool busy = false;
  {
    const std::scoped_lock lock(applying_);
    host::Host& host = home_.require_host();
    try {
      host.apply_balancers(home_.db.read([](store::Tx& tx) { return wanted_balancers(tx); }));
      for (const host::TargetHealth& seen : host.balancer_health({}))
        if (seen.target_group_id == last_part(group) && seen.ip == target->ip && seen.port == target->port)
          busy = seen.active_connections > 0;
    } catch (const host::HostError& error) {
      if (error.code == host::HostErrorCode::kInvalid) throw;
      busy = true;
    }
  }
  if (busy && home_.clock.now() < target->deadline) return run.again(kDrainPoll);
  run.finish([&](store::Tx& tx) {
    if (const auto still = find_target(tx)) remove_target(tx, *still);
    home_.tasks.add(tx, apply_task());
  });
}

void ElasticLoadBalancing::observe(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  for (int round = 0; !stop.stop_requested(); ++round) {
    bool settled = true;
    try {
      const auto seen = home_.require_host().balancer_health({});
      const std::scoped_lock lock(health_mutex_);
      health_.clear();
      for (const host::TargetHealth& one : seen) {
        settled = settled && one.state != host::HealthState::kInitial && one.state != host::HealthState::kDraining;
        health_[{one.target_group_id, one.ip, one.port}] = one;
      }
    } catch (const std::exception&) {
      // The host side is away; what was seen last stays until it is back.
    }
    try {
      if (round % kInstancesEvery == 0) follow_instances();
    } catch (const std::exception&) {
      // Asked again soon.
    }
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, settled ? kSettledPoll : kUnsettledPoll, [] { return false; });
  }
}

/// Instances that were terminated leave their groups, as in AWS; those that are stopped get no requests.
void ElasticLoadBalancing::follow_instances() {
  std::map<std::pair<std::string, std::string>, std::vector<TargetRow>> by_place;
  home_.db.read([&](store::Tx& tx) {
    for (const auto& group : list_all<TargetGroup>(tx)) {
      if (group.shape.target_type != "instance") continue;
      for (const TargetRow& target : list_targets(tx, group.arn))
        by_place[{group.account, group.region}].push_back(target);
    }
  });
  for (const auto& [place, targets] : by_place) {
    const ec2::Client ec2(home_, home_.identity().service_caller(place.first, kPrincipal), place.second);
    ec2::DescribeInstancesInput ask;
    ask.filters.emplace().push_back({.name = "instance-id", .values = std::vector<std::string>{}});
    std::set<std::string> ids;
    for (const TargetRow& target : targets) ids.insert(target.id);
    ask.filters->front().values->assign(ids.begin(), ids.end());
    std::map<std::string, std::string> states;
    const auto answer = ec2.describe_instances(ask);
    if (answer.reservations)
      for (const ec2::Reservation& reservation : *answer.reservations)
        for (const ec2::Instance& one : *reservation.instances)
          states[one.instance_id.value_or("")] = one.state->name.value_or("");

    std::vector<TargetRow> changed;
    for (const TargetRow& target : targets) {
      const auto found = states.find(target.id);
      const std::string state = found == states.end() ? "terminated" : found->second;
      if (state == target.instance_state) continue;
      changed.push_back(target);
      changed.back().instance_state = state;
    }
    if (changed.empty()) continue;
    home_.db.write([&](store::Tx& tx) {
      for (const TargetRow& target : changed) {
        if (target.instance_state == "terminated" || target.instance_state == "shutting-down") {
          remove_target(tx, target);
          continue;
        }
        // Only what still is as it was seen: it may have been deregistered meanwhile.
        tx.exec("UPDATE elb_targets SET instance_state = ? WHERE group_arn = ? AND target_id = ? AND port = ?",
                target.instance_state, target.group_arn, target.id, target.port);
      }
      home_.tasks.add(tx, apply_task());
    });
  }
}

}  // namespace hanbat::elasticloadbalancing
