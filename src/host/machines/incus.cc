// The daemon's life, and its REST API.
#include "host/machines/incus.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <system_error>
#include <thread>

#include "base/text.h"
#include "host/error.h"
#include "host/machines/monitors.h"
#include "host/machines/pool_quotas.h"
#include "host/networks/kernel.h"
#include "http/client.h"
#include "os/files.h"
#include "os/process.h"
#include "os/sockets.h"

namespace hanbat::host {
namespace {

std::string incusd_program() {
  for (const char* path : {"/usr/libexec/incus/incusd", "/usr/lib/incus/incusd", "/opt/incus/bin/incusd"})
    if (::access(path, X_OK) == 0) return path;
  return "incusd";
}

}  // namespace

Incus::Incus(std::string folder) : folder_(std::move(folder)) {
  make_folders(folder_ + "/dir");
  http::ClientOptions options;
  options.io_timeout = std::chrono::seconds(180);
  client_ = std::make_unique<http::Client>(http::Endpoint::unix_socket(socket_path()), options);
}

Incus::~Incus() = default;

std::string Incus::socket_path() const { return folder_ + "/dir/unix.socket"; }

int Incus::pid() const { return find_process(folder_ + "/incusd.pid", "incusd"); }

bool Incus::answers() {
  try {
    connect_unix(socket_path());
    return request("GET", "/1.0").is_object();
  } catch (const std::exception&) {
    return false;
  }
}

void Incus::spawn() {
  const Fd log = open_file(folder_ + "/incusd.log", O_WRONLY | O_CREAT | O_APPEND, 0640);
  SpawnOptions options;
  options.variables = {{"INCUS_DIR", folder_ + "/dir"}};
  options.folder = "/";
  options.out = Stdio::of(log.get());
  options.err = Stdio::of(log.get());
  const pid_t pid = Process::spawn({incusd_program(), "--group", "root"}, options).detach();
  write_file_atomic(folder_ + "/incusd.pid", std::to_string(pid) + "\n");
}

void Incus::start() {
  if (pid() == 0) spawn();
  for (int i = 0; i < 3000 && !answers(); ++i) {
    if (pid() == 0)
      throw HostError(HostErrorCode::kFailed, "incusd ended as it started; its log is " + folder_ + "/incusd.log");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (!answers())
    throw HostError(HostErrorCode::kFailed, "incusd does not answer; its log is " + folder_ + "/incusd.log");
  set_up();
}

void Incus::set_up() {
  const Json pools = request("GET", "/1.0/storage-pools");
  if (pools.empty()) {
    struct statvfs disk{};
    ::statvfs(folder_.c_str(), &disk);
    const std::uint64_t free_gib = disk.f_bavail * disk.f_frsize >> 30;
    // The loop file is sparse: it may promise most of the disk.
    const std::uint64_t size = std::clamp<std::uint64_t>(free_gib * 8 / 10, 5, 500);
    try {
      request("POST", "/1.0/storage-pools",
              Json::object({{"name", "hanbat"},
                            {"driver", "btrfs"},
                            {"config", Json::object({{"size", fmt::format("{}GiB", size)}})}}));
    } catch (const HostError&) {
      request("POST", "/1.0/storage-pools",
              Json::object({{"name", "hanbat"}, {"driver", "dir"}, {"config", Json::object()}}));
    }
  }
  const std::string pool = folder_ + "/dir/storage-pools/hanbat";
  if (make_quotas_simple(pool)) limit_machines(pool);
}

/// What Incus set while the pool had full quotas went with these.
void Incus::limit_machines(const std::string& pool) {
  const Json machines = request("GET", "/1.0/instances?recursion=1");
  for (const Json& machine : machines.items()) {
    const std::string size = machine["devices"]["root"].text("size");
    const auto gib = parse_int(size.substr(0, size.find("GiB")));
    if (!gib) continue;
    try {
      limit_subvolume(pool + "/containers/" + machine.text("name"), static_cast<std::uint64_t>(*gib) << 30);
    } catch (const std::system_error& error) {
      spdlog::warn("the disk of {} has no limit: {}", machine.text("name"), error.what());
    }
  }
}

void Incus::watch() {
  if (pid() == 0) start();
}

Json Incus::request(std::string_view method, const std::string& path, const Json& body, std::chrono::seconds longest) {
  http::ClientRequest request;
  request.method = method;
  request.target = path;
  if (!body.is_null()) {
    request.body = body.dump();
    request.headers.set("Content-Type", "application/json");
  }
  Json answer;
  try {
    answer = Json::parse(client_->send(request).body);
  } catch (const JsonError& error) {
    throw HostError(HostErrorCode::kFailed, std::string("incusd: ") + error.what());
  } catch (const http::Error& error) {
    throw HostError(HostErrorCode::kFailed, std::string("incusd: ") + error.what());
  }
  const std::string type = answer.text("type");
  if (type == "error") {
    const auto code = answer.integer("error_code");
    throw HostError(code == 404 ? HostErrorCode::kNotFound : HostErrorCode::kFailed,
                    fmt::format("incusd: {} {}: {}", method, path, answer.text("error")));
  }
  if (type != "async") return answer["metadata"];
  const Json done = this->request("GET", fmt::format("{}/wait?timeout={}", answer.text("operation"), longest.count()));
  if (done.integer("status_code") != 200) {
    const std::string why = done.text("err");
    throw HostError(HostErrorCode::kFailed,
                    fmt::format("incusd: {} {}: {}", method, path, why.empty() ? done.text("status") : why));
  }
  return done["metadata"];
}

std::string Incus::fetch(const std::string& path) {
  http::ClientRequest request;
  request.target = path;
  try {
    const http::Response answer = client_->send(request);
    if (answer.status == 404) throw HostError(HostErrorCode::kNotFound, "incusd: " + path);
    if (answer.status != 200)
      throw HostError(HostErrorCode::kFailed, fmt::format("incusd: {}: {}", path, answer.status));
    return answer.body;
  } catch (const http::Error& error) {
    throw HostError(HostErrorCode::kFailed, std::string("incusd: ") + error.what());
  }
}

std::string Incus::command(const std::vector<std::string>& arguments) {
  std::vector<std::string> argv = {"incus"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  CaptureOptions options;
  options.spawn.variables = {{"INCUS_DIR", folder_ + "/dir"}, {"HOME", folder_}, {"INCUS_CONF", folder_ + "/client"}};
  options.timeout = std::chrono::minutes(10);
  const Captured result = run_capture(argv, options);
  if (!result.ok())
    throw HostError(HostErrorCode::kFailed, "incus " + arguments.front() + ": " + result.err.substr(0, 600));
  return result.out;
}

/// incusd stops as many machines at once as there are processors, and gives each half a minute before it takes its
/// power: as long as one after the other ends, it is waited for.
void Incus::wait_for_machines(const std::function<void(const std::string&)>& progress) const {
  constexpr auto kLongestStop = std::chrono::seconds(60);
  constexpr auto kTell = std::chrono::seconds(5);
  using Clock = std::chrono::steady_clock;
  auto last_end = Clock::now(), told = last_end;
  std::size_t left = monitors_of(folder_ + "/dir").size();
  for (int look = 1; pid() != 0 && Clock::now() - last_end < kLongestStop; ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (look % 10 != 0) continue;
    const std::size_t now = monitors_of(folder_ + "/dir").size();
    if (now < left) last_end = Clock::now();
    left = now;
    if (left == 0 || Clock::now() - told < kTell) continue;
    told = Clock::now();
    progress(fmt::format("stopping the machines: {} left", left));
  }
}

void Incus::down(const std::function<void(const std::string&)>& progress, StopMode machines) {
  // Machines outlive a daemon that died: only a daemon can stop them in order.
  if (pid() == 0 && !list_folder(folder_ + "/dir").empty()) {
    try {
      start();
    } catch (const std::exception& error) {
      progress(std::string("the machines cannot be stopped in order: ") + error.what());
    }
  }
  const int process = pid();
  if (process != 0) {
    progress("stopping the machines");
    if (machines == StopMode::kForce) cut_power(folder_ + "/dir");
    // SIGPWR asks incusd to stop its instances too; those that ran are started again with it.
    ::kill(process, SIGPWR);
    wait_for_machines(progress);
    end_process(pid());
  }
  for (const Monitor& monitor : monitors_of(folder_ + "/dir"))
    progress("the machine " + monitor.machine + " does not stop: its power is taken");
  cut_power(folder_ + "/dir");
  // What incusd leaves mounted: its shared folders, and the pool.
  const std::string mounts = read_file("/proc/self/mounts");
  std::vector<std::string> ours;
  for (const auto& line : split(mounts, '\n')) {
    const auto fields = split(line, ' ');
    if (fields.size() > 1 && std::string(fields[1]).starts_with(folder_ + "/")) ours.emplace_back(fields[1]);
  }
  for (auto it = ours.rbegin(); it != ours.rend(); ++it) run_capture({"umount", "-l", *it});
  for (const auto& device : split(run_capture({"losetup", "-n", "-O", "NAME,BACK-FILE"}).out, '\n')) {
    const auto at = device.find(folder_ + "/");
    if (at != std::string::npos) run_capture({"losetup", "-d", std::string(trim(device.substr(0, device.find(' '))))});
  }
  progress("stopped incusd");
}

}  // namespace hanbat::host
