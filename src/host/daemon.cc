// The table of actions.
#include "host/daemon.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <semaphore>

#include "host/balancers/balancers.h"
#include "host/client.h"
#include "host/codec.h"
#include "host/machines/incus.h"
#include "host/machines/machines.h"
#include "host/machines/restored.h"
#include "host/networks/kernel.h"
#include "host/networks/networks.h"
#include "host/protocol.h"
#include "host/validation.h"
#include "os/fault.h"
#include "os/files.h"
#include "os/sockets.h"

namespace hanbat::host {
namespace {

std::string name_of(const Json& arguments, std::string_view what, std::size_t most = 63) {
  const std::string name = decode<Name>(arguments).name;
  require_name(name, what, most);
  return name;
}

template <class Spec>
Spec spec_of(const Json& arguments) {
  Spec spec = decode<Spec>(arguments);
  validate(spec);
  return spec;
}

}  // namespace

Actions::Actions(std::string state_folder) : state_folder_(std::move(state_folder)) {
  const std::string own = state_folder_ + "/host";
  incus_ = std::make_unique<Incus>(own + "/incus");
  networks_ = std::make_unique<Networks>(own + "/networks");
  machines_ = std::make_unique<Machines>(*incus_, state_folder_,
                                         [this] { networks_->adopt_interfaces(Networks::Arrival::kAny); });
  balancers_ = std::make_unique<Balancers>(own + "/balancers");
}

Actions::~Actions() {
  stopping_ = true;
  ready_.notify_all();
  if (incus_thread_.joinable()) incus_thread_.join();
}

void Actions::start() {
  incus_thread_ = std::thread([this] { watch(); });
  networks_->start();
  balancers_->start();
}

void Actions::watch() {
  while (!stopping_) {
    std::string failure;
    try {
      if (incus_ready_) {
        incus_->watch();
        look_for_lost_links();
      } else {
        incus_->start();
        take_in_restored(*incus_, state_folder_, [](const std::string& line) { spdlog::info("{}", line); });
      }
    } catch (const std::exception& error) {
      failure = error.what();
    }
    std::unique_lock lock(ready_mutex_);
    incus_ready_ = failure.empty();
    incus_failure_ = failure;
    ready_.notify_all();
    ready_.wait_for(lock, std::chrono::seconds(2), [this] { return stopping_.load(); });
  }
}

/// What misses its link at two looks in a row is not just being started.
void Actions::look_for_lost_links() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + std::chrono::seconds(15);
  std::set<std::string> missing = networks_->missing_links(), twice;
  std::set_intersection(missing.begin(), missing.end(), links_missed_.begin(), links_missed_.end(),
                        std::inserter(twice, twice.end()));
  links_missed_ = std::move(missing);
  try {
    if (!twice.empty()) machines_->restart_without(twice);
  } catch (const HostError& error) {
    spdlog::warn("a machine without its link could not be restarted: {}", error.what());
  }
}

/// How the region's own parts are, for `hanbat doctor`.
std::vector<Finding> Actions::examine() {
  std::vector<Finding> findings;
  std::unique_lock lock(ready_mutex_);
  const bool ready = incus_ready_;
  const std::string failure = incus_failure_;
  lock.unlock();
  findings.push_back({.what = "incusd",
                      .severity = ready ? "ok" : "missing",
                      .detail = ready             ? ""
                                : failure.empty() ? "it is being started"
                                                  : failure,
                      .remedy = ready ? "" : "It is started every 2 s; tools/install brings it where it is missing"});
  if (ready) {
    try {
      for (const auto& finding : machines_->examine_images()) findings.push_back(finding);
    } catch (const HostError& error) {
      findings.push_back({.what = "machine images",
                          .severity = "missing",
                          .detail = error.what(),
                          .remedy = "incusd's log says more: host/incus/incusd.log in the state folder"});
    }
  }
  for (auto& finding : networks_->examine()) findings.push_back(std::move(finding));
  for (auto& finding : balancers_->examine()) findings.push_back(std::move(finding));
  return findings;
}

Machines& Actions::machines() {
  std::unique_lock lock(ready_mutex_);
  ready_.wait_for(lock, std::chrono::seconds(60),
                  [this] { return incus_ready_ || stopping_ || !incus_failure_.empty(); });
  if (!incus_ready_) throw HostError("Failed", incus_failure_.empty() ? "incusd is not up" : incus_failure_);
  return *machines_;
}

