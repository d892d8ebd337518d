// The task that brings an instance's machine to its state, and the watch over machines that stop by themselves.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>

#include "host/client.h"
#include "services/ec2/ec2.h"
#include "services/ec2/images/images.h"
#include "services/ec2/instances/instance_types.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr Milliseconds kWatchEvery = std::chrono::seconds(3);
constexpr Milliseconds kForgetAfter = std::chrono::hours(1);

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
  return spec;
}

bool is_instance(const host::MachineState& machine) {
  return std::any_of(machine.labels.begin(), machine.labels.end(),
                     [](const host::Label& label) { return label.key == "service" && label.value == "ec2"; });
}

}  // namespace

void Ec2::apply_instance(store::TaskRun& run) {
  const auto row = home_.db.read([&](store::Tx& tx) { return find<Instance>(tx, run.key()); });
  if (!row || !home_.find_host()) return;
  switch (status_of(*row)) {
    case Status::kPending:
      return launch(run, *row);
    case Status::kRunning:
      if (row->own.flag("reboot")) {
        home_.require_host().restart_machine({row->id});
        return run.finish([&](store::Tx& tx) {
          auto now = find<Instance>(tx, row->id);
          if (!now) return;
          now->own.erase("reboot");
          update(tx, *now);
        });
      }
      return launch(run, *row);
    case Status::kStopping:
      return halt(run, *row);
    case Status::kShuttingDown:
      return destroy(run, *row);
    case Status::kStopped:
    case Status::kTerminated:
      return;
  }
}

void Ec2::launch(store::TaskRun& run, const Resource<Instance>& row) {
  host::Host& host = home_.require_host();
  const host::MachineSpec spec = home_.db.read([&](store::Tx& tx) { return machine_of(tx, row); });
  try {
    host.create_machine(spec);
    host.start_machine({row.id});
  } catch (const host::HostError& error) {
    // What the host refuses for good would be refused the next time too.
    if (error.code != host::HostErrorCode::kInvalid && error.code != host::HostErrorCode::kNotFound) throw;
    return run.finish([&](store::Tx& tx) { give_up_instance(tx, row.id, error.what()); });
  }
  run.finish([&](store::Tx& tx) {
    auto now = find<Instance>(tx, row.id);
    if (!now || status_of(*now) != Status::kPending) return;
    now->own["started"] = home_.clock.now().ms;
    enter(home_, tx, *now, Status::kRunning);
  });
}

void Ec2::halt(store::TaskRun& run, const Resource<Instance>& row) {
  try {
    home_.require_host().stop_machine(
        {row.id, row.own.flag("force") ? host::StopMode::kForce : host::StopMode::kGraceful});
  } catch (const host::HostError& error) {
    // A machine that was never made is stopped already.
    if (error.code != host::HostErrorCode::kNotFound) throw;
  }
  run.finish([&](store::Tx& tx) {
    auto now = find<Instance>(tx, row.id);
    if (!now || status_of(*now) != Status::kStopping) return;
    const StateReason reason = now->shape.state_reason.value_or(StateReason{});
    const std::string transition = now->shape.state_transition_reason.value_or("");
    for (auto& interface : list_of<NetworkInterface>(tx, row.id))
      if (interface.shape.association && !interface.shape.association->allocation_id)
        take_public_address(tx, interface);
    enter(home_, tx, *now, Status::kStopped);
    now->shape.state_reason = reason;
    now->shape.state_transition_reason = transition;
    update(tx, *now);
    touch_vpc(tx, home_.tasks, now->scope);
  });
}

void Ec2::destroy(store::TaskRun& run, const Resource<Instance>& row) {
  home_.require_host().delete_machine({row.id});
  run.finish([&](store::Tx& tx) {
    auto now = find<Instance>(tx, row.id);
    if (!now || status_of(*now) != Status::kShuttingDown) return;
    const auto reason = now->shape.state_reason;
    const auto transition = now->shape.state_transition_reason;
    release_instance(tx, *now);
    enter(home_, tx, *now, Status::kTerminated);
    now->shape.state_reason = reason;
    now->shape.state_transition_reason = transition;
    update(tx, *now);
    touch_vpc(tx, home_.tasks, now->scope);
    home_.tasks.add(tx, {.kind = "ec2.forget", .key = row.id, .due = home_.clock.now() + kForgetAfter});
  });
}

