// The service's workers: handing the wanted balancers to the host side, draining targets, and the observer that follows
// targets' health and their instances' states.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>

#include "host/client.h"
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/usage.h"
#include "services/elasticloadbalancing/words.h"
#include "services/elasticloadbalancing/workers/wanted.h"
#include "store/typed_tasks.h"

namespace hanbat::elasticloadbalancing {
namespace {

using namespace std::chrono_literals;

constexpr auto kDrainPoll = 150ms;
constexpr auto kUnsettledPoll = 150ms;  // while a target is being checked for the first time or drained
constexpr auto kSettledPoll = 1000ms;
constexpr int kInstancesEvery = 3;  // of settled polls

BalancerState state_of(const Resource<LoadBalancer>& row) {
  return require_word<BalancerState>(row.shape.state->code.value_or(""));
}

/// Writes the balancer's next state, when the event leads to one.
void pass(store::Tx& tx, Timestamp now, Resource<LoadBalancer>& row, BalancerEvent event, const std::string& reason) {
  const auto next = find_next(kBalancerTransitions, state_of(row), event);
  if (!next) return;
  row.shape.state->code = std::string(word_of(*next));
  row.shape.state->reason.reset();
  if (!reason.empty()) row.shape.state->reason = reason;
  update(tx, row);
  meter(tx, now, row);
}

std::optional<TargetRow> find_draining(store::Tx& tx, const DrainTarget& task) {
  auto target = find_target(tx, task.group_arn, task.id, task.port);
  if (!target || target->state != TargetState::kDraining) return std::nullopt;
  return target;
}

}  // namespace

/// Hands the whole wanted set over; balancers that waited for it are then active. A set that the host side can never
/// take makes them failed; the next change tries again. What it could not do (a VPC that takes form) the store tries
/// again.
void ElasticLoadBalancing::apply(store::TaskRun& run) {
  const std::scoped_lock lock(applying_);
  std::vector<std::string> waiting;
  const host::BalancersSpec spec = home_.db.read([&](store::Tx& tx) {
    for (const auto& row : list_all<LoadBalancer>(tx))
      if (state_of(row) != BalancerState::kActive) waiting.push_back(row.id);
    return wanted_balancers(tx, home_.vault);
  });
  BalancerEvent event = BalancerEvent::kApplied;
  std::string reason;
  try {
    home_.require_host().apply_balancers(spec);
  } catch (const host::HostError& error) {
    if (error.code != host::HostErrorCode::kInvalid) throw;
    spdlog::error("the host side refuses the load balancers: {}", error.what());
    event = BalancerEvent::kRefused;
    reason = error.what();
  }
  run.finish([&](store::Tx& tx) {
    for (const std::string& arn : waiting)
      if (auto row = find<LoadBalancer>(tx, arn)) pass(tx, home_.clock.now(), *row, event, reason);
  });
}

/// The balancers that wait for what the host side fails at are failed; they are active once it works.
void ElasticLoadBalancing::tell_waiting(store::Tx& tx, std::string_view why) {
  for (auto& row : list_all<LoadBalancer>(tx))
    pass(tx, home_.clock.now(), row, BalancerEvent::kRefused, std::string(why));
}

/// Takes the target out for new requests, and away once it serves none, at the latest at its deadline.
void ElasticLoadBalancing::drain(store::TaskRun& run, const DrainTarget& task) {
  const auto target = home_.db.read([&](store::Tx& tx) { return find_draining(tx, task); });
  if (!target) return;

  bool busy = false;
  {
    const std::scoped_lock lock(applying_);
    host::Host& host = home_.require_host();
    try {
      host.apply_balancers(home_.db.read([this](store::Tx& tx) { return wanted_balancers(tx, home_.vault); }));
      for (const host::TargetHealth& seen : host.balancer_health({}))
        if (seen.target_group_id == last_part(task.group_arn) && seen.ip == target->ip && seen.port == target->port)
          busy = seen.active_connections > 0;
    } catch (const host::HostError&) {
      busy = true;  // what cannot be asked now may still serve; its deadline comes all the same
    }
  }
  if (busy && home_.clock.now() < target->deadline) return run.again(kDrainPoll);
  run.finish([&](store::Tx& tx) {
    if (const auto still = find_draining(tx, task)) remove_target(tx, *still);
    store::add_task(home_.tasks, tx, ApplyBalancers{}, std::string(ApplyBalancers::kKey));
  });
}

bool ElasticLoadBalancing::look_at_targets() {
  {
    const std::scoped_lock lock(health_mutex_);
    forgotten_.clear();
  }
  const auto seen = home_.require_host().balancer_health({});
  const std::scoped_lock lock(health_mutex_);
  health_.clear();
  bool settled = forgotten_.empty();
  for (const host::TargetHealth& one : seen) {
    traffic_.note(one);
    settled = settled && one.state != host::HealthState::kInitial && one.state != host::HealthState::kDraining;
    const HealthKey key{one.target_group_id, one.ip, one.port};
    if (!forgotten_.contains(key)) health_[key] = one;
  }
  return settled;
}

void ElasticLoadBalancing::forget(const TargetRow& target) {
  const std::scoped_lock lock(health_mutex_);
  const HealthKey key{last_part(target.group_arn), target.ip, target.port};
  health_.erase(key);
  forgotten_.insert(key);
}

void ElasticLoadBalancing::observe(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  for (int round = 0; !stop.stop_requested(); ++round) {
    bool settled = true;
    try {
      settled = look_at_targets();
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
      if (require_word(group.shape.target_type, TargetType::kInstance) != TargetType::kInstance) continue;
      for (const TargetRow& target : list_targets(tx, group.id))
        by_place[{group.place.account, group.place.region}].push_back(target);
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
        record_instance_state(tx, target);
      }
      store::add_task(home_.tasks, tx, ApplyBalancers{}, std::string(ApplyBalancers::kKey));
    });
  }
}

}  // namespace hanbat::elasticloadbalancing