ActionResult Actions::run(std::string_view action, const Json& arguments) {
  using Run = std::function<ActionResult(Actions&, const Json&)>;
  static const std::map<std::string, Run, std::less<>> kActions = {
      {"apply_vpc",
       [](Actions& a, const Json& in) {
         a.networks_->apply(spec_of<VpcSpec>(in));
         return ActionResult{};
       }},
      {"remove_vpc",
       [](Actions& a, const Json& in) {
         const std::string id = name_of(in, "vpc id", 40);
         require_vpc_id(id, "vpc id");
         a.networks_->remove(id);
         return ActionResult{};
       }},
      {"vpcs", [](Actions& a, const Json&) { return ActionResult{.result = encode(a.networks_->states())}; }},
      {"listen",
       [](Actions& a, const Json& in) {
         return ActionResult{.result = {}, .descriptor = a.networks_->listen(spec_of<ListenSpec>(in))};
       }},
      {"create_machine",
       [](Actions& a, const Json& in) {
         a.machines().create(decode<MachineSpec>(in));
         return ActionResult{};
       }},
      {"start_machine",
       [](Actions& a, const Json& in) {
         a.machines().start(decode<Name>(in).name);
         return ActionResult{};
       }},
      {"stop_machine",
       [](Actions& a, const Json& in) {
         a.machines().stop(decode<Name>(in).name, StopMode::kGraceful);
         return ActionResult{};
       }},
      {"kill_machine",
       [](Actions& a, const Json& in) {
         a.machines().stop(decode<Name>(in).name, StopMode::kForce);
         return ActionResult{};
       }},
      {"restart_machine",
       [](Actions& a, const Json& in) {
         a.machines().restart(decode<Name>(in).name);
         return ActionResult{};
       }},
      {"delete_machine",
       [](Actions& a, const Json& in) {
         a.machines().remove(decode<Name>(in).name);
         return ActionResult{};
       }},
      {"machines", [](Actions& a, const Json&) { return ActionResult{.result = encode(a.machines().list())}; }},
      {"console",
       [](Actions& a, const Json& in) {
         return ActionResult{.result = encode(a.machines().console(decode<Name>(in).name))};
       }},
      {"import_image",
       [](Actions& a, const Json& in) {
         const auto spec = decode<ImageSpec>(in);
         // hanbatd may not have root read for it what it could not read, nor change a file between check and use.
         for (const auto& path : {spec.metadata, spec.rootfs}) require_roots_file(path, "image");
         return ActionResult{.result = encode(a.machines().import_image(spec))};
       }},
      {"publish_image",
       [](Actions& a, const Json& in) {
         const auto what = decode<PublishImage>(in);
         return ActionResult{.result = encode(a.machines().publish(what.machine, what.alias))};
       }},
      {"images", [](Actions& a, const Json&) { return ActionResult{.result = encode(a.machines().images())}; }},
      {"delete_image",
       [](Actions& a, const Json& in) {
         a.machines().delete_image(decode<Name>(in).name);
         return ActionResult{};
       }},
      {"apply_balancers",
       [](Actions& a, const Json& in) {
         a.balancers_->apply(spec_of<BalancersSpec>(in));
         return ActionResult{};
       }},
      {"balancer_health",
       [](Actions& a, const Json&) { return ActionResult{.result = encode(a.balancers_->health())}; }},
      {"sweep",
       [](Actions& a, const Json& in) { return ActionResult{.result = encode(a.sweep(spec_of<SweepSpec>(in)))}; }},
      {"health", [](Actions& a, const Json&) { return ActionResult{.result = encode(a.examine())}; }},
      {"doctor", [](Actions&, const Json&) { return ActionResult{.result = encode(examine_machine())}; }},
  };
  const auto found = kActions.find(action);
  if (found == kActions.end()) throw HostError("Invalid", "no action " + std::string(action.substr(0, 40)));
  try {
    return found->second(*this, arguments);
  } catch (const JsonError& error) {
    throw HostError("Invalid", std::string(action) + ": " + error.what());
  }
}

