#include "services/ec2/instances/instance_worker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <variant>

#include "base/overloaded.h"
#include "host/client.h"
#include "services/ec2/images/images.h"
#include "services/ec2/instances/instance_types.h"
#include "services/ec2/networks/network_worker.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr int kLaunchAttempts = 5;
constexpr Milliseconds kWatchEvery = std::chrono::seconds(3);
constexpr Milliseconds kTryAgainAfter = std::chrono::seconds(30);

host::MachineSpec machine_of(store::Tx& tx, const Resource<Instance>& row) {
  const InstanceTypeFacts* type = find_instance_type(row.shape.instance_type.value_or(""));
  host::MachineSpec spec;
  spec.name = row.id;
  spec.image = row.own.text("alias");
  spec.cpus = std::min(type->vcpus, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
  spec.memory_mib = type->memory_mib;
  spec.disk_gib = static_cast<int>(row.own.integer("disk_gib", 8));
  for (const auto& interface : list_of<NetworkInterface>(tx, row.id))
    spec.nics.push_back({interface.id, interface.shape.mac_address.value_or("")});
  // What an instance may do in itself includes running containers, as a real one may.
  spec.nesting = true;
  spec.labels = {{"service", "ec2"}, {"account", row.place.account}, {"region", row.place.region}};
  if (const std::string system = row.own.text("system"); !system.empty()) spec.labels.push_back({"system", system});
  return spec;
}

bool is_instance(const host::MachineState& machine) {
  return std::any_of(machine.labels.begin(), machine.labels.end(),
                     [](const host::Label& label) { return label.key == "service" && label.value == "ec2"; });
}

// What the machine needs so that it is as its instance's state says.
struct RunMachine {};
struct RestartMachine {};
struct StopMachine {};
struct DeleteMachine {};
struct LeaveMachine {};
using MachineWork = std::variant<RunMachine, RestartMachine, StopMachine, DeleteMachine, LeaveMachine>;

MachineWork work_of(const Resource<Instance>& row) {
  switch (status_of(row)) {
    case Status::kPending:
      return RunMachine{};
    case Status::kRunning:
      if (row.own.flag("reboot")) return RestartMachine{};
      return RunMachine{};
    case Status::kStopping:
      return StopMachine{};
    case Status::kShuttingDown:
      return DeleteMachine{};
    case Status::kStopped:
    case Status::kTerminated:
      return LeaveMachine{};
  }
  throw std::logic_error("a state of instances that asks nothing of the machine");
}

}  // namespace

void InstanceWorker::start() {
  store::handle<ApplyInstance>(home_.tasks, [this](store::TaskRun& run, const ApplyInstance&) { apply(run); },
                               {.max_attempts = kLaunchAttempts,
                                .give_up = [this](store::Tx& tx, const store::NewTask& task, std::string_view why) {
                                  give_up(tx, task.key, why);
                                }});
  store::handle<WatchMachines>(home_.tasks, [this](store::TaskRun& run, const WatchMachines&) { watch(run); });
}

void InstanceWorker::apply(store::TaskRun& run) {
  const auto row = home_.db.read([&](store::Tx& tx) { return find<Instance>(tx, run.key()); });
  if (!row || !home_.find_host()) return;
  std::visit(Overloaded{[&](RunMachine) { launch(run, *row); }, [&](RestartMachine) { restart(run, *row); },
                        [&](StopMachine) { halt(run, *row); }, [&](DeleteMachine) { destroy(run, *row); },
                        [](LeaveMachine) {}},
             work_of(*row));
}

void InstanceWorker::launch(store::TaskRun& run, const Resource<Instance>& row) {
  host::Host& host = home_.require_host();
  const host::MachineSpec spec = home_.db.read([&](store::Tx& tx) { return machine_of(tx, row); });
  try {
    host.create_machine(spec);
    host.start_machine({row.id});
  } catch (const host::HostError& error) {
    // What the host refuses for good would be refused the next time too.
    if (error.code != host::HostErrorCode::kInvalid && error.code != host::HostErrorCode::kNotFound) throw;
    return run.finish([&](store::Tx& tx) { give_up(tx, row.id, error.what()); });
  }
  run.finish([&](store::Tx& tx) {
    auto now = find<Instance>(tx, row.id);
    if (!now || status_of(*now) != Status::kPending) return;
    now->own["started"] = home_.clock.now().ms;
    pass(home_, tx, *now, InstanceEvent::kMachineRuns);
  });
}

void InstanceWorker::restart(store::TaskRun& run, const Resource<Instance>& row) {
  home_.require_host().restart_machine({row.id});
  run.finish([&](store::Tx& tx) {
    auto now = find<Instance>(tx, row.id);
    if (!now) return;
    now->own.erase("reboot");
    update(tx, *now);
  });
}

