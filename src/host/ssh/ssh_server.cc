#include "host/ssh/ssh_server.h"

#include <fmt/format.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <thread>

#include "base/text.h"
#include "host/error.h"
#include "host/networks/kernel.h"
#include "host/networks/plan.h"
#include "host/users.h"
#include "os/fd.h"
#include "os/files.h"
#include "os/namespaces.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

constexpr const char* kSshd = "/usr/sbin/sshd";

void give_to(const std::string& path, const Owner& owner, mode_t mode) {
  if (::chown(path.c_str(), owner.uid, owner.gid) != 0 || ::chmod(path.c_str(), mode) != 0)
    throw_errno("give " + path + " to " + kSshUser);
}

constexpr std::chrono::seconds kSessionGrace{2};

/// The server's processes: those of its user in the edge's network. A machine's own containers may have a user of the
/// same number.
std::vector<pid_t> processes_of(unsigned uid) {
  std::vector<pid_t> found;
  struct stat edge{};
  if (::stat(fmt::format("/run/netns/{}", kEdge).c_str(), &edge) != 0) return found;
  for (const auto& name : list_folder("/proc")) {
    if (!std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c); })) continue;
    struct stat about{}, network{};
    if (::stat(("/proc/" + name).c_str(), &about) == 0 && about.st_uid == uid &&
        ::stat(("/proc/" + name + "/ns/net").c_str(), &network) == 0 && network.st_ino == edge.st_ino)
      found.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return found;
}

/// Sessions of clients outlive the server that let them in.
void end_sessions(unsigned uid) {
  for (const int signal : {SIGTERM, SIGKILL}) {
    for (const pid_t pid : processes_of(uid)) ::kill(pid, signal);
    const auto until = std::chrono::steady_clock::now() + kSessionGrace;
    while (!processes_of(uid).empty() && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

SshServer::SshServer(SshPlaces places) : places_(std::move(places)) {}

int SshServer::pid() const { return find_process(places_.folder + "/run/sshd.pid", places_.folder); }

bool SshServer::serves() const {
  const int process = pid();
  if (process == 0) return false;
  struct stat its{}, named{};
  return ::stat(fmt::format("/proc/{}/ns/net", process).c_str(), &its) == 0 &&
         ::stat(fmt::format("/run/netns/{}", kEdge).c_str(), &named) == 0 && its.st_ino == named.st_ino &&
         find_file(places_.folder + "/sshd_config") == sshd_config(places_);
}

void SshServer::keep() {
  if (places_.programs.empty()) return;
  const std::lock_guard lock(mutex_);
  std::string failure;
  missing_ = ::access(kSshd, X_OK) != 0;
  try {
    if (!missing_ && !serves()) {
      end_process(pid());
      start();
      spdlog::info("sshd serves git clients at {}:22", places_.address);
    }
  } catch (const std::exception& error) {
    failure = error.what();
    if (failure != failure_) spdlog::warn("sshd for git clients: {}", failure);
  }
  failure_ = failure;
}

/// Made once: a client that knew another key would warn its user of an attack.
void SshServer::make_keys(unsigned uid, unsigned gid) const {
  std::string known;
  for (const auto& kind : ssh_key_kinds()) {
    const std::string key = ssh_host_key(places_.folder, kind), making = key + ".new";
    if (!path_exists(key)) {
      for (const char* part : {"", ".pub"}) ::unlink((making + part).c_str());
      run_checked({"ssh-keygen", "-q", "-t", kind, "-N", "", "-C", kSshHostName, "-f", making});
      // The private half last: with it the pair is there.
      for (const char* part : {".pub", ""})
        if (::rename((making + part).c_str(), (key + part).c_str()) != 0) throw_errno("keep " + key);
      sync_folder(places_.folder);
    }
    give_to(key, {uid, gid}, 0600);
    known += fmt::format("{} {}\n", kSshHostName, trim(read_file(key + ".pub")));
  }
  write_file_atomic(places_.folder + "/known_hosts", known, 0644);
}

void SshServer::start() {
  if (!namespace_exists(kEdge)) throw HostError(HostErrorCode::kFailed, "the edge is not there yet");
  const Owner owner = require_user(kSshUser);
  make_folders(places_.folder, 0755);
  make_folders(places_.folder + "/run", 0755);
  give_to(places_.folder + "/run", owner, 0755);
  make_keys(owner.uid, owner.gid);
  write_file_atomic(places_.folder + "/client_config", ssh_client_config(places_), 0644);
  write_file_atomic(places_.folder + "/sshd_config", sshd_config(places_), 0644);
  // So that it needs no right for its port. Nobody else without rights has anything in this namespace.
  write_sysctl(kEdge, "ipv4/ip_unprivileged_port_start", "22");

  const Fd space = open_network_namespace(kEdge);
  CaptureOptions options;
  options.spawn.namespaces = {space.get()};
  options.spawn.user = User{.uid = owner.uid, .gid = owner.gid, .groups = {}};
  options.spawn.privileges = Privileges::kGiveUp;
  options.spawn.environment = Environment::kEmpty;
  options.spawn.folder = "/";
  options.spawn.variables = {{"PATH", "/usr/bin:/bin"}, {"LD_PRELOAD", places_.programs + "/hanbat-ssh-names.so"}};
  options.timeout = std::chrono::seconds(20);
  const Captured started =
      run_capture({kSshd, "-f", places_.folder + "/sshd_config", "-E", places_.folder + "/run/sshd.log"}, options);
  if (!started.ok())
    throw HostError(HostErrorCode::kFailed,
                    "sshd does not start: " + started.err.substr(0, 400) +
                        find_file(places_.folder + "/run/sshd.log").value_or("").substr(0, 400));
}

std::optional<Finding> SshServer::examine() {
  if (places_.programs.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (missing_)
    return Finding{.what = "git over SSH",
                   .severity = Severity::kNote,
                   .detail =
                       "there is no OpenSSH server: apt-get install openssh-server. Its own service on this "
                       "machine's port 22 is not needed (systemctl disable --now ssh)",
                   .remedy = ""};
  const bool runs = serves();
  return Finding{.what = "git over SSH",
                 .severity = runs ? Severity::kOk : Severity::kMissing,
                 .detail = runs               ? ""
                           : failure_.empty() ? "sshd has died and is being started"
                                              : failure_,
                 .remedy = runs ? "" : "It is started every 2 s"};
}

void SshServer::down() {
  if (places_.programs.empty() || !path_exists(places_.folder)) return;
  const std::lock_guard lock(mutex_);
  end_process(pid());
  struct stat about{};
  if (::stat((places_.folder + "/run").c_str(), &about) == 0 && about.st_uid != 0) end_sessions(about.st_uid);
}

}  // namespace hanbat::host
