// Machines in Incus's terms.
#include "host/machines/machines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/text.h"
#include "base/time.h"
#include "host/error.h"
#include "host/validation.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

constexpr std::size_t kConsoleLimit = 64u << 10;
// Each machine has user and group ids of its own on the host: what gets out of one has no rights in another. Room for
// its system's 65,536 and for the ranges of a few users' own containers.
constexpr int kIdsPerMachine = 524288;

/// The region's certificate authority, which every machine trusts. hanbatd owns the file, so it is taken as text only.
std::string authority_of(const std::string& state_folder) {
  for (const char* name : {"/ca/ca.pem"}) {
    const int fd = ::open((state_folder + name).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) continue;
    const Fd file(fd);
    struct stat about{};
    if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size > 100000) continue;
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    text.resize(read_some(fd, text));
    const std::size_t key = text.find("-----BEGIN CERTIFICATE-----");
    if (key != std::string::npos && text.find("PRIVATE KEY") == std::string::npos) return text.substr(key);
  }
  return "";
}

int host_pid_max() { return static_cast<int>(parse_int(trim(read_file("/proc/sys/kernel/pid_max"))).value_or(32768)); }

Json limits_of(const MachineSpec& spec) {
  return Json::object({
      {"limits.cpu.allowance", fmt::format("{}ms/100ms", spec.cpus * 100)},
      {"limits.memory", fmt::format("{}MiB", spec.memory_mib)},
      {"limits.processes", std::to_string(process_limit(spec.memory_mib, host_pid_max()))},
  });
}

Json config_of(const MachineSpec& spec, const std::string& authority) {
  Json config = limits_of(spec);
  config["security.guestapi"] = "false";
  config["security.idmap.isolated"] = "true";
  config["security.idmap.size"] = std::to_string(kIdsPerMachine);
  config["security.nesting"] = spec.nesting ? "true" : "false";
  config["user.hanbat"] = "machine";
  if (!authority.empty()) config["user.hanbat.ca"] = authority;
  for (const auto& variable : spec.environment) config["environment." + variable.key] = variable.value;
  for (const auto& label : spec.labels) config["user.label." + label.key] = label.value;
  return config;
}

Json devices_of(const MachineSpec& spec) {
  Json devices = Json::object();
  devices["root"] = Json::object(
      {{"type", "disk"}, {"path", "/"}, {"pool", "hanbat"}, {"size", fmt::format("{}GiB", spec.disk_gib)}});
  int number = 0;
  for (const auto& nic : spec.nics) {
    const std::string name = fmt::format("eth{}", number++);
    devices[name] = Json::object({{"type", "nic"},
                                  {"nictype", "p2p"},
                                  {"name", name},
                                  {"host_name", device_name(nic.interface_id)},
                                  {"hwaddr", nic.mac}});
  }
  number = 0;
  for (const auto& folder : spec.folders) {
    Json device = Json::object({{"type", "disk"}, {"source", folder.source}, {"path", folder.path}, {"shift", "true"}});
    if (folder.read_only) device["readonly"] = "true";
    devices[fmt::format("folder{}", number++)] = std::move(device);
  }
  return devices;
}

void add_counters(MachineCounters& all, const Json& nic) {
  all.received_bytes += nic.integer("bytes_received");
  all.sent_bytes += nic.integer("bytes_sent");
  all.received_packets += nic.integer("packets_received");
  all.sent_packets += nic.integer("packets_sent");
}

}  // namespace

MachineState state_of(const Json& instance) {
  MachineState state;
  state.name = instance.text("name");
  const std::string status = instance.text("status");
  state.status = status == "Running"   ? MachineStatus::kRunning
                 : status == "Stopped" ? MachineStatus::kStopped
                                       : MachineStatus::kOther;
  for (const auto& [key, value] : instance["config"].members())
    if (key.starts_with("user.label."))
      state.labels.push_back({key.substr(11), value.is_string() ? value.as_string() : ""});
  const Json& live = instance["state"];
  if (live.is_object()) {
    state.memory_bytes = live["memory"].integer("usage");
    state.counters.cpu_ns = live["cpu"].integer("usage");
    // Its own NICs alone: a guest has bridges and tunnels of its own besides.
    if (live["network"].is_object())
      for (const auto& [name, device] : live["network"].members())
        if (instance["devices"][name].text("type") == "nic") add_counters(state.counters, device["counters"]);
    if (const auto at = parse_iso8601(live.text("started_at"))) state.started_at_ms = at->ms;
  }
  return state;
}

