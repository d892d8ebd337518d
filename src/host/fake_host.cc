// FakeHost: the wanted state is the state.
#include "host/fake_host.h"

#include <sys/socket.h>

#include <mutex>
#include <utility>

#include "host/validation.h"
#include "os/writers_turn.h"

namespace hanbat::host {

void FakeHost::may_fail() {
  require_no_writers_turn("wait for the host's side");
  const std::lock_guard lock(failing_);
  if (!fail_always.empty()) throw HostError(fail_code, fail_always);
  if (fail_next.empty()) return;
  const std::string message = std::exchange(fail_next, "");
  throw HostError(fail_code, message);
}

void FakeHost::require_machine(const std::string& name) const {
  if (!machine_specs.contains(name)) throw HostError(HostErrorCode::kNotFound, "no machine " + name);
}

void FakeHost::apply_vpc(const VpcSpec& spec) {
  may_fail();
  validate(spec);
  vpc_specs[spec.id] = spec;
}

void FakeHost::remove_vpc(const VpcName& vpc) {
  may_fail();
  vpc_specs.erase(vpc.name);
}

std::vector<VpcState> FakeHost::vpcs(const Nothing&) {
  std::vector<VpcState> states = {{"", kOwnAccount, "a"}};
  for (const auto& [id, spec] : vpc_specs)
    states.push_back({id, spec.account, vpc_spaces.contains(id) ? vpc_spaces[id] : "a"});
  return states;
}

TrialResult FakeHost::try_packet(const PacketTrial& trial) {
  may_fail();
  validate(trial);
  trials.push_back(trial);
  if (!trial_result) throw HostError(HostErrorCode::kNotFound, trial.vpc_id + " is in no kernel");
  return *trial_result;
}

Fd FakeHost::listen(const ListenSpec& spec) {
  may_fail();
  validate(spec);
  listens.push_back(spec);
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::listen(fd.get(), 16) != 0) throw_errno("listen");
  return fd;
}

void FakeHost::create_machine(const MachineSpec& spec) {
  may_fail();
  const auto [there, is_new] = machine_specs.emplace(spec.name, spec);
  if (is_new) machine_status[spec.name] = MachineStatus::kStopped;
  there->second.cpus = spec.cpus;
  there->second.memory_mib = spec.memory_mib;
}

void FakeHost::start_machine(const MachineName& machine) {
  may_fail();
  require_machine(machine.name);
  machine_status[machine.name] = MachineStatus::kRunning;
}

void FakeHost::stop_machine(const MachineStop& stop) {
  may_fail();
  require_machine(stop.name);
  machine_status[stop.name] = MachineStatus::kStopped;
}

void FakeHost::restart_machine(const MachineName& machine) { start_machine(machine); }

void FakeHost::delete_machine(const MachineName& machine) {
  may_fail();
  machine_specs.erase(machine.name);
  machine_status.erase(machine.name);
}

std::vector<MachineState> FakeHost::machines(const Nothing&) {
  std::vector<MachineState> all;
  for (const auto& [name, spec] : machine_specs)
    all.push_back(
        {.name = name, .status = machine_status[name], .counters = machine_counters[name], .labels = spec.labels});
  return all;
}

std::string FakeHost::console(const MachineName& machine) {
  require_machine(machine.name);
  return consoles[machine.name];
}

std::vector<ImageState> FakeHost::images(const Nothing&) {
  std::vector<ImageState> all;
  for (const auto& [alias, state] : image_states) all.push_back(state);
  return all;
}

void FakeHost::apply_balancers(const BalancersSpec& spec) {
  may_fail();
  validate(spec);
  balancers = spec;
}

std::vector<TargetHealth> FakeHost::balancer_health(const Nothing&) { return targets; }

std::vector<ResponseTimes> FakeHost::take_times(const Nothing&) { return std::exchange(response_times, {}); }

LogBatch FakeHost::take_logs(const BalancerName& balancer) {
  may_fail();
  validate(balancer);
  const std::vector<LogBatch>& batches = logs[balancer.id];
  return batches.empty() ? LogBatch{} : batches.front();
}

void FakeHost::drop_logs(const LogBatchName& batch) {
  may_fail();
  validate(batch);
  std::erase_if(logs[batch.balancer_id], [&](const LogBatch& one) { return one.name == batch.name; });
}

std::vector<Count> FakeHost::counts(const CountsOf& of) {
  may_fail();
  return counted[of.source];
}

void FakeHost::drop_counts(const BookedCounts& booked) {
  may_fail();
  validate(booked);
  for (const BookedCount& gone : booked.counts)
    std::erase_if(counted[gone.source], [&](const Count& one) {
      return !one.goes_on && one.vpc_id == gone.vpc_id && one.kind == gone.kind && one.id == gone.id &&
             one.part == gone.part && one.value == gone.value;
    });
}

std::vector<Finding> FakeHost::health(const Nothing&) { return {}; }

}  // namespace hanbat::host