void InstanceWorker::halt(store::TaskRun& run, const Resource<Instance>& row) {
  try {
    home_.require_host().stop_machine(
        {row.id, row.own.flag("force") ? host::StopMode::kForce : host::StopMode::kGraceful});
  } catch (const host::HostError& error) {
    // A machine that was never made is stopped already.
    if (error.code != host::HostErrorCode::kNotFound) throw;
  }
  run.finish([&](store::Tx& tx) {
    auto now = find<Instance>(tx, row.id);
    if (!now || !pass(home_, tx, *now, InstanceEvent::kMachineStopped)) return;
    for (auto& interface : list_of<NetworkInterface>(tx, row.id))
      if (interface.shape.association && !interface.shape.association->allocation_id)
        take_public_address({tx, now->place, home_.clock.now()}, interface);
    touch_vpc(tx, home_.tasks, now->scope);
  });
}

void InstanceWorker::destroy(store::TaskRun& run, const Resource<Instance>& row) {
  home_.require_host().delete_machine({row.id});
  run.finish([&](store::Tx& tx) {
    auto now = find<Instance>(tx, row.id);
    if (!now || !pass(home_, tx, *now, InstanceEvent::kMachineGone)) return;
    release_instance({tx, now->place, home_.clock.now()}, *now);
    touch_vpc(tx, home_.tasks, now->scope);
    forget_later(tx, home_.tasks, row.id, home_.clock.now());
  });
}

void InstanceWorker::give_up(store::Tx& tx, const std::string& id, std::string_view why) {
  auto row = find<Instance>(tx, id);
  if (!row) return;
  const Why reason{"Server.InternalError", fmt::format("Internal error on launch: {}", why)};
  // An instance that ran before keeps its disk; one that never did is of no use.
  const bool ran = row->own.integer("started") > 0;
  if (pass(home_, tx, *row, ran ? InstanceEvent::kRestartFailed : InstanceEvent::kLaunchFailed, reason)) {
    if (!ran) touch_instance(tx, home_.tasks, id);
    return;
  }
  // What has to go or to stop is tried for ever, only slower.
  store::add_task(home_.tasks, tx, ApplyInstance{}, id, home_.clock.now() + kTryAgainAfter);
}

void InstanceWorker::watch(store::TaskRun& run) {
  host::Host* host = home_.find_host();
  if (!host) return;
  networks_.watch(*host);
  const Look seen = look(*host);
  const std::vector<std::string> missed = missed_twice(seen);
  run.again(kWatchEvery, [&](store::Tx& tx) {
    for (const std::string& id : missed) record_missed(tx, id, seen);
  });
}

InstanceWorker::Look InstanceWorker::look(host::Host& host) {
  Look seen;
  std::vector<std::string> nobodys;
  for (const host::MachineState& machine : host.machines({})) {
    seen.there.insert(machine.name);
    // One that the host could not look at just now has not halted.
    if (machine.status != host::MachineStatus::kStopped) seen.running.insert(machine.name);
    if (is_instance(machine) && !home_.db.read([&](store::Tx& tx) { return find<Instance>(tx, machine.name); }))
      nobodys.push_back(machine.name);
  }
  // A row is there before its machine and as long as it; without one, nobody could ever terminate it.
  for (const std::string& name : nobodys) {
    spdlog::warn("machine {} belongs to no instance: it is removed", name);
    host.delete_machine({name});
  }
  std::vector<std::string> aliases;
  for (const host::ImageState& image : host.images({})) aliases.push_back(image.alias);
  home_.db.write([&](store::Tx& tx) {
    record_host_images({tx, {home_.settings.default_account, ""}, home_.clock.now()}, aliases);
  });
  return seen;
}

std::vector<std::string> InstanceWorker::missed_twice(const Look& look) {
  // A machine that restarts by itself is away for a moment; one that is away at two looks has halted.
  std::vector<std::string> gone;
  std::ranges::set_difference(missed_once_, look.running, std::back_inserter(gone));
  missed_once_.clear();
  std::ranges::set_difference(seen_running_, look.running, std::inserter(missed_once_, missed_once_.end()));
  // One that is not there at all was removed, whether it was seen to run before or not.
  home_.db.read([&](store::Tx& tx) {
    for (const auto& row : list_all<Instance>(tx))
      if (status_of(row) == Status::kRunning && !look.there.contains(row.id)) missed_once_.insert(row.id);
  });
  seen_running_ = look.running;
  return gone;
}

void InstanceWorker::record_missed(store::Tx& tx, const std::string& id, const Look& look) {
  auto row = find<Instance>(tx, id);
  if (!row || status_of(*row) != Status::kRunning || row->own.flag("reboot")) return;
  if (look.there.contains(id)) {
    const bool for_good = shutdown_behavior(*row) == ShutdownBehavior::kTerminate;
    pass(home_, tx, *row, for_good ? InstanceEvent::kHaltedForGood : InstanceEvent::kHalted,
         {"Client.InstanceInitiatedShutdown", "Instance initiated shutdown"});
  } else {
    // No guest removes its own machine. Somebody did by hand: it is made again, from its image.
    spdlog::warn("the machine of instance {} is gone: it is made again", id);
  }
  touch_instance(tx, home_.tasks, id);
}

}  // namespace hanbat::ec2