int process_limit(int memory_mib, int host_pid_max) { return std::min(memory_mib * 8, host_pid_max / 4); }

Machines::Machines(Incus& incus, std::string state_folder, std::function<void()> placed)
    : incus_(incus), state_folder_(std::move(state_folder)), placed_(std::move(placed)) {}

void Machines::create(const MachineSpec& spec) {
  for (const auto& folder : spec.folders) require_own_folder(state_folder_ + "/shared", folder.source);
  try {
    const Json there = incus_.request("GET", "/1.0/instances/" + spec.name);
    if (there["config"].text("user.hanbat") == "machine") return fit(spec, there["config"]);
  } catch (const HostError& error) {
    if (error.code != HostErrorCode::kNotFound) throw;
  }
  const std::string fingerprint = find_image(spec.image);
  if (fingerprint.empty()) throw HostError(HostErrorCode::kNotFound, "no image " + spec.image);
  const auto make = [&](const Json& devices) {
    incus_.request("POST", "/1.0/instances",
                   Json::object({{"name", spec.name},
                                 {"type", "container"},
                                 {"profiles", Json::array()},
                                 {"source", Json::object({{"type", "image"}, {"fingerprint", fingerprint}})},
                                 {"config", config_of(spec, authority_of(state_folder_))},
                                 {"devices", devices}}),
                   std::chrono::seconds(300));
  };
  make(devices_of(spec));
}

/// A machine that is there has the limits of the specification from now on.
void Machines::fit(const MachineSpec& spec, const Json& config) {
  const Json limits = limits_of(spec);
  const bool fits = std::ranges::all_of(
      limits.members(), [&](const auto& limit) { return config.text(limit.first) == limit.second.as_string(); });
  if (!fits) incus_.request("PATCH", "/1.0/instances/" + spec.name, Json::object({{"config", limits}}));
}

std::string Machines::find_image(const std::string& alias) {
  try {
    return incus_.request("GET", "/1.0/images/aliases/" + alias).text("target");
  } catch (const HostError& error) {
    if (error.code != HostErrorCode::kNotFound) throw;
    return "";
  }
}

Json Machines::require(const std::string& name) {
  Json instance = incus_.request("GET", "/1.0/instances/" + name);
  if (instance["config"].text("user.hanbat") != "machine")
    throw HostError(HostErrorCode::kNotFound, "no machine " + name);
  return instance;
}

std::string Machines::status_of(const std::string& name) { return require(name).text("status"); }

void Machines::set_state(const std::string& name, const std::string& action, int timeout_seconds, bool force) {
  incus_.request("PUT", "/1.0/instances/" + name + "/state",
                 Json::object({{"action", action}, {"timeout", timeout_seconds}, {"force", force}}),
                 std::chrono::seconds(timeout_seconds + 60));
}

void Machines::start(const std::string& name) {
  if (const Json instance = require(name); instance.text("status") != "Running") {
    require_own_folders(instance);
    try {
      set_state(name, "start", 60, false);
    } catch (const HostError&) {
      // After a boot, incusd starts by itself what ran before, and may have been first.
      if (status_of(name) != "Running") throw;
    }
  }
  placed_();
}

void Machines::stop(const std::string& name, StopMode mode) {
  if (status_of(name) == "Stopped") return;
  if (mode == StopMode::kGraceful) {
    try {
      set_state(name, "stop", 30, false);
      restore_folder_owners(name);
      return;
    } catch (const HostError&) {
      // Its init did not listen in time: as on AWS, the power goes.
    }
  }
  if (status_of(name) != "Stopped") set_state(name, "stop", 30, true);
  restore_folder_owners(name);
}