std::vector<std::string> Actions::sweep(const SweepSpec& spec) {
  std::vector<std::string> removed;
  const auto wanted = [](const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const auto& machine : machines().list())
    if (!wanted(spec.machines, machine.name)) {
      machines().remove(machine.name);
      removed.push_back("machine " + machine.name);
    }
  for (const auto& id : networks_->list())
    if (!wanted(spec.vpc_ids, id)) {
      networks_->remove(id);
      removed.push_back("network " + id);
    }
  return removed;
}

ImageState Actions::import_image_folder(const std::string& name, const std::string& folder) {
  std::string metadata, rootfs;
  for (const auto& file : list_folder(folder)) {
    if (file.starts_with("metadata.tar")) metadata = folder + "/" + file;
    if (file.starts_with("rootfs.")) rootfs = folder + "/" + file;
  }
  if (metadata.empty() || rootfs.empty()) throw HostError("NotFound", "no metadata.tar.* and rootfs.* in " + folder);
  return machines().import_image({.alias = name, .metadata = metadata, .rootfs = rootfs});
}

Json Actions::status() {
  Json out = Json::object();
  out["incusd"] = incus_->pid();
  out["haproxy"] = balancers_->pid();
  out["networks"] = static_cast<std::int64_t>(networks_->list().size());
  std::unique_lock lock(ready_mutex_);
  const bool ready = incus_ready_;
  lock.unlock();
  if (!ready) return out;
  try {
    int running = 0;
    const auto all = machines_->list();
    for (const auto& machine : all) running += machine.status == "running";
    out["machines"] = fmt::format("{} running of {}", running, all.size());
  } catch (const HostError& error) {
    out["machines"] = error.what();  // incusd died a moment ago; it is being started
  }
  return out;
}

void Actions::down(const std::function<void(const std::string&)>& progress) {
  stopping_ = true;
  ready_.notify_all();
  if (incus_thread_.joinable()) incus_thread_.join();
  balancers_->down();
  progress("stopped the load balancers");
  incus_->down(progress);
  networks_->down(progress);
}

void serve_actions(Actions& actions, int socket) {
  std::counting_semaphore<32> slots(32);
  std::mutex sending;
  std::mutex threads_mutex;
  std::map<std::thread::id, std::thread> threads;
  std::vector<std::thread> done;
  const auto answer = [&](const ActionCall& call) {
    Json out = Json::object({{"id", call.id}});
    Fd descriptor;
    try {
      fault_point("hostd:before", call.action);
      ActionResult result = actions.run(call.action, call.arguments);
      fault_point("hostd:after", call.action);
      out["result"] = std::move(result.result);
      descriptor = std::move(result.descriptor);
    } catch (const HostError& error) {
      out["error"] = error.code;
      out["message"] = error.what();
    } catch (const std::exception& error) {
      out["error"] = "Failed";
      out["message"] = error.what();
    }
    try {
      std::lock_guard lock(sending);
      const int number = descriptor.get();
      send_message(socket, out.dump(), descriptor ? std::span<const int>(&number, 1) : std::span<const int>());
    } catch (const std::exception&) {
      // hanbatd is gone; the next one asks again.
    }
  };
  try {
    for (;;) {
      const ssize_t size = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      const Message message =
          receive_message(socket, std::min<std::size_t>(static_cast<std::size_t>(size), kMessageLimit));
      ActionCall call = read_call(message.bytes);
      slots.acquire();
      std::lock_guard lock(threads_mutex);
      for (auto& thread : done) thread.join();
      done.clear();
      std::thread thread([&, call = std::move(call)] {
        answer(call);
        slots.release();
        std::lock_guard inner(threads_mutex);
        const auto self = threads.find(std::this_thread::get_id());
        if (self == threads.end()) return;
        done.push_back(std::move(self->second));
        threads.erase(self);
      });
      const auto id = thread.get_id();
      threads.emplace(id, std::move(thread));
    }
  } catch (const std::exception&) {
    // What does not parse ends the connection: the other end is no hanbatd of ours.
  }
  ::shutdown(socket, SHUT_RDWR);
  for (;;) {
    std::thread next;
    {
      std::lock_guard lock(threads_mutex);
      if (!done.empty())
        next = std::move(done.back()), done.pop_back();
      else if (!threads.empty())
        next = std::move(threads.begin()->second), threads.erase(threads.begin());
      else
        break;
    }
    next.join();
  }
}

}  // namespace hanbat::host