void Ec2::give_up_instance(store::Tx& tx, const std::string& id, std::string_view why) {
  auto row = find<Instance>(tx, id);
  if (!row) return;
  if (status_of(*row) != Status::kPending) {
    // What has to go or to stop is tried for ever, only slower.
    home_.tasks.add(tx, {.kind = "ec2.instance", .key = id, .due = home_.clock.now() + std::chrono::seconds(30)});
    return;
  }
  const Why reason{"Server.InternalError", fmt::format("Internal error on launch: {}", why)};
  // An instance that ran before keeps its disk; one that never did is of no use.
  if (row->own.integer("started") > 0) return enter(home_, tx, *row, Status::kStopped, reason);
  enter(home_, tx, *row, Status::kShuttingDown, reason);
  touch_instance(tx, home_.tasks, id);
}

void Ec2::watch_machines(store::TaskRun& run) {
  host::Host* host = home_.find_host();
  if (!host) return;
  std::set<std::string> running, there;
  std::vector<std::string> nobodys;
  try {
    watch_networks(*host);
    for (const host::MachineState& machine : host->machines({})) {
      there.insert(machine.name);
      if (machine.status == host::MachineStatus::kRunning) running.insert(machine.name);
      if (is_instance(machine) && !home_.db.read([&](store::Tx& tx) { return find<Instance>(tx, machine.name); }))
        nobodys.push_back(machine.name);
    }
    // A row is there before its machine and as long as it; without one, nobody could ever terminate it.
    for (const std::string& name : nobodys) {
      spdlog::warn("machine {} belongs to no instance: it is removed", name);
      host->delete_machine({name});
    }
    std::vector<std::string> aliases;
    for (const host::ImageState& image : host->images({})) aliases.push_back(image.alias);
    home_.db.write([&](store::Tx& tx) {
      note_host_images({tx, {home_.settings.default_account, ""}, home_.clock.now()}, aliases);
    });
  } catch (const host::HostError&) {
    return run.again(kWatchEvery);  // the host side is at it; the next look tells more
  }
  // A machine that restarts by itself is away for a moment; one that is away at two looks has halted.
  std::vector<std::string> gone;
  std::ranges::set_difference(missed_once_, running, std::back_inserter(gone));
  missed_once_.clear();
  std::ranges::set_difference(seen_running_, running, std::inserter(missed_once_, missed_once_.end()));
  // One that is not there at all was removed, whether it was seen to run before or not.
  home_.db.read([&](store::Tx& tx) {
    for (const auto& row : list_all<Instance>(tx))
      if (status_of(row) == Status::kRunning && !there.contains(row.id)) missed_once_.insert(row.id);
  });
  seen_running_ = std::move(running);
  run.again(kWatchEvery, [&](store::Tx& tx) {
    for (const std::string& id : gone) {
      auto row = find<Instance>(tx, id);
      if (!row || status_of(*row) != Status::kRunning || row->own.flag("reboot")) continue;
      if (!there.contains(id)) {
        // No guest removes its own machine. Somebody did by hand: it is made again, from its image.
        spdlog::warn("the machine of instance {} is gone: it is made again", id);
        touch_instance(tx, home_.tasks, id);
        continue;
      }
      const bool terminate = row->own.text("shutdown") == "terminate";
      enter(home_, tx, *row, terminate ? Status::kShuttingDown : Status::kStopping,
            {"Client.InstanceInitiatedShutdown", "Instance initiated shutdown"});
      touch_instance(tx, home_.tasks, id);
    }
  });
}

}  // namespace hanbat::ec2