void Machines::restart(const std::string& name) {
  stop(name, StopMode::kGraceful);
  start(name);
}

/// The folders that Incus will mount are still hanbatd's own, and no links that lead elsewhere.
void Machines::require_own_folders(const Json& instance) {
  if (!instance["devices"].is_object())
    throw HostError(HostErrorCode::kFailed, "incusd has not finished making " + instance.text("name"));
  for (const auto& [device, about] : instance["devices"].members())
    if (const std::string source = about.text("source"); !source.empty())
      require_own_folder(state_folder_ + "/shared", source);
}

std::vector<std::string> machines_without(const Json& instances, const std::set<std::string>& missing_links,
                                          std::int64_t now_ms) {
  constexpr std::int64_t kForAWhile = 60'000;
  std::vector<std::string> names;
  for (const Json& instance : instances.items()) {
    // One that Incus is still making has a name and nothing else.
    if (instance["config"].text("user.hanbat") != "machine" || !instance["devices"].is_object()) continue;
    const MachineState state = state_of(instance);
    if (state.status != MachineStatus::kRunning || now_ms - state.started_at_ms < kForAWhile) continue;
    for (const auto& [name, device] : instance["devices"].members())
      if (missing_links.contains(device.text("host_name"))) {
        names.push_back(state.name);
        break;
      }
  }
  return names;
}

void Machines::restart_without(const std::set<std::string>& missing_links) {
  const Json instances = incus_.request("GET", "/1.0/instances?recursion=2");
  for (const std::string& name : machines_without(instances, missing_links, SystemClock().now().ms)) {
    spdlog::warn("machine {} lost its link: it is restarted", name);
    restart(name);
  }
}

void Machines::remove(const std::string& name) {
  try {
    if (status_of(name) != "Stopped") set_state(name, "stop", 30, true);
    restore_folder_owners(name);
    incus_.request("DELETE", "/1.0/instances/" + name);
  } catch (const HostError& error) {
    if (error.code != HostErrorCode::kNotFound) throw;
  }
}

/// What a machine's root wrote into a shared folder belongs to root; hanbatd, whose folder it is, must be able to
/// remove it.
void Machines::restore_folder_owners(const std::string& name) {
  const Json instance = incus_.request("GET", "/1.0/instances/" + name);
  if (!instance["devices"].is_object()) return;  // Incus has not finished making it: nothing is mounted in it yet
  for (const auto& [device, about] : instance["devices"].members()) {
    const std::string source = about.text("source");
    if (!source.starts_with(state_folder_ + "/shared/") || about.text("readonly") == "true") continue;
    try {
      require_own_folder(state_folder_ + "/shared", source);
    } catch (const HostError&) {
      continue;  // gone already, or a link now: nothing to hand back, and nothing else is touched
    }
    struct stat owner{};
    if (::stat((state_folder_ + "/shared").c_str(), &owner) == 0)
      run_capture({"chown", "-hR", fmt::format("{}:{}", owner.st_uid, owner.st_gid), source});
  }
}

std::vector<MachineState> Machines::list() {
  std::vector<MachineState> all;
  const Json instances = incus_.request("GET", "/1.0/instances?recursion=2");
  for (const auto& instance : instances.items()) {
    if (instance["config"].text("user.hanbat") == "machine")
      all.push_back(state_of(instance));
    else if (!instance["config"].is_object())
      // Incus could not look at it just now, as when it has too much to do: it is there all the same.
      all.push_back({.name = instance.text("name")});
  }
  return all;
}

std::string Machines::console(const std::string& name) {
  std::string log = incus_.fetch("/1.0/instances/" + name + "/console");
  if (log.size() > kConsoleLimit) log.erase(0, log.size() - kConsoleLimit);
  // JSON carries text: what is no ASCII stays out of it.
  for (char& c : log)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return log;
}

