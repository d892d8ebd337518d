// FakeHost: the wanted state is the state.
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include "host/client.h"
#include "os/writers_turn.h"

namespace hanbat::host {

void FakeHost::may_fail() {
  require_no_writers_turn("wait for the host's side");
  if (fail_next.empty()) return;
  const std::string message = std::exchange(fail_next, "");
  throw HostError("Failed", message);
}

void FakeHost::apply_vpc(const VpcSpec& spec) {
  may_fail();
  vpc_specs[spec.id] = spec;
}

void FakeHost::remove_vpc(const std::string& id) {
  may_fail();
  vpc_specs.erase(id);
}

std::vector<VpcState> FakeHost::vpcs() {
  std::vector<VpcState> states = {{"", kOwnAccount, "a"}};
  for (const auto& [id, spec] : vpc_specs)
    states.push_back({id, spec.account, vpc_spaces.contains(id) ? vpc_spaces[id] : "a"});
  return states;
}

Fd FakeHost::listen(const ListenSpec& spec) {
  may_fail();
  listens.push_back(spec);
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::listen(fd.get(), 16) != 0) throw_errno("listen");
  return fd;
}

void FakeHost::create_machine(const MachineSpec& spec) {
  may_fail();
  if (machine_specs.emplace(spec.name, spec).second) machine_status[spec.name] = "stopped";
}

void FakeHost::start_machine(const std::string& name) {
  may_fail();
  if (!machine_specs.contains(name)) throw HostError("NotFound", "no machine " + name);
  machine_status[name] = "running";
}

void FakeHost::stop_machine(const std::string& name, StopMode) {
  may_fail();
  if (!machine_specs.contains(name)) throw HostError("NotFound", "no machine " + name);
  machine_status[name] = "stopped";
}

void FakeHost::restart_machine(const std::string& name) { start_machine(name); }

void FakeHost::delete_machine(const std::string& name) {
  may_fail();
  machine_specs.erase(name);
  machine_status.erase(name);
}

std::vector<MachineState> FakeHost::machines() {
  std::vector<MachineState> all;
  for (const auto& [name, spec] : machine_specs)
    all.push_back({.name = name, .status = machine_status[name], .labels = spec.labels});
  return all;
}

std::string FakeHost::console(const std::string& name) {
  if (!machine_specs.contains(name)) throw HostError("NotFound", "no machine " + name);
  return consoles[name];
}

ImageState FakeHost::import_image(const ImageSpec& spec) {
  may_fail();
  return image_states[spec.alias] = {.alias = spec.alias, .fingerprint = "fake-" + spec.alias, .size_bytes = 1};
}

ImageState FakeHost::publish_image(const std::string& machine, const std::string& alias) {
  may_fail();
  if (!machine_specs.contains(machine)) throw HostError("NotFound", "no machine " + machine);
  return image_states[alias] = {.alias = alias, .fingerprint = "fake-" + alias, .size_bytes = 1};
}

std::vector<ImageState> FakeHost::images() {
  std::vector<ImageState> all;
  for (const auto& [alias, state] : image_states) all.push_back(state);
  return all;
}

void FakeHost::delete_image(const std::string& alias) {
  may_fail();
  image_states.erase(alias);
}

void FakeHost::apply_balancers(const BalancersSpec& spec) {
  may_fail();
  balancers = spec;
}

std::vector<TargetHealth> FakeHost::balancer_health() { return health; }

std::vector<std::string> FakeHost::sweep(const SweepSpec& spec) {
  std::vector<std::string> removed;
  const auto wanted = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const auto& vpc : vpcs())
    if (!vpc.id.empty() && !wanted(spec.vpc_ids, vpc.id)) removed.push_back("vpc " + vpc.id), vpc_specs.erase(vpc.id);
  for (const auto& machine : machines())
    if (!wanted(spec.machines, machine.name))
      removed.push_back("machine " + machine.name), delete_machine(machine.name);
  return removed;
}

std::vector<Finding> FakeHost::doctor() { return {}; }

}  // namespace hanbat::host
