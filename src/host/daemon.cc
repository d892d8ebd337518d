// What carries out each action.
#include "host/daemon.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <type_traits>

#include "host/balancers/balancers.h"
#include "host/codec.h"
#include "host/listening/listening.h"
#include "host/machines/incus.h"
#include "host/machines/machines.h"
#include "host/machines/restored.h"
#include "host/machines/shares.h"
#include "host/networks/kernel.h"
#include "host/networks/networks.h"
#include "host/networks/probe.h"
#include "host/ssh/ssh_server.h"
#include "host/validation.h"
#include "os/files.h"

namespace hanbat::host {
Actions::Actions(std::string state_folder, const EdgeRange& range, const std::string& ssh_programs)
    : state_folder_(std::move(state_folder)), range_(range) {
  const std::string own = state_folder_ + "/host";
  incus_ = std::make_unique<Incus>(own + "/incus");
  networks_ = std::make_unique<Networks>(own + "/networks", range_);
  machines_ = std::make_unique<Machines>(*incus_, state_folder_,
                                         [this] { networks_->adopt_interfaces(Networks::Arrival::kAny); });
  balancers_ = std::make_unique<Balancers>(own + "/balancers");
  const auto listening = ListenSetting::find(state_folder_);
  ssh_ = std::make_unique<SshServer>(SshPlaces{own + "/ssh", state_folder_ + "/ssh/git.sock", ssh_programs,
                                               range_.endpoint(), listening ? SshJump::kYes : SshJump::kNo});
  listening_ = std::make_unique<Listening>(state_folder_, listening, range_.endpoint());
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
  ssh_->keep();
  listening_->keep();
}

void Actions::watch() {
  while (!stopping_) {
    ssh_->keep();
    listening_->keep();
    std::string failure;
    try {
      if (incus_ready_) {
        incus_->watch();
        check_links();
      } else {
        incus_->start();
        adopt_restored(*incus_, state_folder_, [](const std::string& line) { spdlog::info("{}", line); });
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

/// What misses its link at two looks in a row is not just being started. The machines' shares of the processors are
/// looked at beside it.
void Actions::check_links() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_look_) return;
  next_look_ = now + std::chrono::seconds(15);
  std::set<std::string> missing = networks_->missing_links(), twice;
  std::set_intersection(missing.begin(), missing.end(), links_missed_.begin(), links_missed_.end(),
                        std::inserter(twice, twice.end()));
  links_missed_ = std::move(missing);
  try {
    for (const auto& [name, share] : shares_of(machines_->list())) give_share(name, share);
    if (!twice.empty()) machines_->restart_without(twice);
  } catch (const std::exception& error) {  // whatever a look finds, it must not stop all that concerns machines
    spdlog::warn("a machine without its link could not be restarted: {}", error.what());
  }
}

Machines& Actions::ready_machines() {
  std::unique_lock lock(ready_mutex_);
  ready_.wait_for(lock, std::chrono::seconds(60),
                  [this] { return incus_ready_ || stopping_ || !incus_failure_.empty(); });
  if (!incus_ready_)
    throw HostError(HostErrorCode::kFailed, incus_failure_.empty() ? "incusd is not up" : incus_failure_);
  return *machines_;
}

void Actions::apply_vpc(const VpcSpec& spec) { networks_->apply(spec); }
void Actions::remove_vpc(const VpcName& vpc) { networks_->remove(vpc.name); }
std::vector<VpcState> Actions::vpcs(const Nothing&) { return networks_->states(); }
TrialResult Actions::try_packet(const PacketTrial& trial) { return networks_->try_packet(trial); }
Fd Actions::listen(const ListenSpec& spec) { return networks_->listen(spec); }

void Actions::create_machine(const MachineSpec& spec) { ready_machines().create(spec); }
void Actions::start_machine(const MachineName& machine) { ready_machines().start(machine.name); }
void Actions::stop_machine(const MachineStop& stop) { ready_machines().stop(stop.name, stop.mode); }
void Actions::restart_machine(const MachineName& machine) { ready_machines().restart(machine.name); }
void Actions::delete_machine(const MachineName& machine) { ready_machines().remove(machine.name); }
std::vector<MachineState> Actions::machines(const Nothing&) { return ready_machines().list(); }
std::string Actions::console(const MachineName& machine) { return ready_machines().console(machine.name); }
std::vector<ImageState> Actions::images(const Nothing&) { return ready_machines().images(); }

void Actions::apply_balancers(const BalancersSpec& spec) { balancers_->apply(spec); }
std::vector<TargetHealth> Actions::balancer_health(const Nothing&) { return balancers_->health(); }
std::vector<ResponseTimes> Actions::take_times(const Nothing&) { return balancers_->take_times(); }

LogBatch Actions::take_logs(const BalancerName& balancer) { return balancers_->logs().take(balancer); }
void Actions::drop_logs(const LogBatchName& batch) { balancers_->logs().drop(batch); }

std::vector<Count> Actions::counts(const CountsOf& of) {
  return of.source == CountSource::kVpcs ? networks_->counts() : balancers_->counts();
}
void Actions::drop_counts(const BookedCounts& booked) {
  networks_->drop_counts(booked);
  balancers_->drop_counts(booked);
}

std::vector<Finding> Actions::health(const Nothing&) {
  std::vector<Finding> findings;
  std::unique_lock lock(ready_mutex_);
  const bool ready = incus_ready_;
  const std::string failure = incus_failure_;
  lock.unlock();
  findings.push_back({.what = "incusd",
                      .severity = ready ? Severity::kOk : Severity::kMissing,
                      .detail = ready             ? ""
                                : failure.empty() ? "it is being started"
                                                  : failure,
                      .remedy = ready ? "" : "It is started every 2 s; tools/install brings it where it is missing"});
  if (ready) {
    try {
      for (const auto& finding : machines_->examine_images()) findings.push_back(finding);
    } catch (const HostError& error) {
      findings.push_back({.what = "machine images",
                          .severity = Severity::kMissing,
                          .detail = error.what(),
                          .remedy = "incusd's log says more: host/incus/incusd.log in the state folder"});
    }
  }
  for (auto& finding : networks_->examine()) findings.push_back(std::move(finding));
  for (auto& finding : probe_way_out(range_)) findings.push_back(std::move(finding));
  for (auto& finding : balancers_->examine()) findings.push_back(std::move(finding));
  if (auto finding = ssh_->examine()) findings.push_back(*std::move(finding));
  if (auto finding = listening_->examine()) findings.push_back(*std::move(finding));
  return findings;
}

ActionResult Actions::run(std::string_view action, const Json& arguments) {
  const Bounds bounds{state_folder_ + "/shared", range_};
  const auto perform = [&]<class Argument, class Result>(Result (Actions::*method)(const Argument&)) {
    const auto argument = read_argument<Argument>(arguments, bounds);
    ActionResult out;
    if constexpr (std::is_void_v<Result>)
      (this->*method)(argument);
    else if constexpr (std::is_same_v<Result, Fd>)
      out.descriptor = (this->*method)(argument);
    else
      out.result = encode((this->*method)(argument));
    return out;
  };
  try {
#define HANBAT_PERFORM(name, Argument, Result) \
  if (action == #name) return perform(&Actions::name);
    HANBAT_HOST_ACTIONS(HANBAT_PERFORM)
#undef HANBAT_PERFORM
  } catch (const JsonError& error) {
    throw HostError(HostErrorCode::kInvalid, std::string(action) + ": " + error.what());
  }
  throw HostError(HostErrorCode::kInvalid, "no action " + std::string(action.substr(0, 40)));
}

void Actions::import_image(const std::string& name, const std::string& folder) {
  require_name(name, "image");
  std::string metadata, rootfs;
  for (const auto& file : list_folder(folder)) {
    if (file.starts_with("metadata.tar")) metadata = folder + "/" + file;
    if (file.starts_with("rootfs.")) rootfs = folder + "/" + file;
  }
  if (metadata.empty() || rootfs.empty())
    throw HostError(HostErrorCode::kNotFound, "no metadata.tar.* and rootfs.* in " + folder);
  ready_machines().import_image({.alias = name, .metadata = metadata, .rootfs = rootfs});
}

Json Actions::status() {
  Json out = Json::object();
  out["incusd"] = incus_->pid();
  out["haproxy"] = balancers_->pid();
  out["sshd"] = ssh_->pid();
  if (const int listener = listening_->pid(); listener != 0) out["listener"] = listener;
  out["networks"] = static_cast<std::int64_t>(networks_->list().size());
  std::unique_lock lock(ready_mutex_);
  const bool ready = incus_ready_;
  lock.unlock();
  if (!ready) return out;
  try {
    int running = 0;
    const auto all = machines_->list();
    for (const auto& machine : all) running += machine.status == MachineStatus::kRunning;
    out["machines"] = fmt::format("{} running of {}", running, all.size());
  } catch (const HostError& error) {
    out["machines"] = error.what();  // incusd died a moment ago; it is being started
  }
  return out;
}

void Actions::down(const std::function<void(const std::string&)>& progress, StopMode machines) {
  stopping_ = true;
  ready_.notify_all();
  if (incus_thread_.joinable()) incus_thread_.join();
  listening_->down();
  ssh_->down();
  balancers_->down();
  progress("stopped the load balancers");
  incus_->down(progress, machines);
  networks_->down(progress);
}

}  // namespace hanbat::host