void Machines::import_image(const ImageFiles& files) {
  // The fingerprint of an image is the hash of both files one after the other: known before anything is uploaded.
  const std::string sum =
      run_checked({"sh", "-c", "cat -- \"$1\" \"$2\" | sha256sum", "sh", files.metadata, files.rootfs});
  const std::string fingerprint = sum.substr(0, 64);
  const std::string before = find_image(files.alias);
  if (before != fingerprint) {
    bool there = true;
    try {
      incus_.request("GET", "/1.0/images/" + fingerprint);
    } catch (const HostError& error) {
      if (error.code != HostErrorCode::kNotFound) throw;
      there = false;
    }
    if (!there) incus_.command({"image", "import", files.metadata, files.rootfs});
    if (!before.empty()) incus_.request("DELETE", "/1.0/images/aliases/" + files.alias);
    incus_.request("POST", "/1.0/images/aliases",
                   Json::object({{"name", files.alias}, {"target", fingerprint}, {"type", "container"}}));
    if (!before.empty()) {
      const Json old = incus_.request("GET", "/1.0/images/" + before);
      if (old["aliases"].empty()) incus_.request("DELETE", "/1.0/images/" + before);
    }
  }
  unpack(fingerprint);
}

/// The pool unpacks an image when the first machine is made of it, which takes seconds: so one is made at once, and
/// removed.
void Machines::unpack(const std::string& fingerprint) {
  const std::string name = "hb-unpack-" + fingerprint.substr(0, 12);
  const Json volumes = incus_.request("GET", "/1.0/storage-pools/hanbat/volumes/image");
  for (const auto& volume : volumes.items())
    if (volume.is_string() && volume.as_string().ends_with("/" + fingerprint)) return;
  try {
    incus_.request(
        "POST", "/1.0/instances",
        Json::object({{"name", name},
                      {"type", "container"},
                      {"profiles", Json::array()},
                      {"source", Json::object({{"type", "image"}, {"fingerprint", fingerprint}})},
                      {"devices",
                       Json::object({{"root", Json::object({{"type", "disk"}, {"path", "/"}, {"pool", "hanbat"}})}})}}),
        std::chrono::seconds(300));
    incus_.request("DELETE", "/1.0/instances/" + name);
  } catch (const HostError&) {
    // Only the first machine's start would have been quicker.
  }
}

std::vector<ImageState> Machines::images() {
  std::vector<ImageState> all;
  const Json images = incus_.request("GET", "/1.0/images?recursion=1");
  for (const auto& image : images.items())
    for (const auto& alias : image["aliases"].items())
      all.push_back(
          {.alias = alias.text("name"), .fingerprint = image.text("fingerprint"), .size_bytes = image.integer("size")});
  return all;
}

std::vector<Finding> Machines::examine_images() {
  std::vector<Finding> findings;
  std::set<std::string> missing = {"amzn2", "codebuild"};
  for (const ImageState& image : images()) {
    missing.erase(image.alias);
    std::string problem;
    for (const char* part : {"", ".rootfs"}) {
      const std::string file = incus_.folder() + "/dir/images/" + image.fingerprint + part;
      if (*part && !path_exists(file)) continue;  // an image of one file
      try {
        char first[4];
        if (read_some(open_file(file, O_RDONLY).get(), first) != sizeof first) problem = file + " is empty";
      } catch (const std::system_error& error) {
        problem = error.what();
      }
    }
    findings.push_back(
        {.what = "machine image " + image.alias,
         .severity = problem.empty() ? Severity::kOk : Severity::kMissing,
         .detail = problem,
         .remedy = problem.empty() ? "" : "Machines that are there run on. Bring it in anew: hanbat up"});
  }
  for (const auto& alias : missing)
    findings.push_back({.what = "machine image " + alias,
                        .severity = Severity::kMissing,
                        .detail = "the region has none, so nothing starts from it",
                        .remedy = "hanbat image build " + alias});
  return findings;
}

}  // namespace hanbat::host
