// HAProxy in master-worker mode: the master keeps the listening sockets over reloads and hands them to the next worker;
// the last one goes on with the requests that it has. The master is root with few capabilities, a worker a user of its
// own in an empty folder.
#include "host/balancers/haproxy.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "base/text.h"
#include "crypto/digest.h"
#include "host/error.h"
#include "host/networks/kernel.h"
#include "host/users.h"
#include "os/files.h"
#include "os/namespaces.h"
#include "os/process.h"
#include "os/sockets.h"

namespace hanbat::host {
namespace {

constexpr const char* kSecrets = "/run/hanbat-certificates";

void limit_waiting(const Fd& fd) {
  const timeval limit{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

/// What comes until its prompt, or its end.
std::string read_answer(const Fd& fd) {
  std::string out;
  char buffer[16384];
  while (!out.ends_with("\n> ")) {
    const std::size_t got = read_some(fd.get(), buffer);
    if (got == 0) break;
    out.append(buffer, got);
  }
  return out;
}

}  // namespace

Haproxy::Haproxy(std::string folder, std::string name_of_namespace, OldWorkers old_workers)
    : folder_(std::move(folder)), namespace_(std::move(name_of_namespace)), old_workers_(old_workers) {
  make_folders(folder_, 0700);
  make_folders(folder_ + "/root", 0555);
  if (pid() != 0) config_ = find_file(folder_ + "/haproxy.cfg").value_or("");
}

int Haproxy::pid() const {
  // The master writes the file anew when it reloads: for a moment it is empty.
  for (int i = 0; i < 20; ++i) {
    const int found = find_process(folder_ + "/haproxy.pid", folder_ + "/");
    if (found != 0 || !find_file(folder_ + "/haproxy.pid").value_or("x").empty()) return found;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return 0;
}

bool Haproxy::serves() const {
  const int process = pid();
  if (process == 0) return false;
  if (namespace_.empty()) return true;
  struct stat its{}, named{};
  return ::stat(fmt::format("/proc/{}/ns/net", process).c_str(), &its) == 0 &&
         ::stat(("/run/netns/" + namespace_).c_str(), &named) == 0 && its.st_ino == named.st_ino;
}

std::string Haproxy::text_of(const HaproxyFiles& files) {
  // A certificate or body that changes under the same name is a change too.
  std::string text = files.config;
  for (const auto* some : {&files.others, &files.secrets})
    for (const auto& [name, content] : *some) text += fmt::format("# {} {}\n", name, crypto::sha256_hex(content));
  return text;
}

bool Haproxy::has(const HaproxyFiles& files) const { return text_of(files) == config_ && serves(); }

void Haproxy::apply(const HaproxyFiles& files, const std::string& states) {
  require_user(kHaproxyUser);
  const std::string config = text_of(files);
  for (const auto& [name, content] : files.others) write_file_atomic(folder_ + "/" + name, content, 0600);
  write_secrets(files.secrets);
  const std::string candidate = folder_ + "/candidate.cfg";
  write_file_atomic(candidate, config, 0600);
  const Captured check = run_capture({"haproxy", "-c", "-q", "-f", candidate});
  if (!check.ok())
    throw HostError(HostErrorCode::kFailed, "haproxy refuses its configuration: " + check.err.substr(0, 800));
  write_file_atomic(folder_ + "/states", states, 0600);
  write_file_atomic(folder_ + "/haproxy.cfg", config, 0600);
  config_.clear();
  if (serves()) {
    reload();
  } else {
    end_process(pid());
    start();
  }
  config_ = config;
}

std::string Haproxy::secrets_folder() const {
  return fmt::format("{}/{}", kSecrets, crypto::sha256_hex(folder_).substr(0, 16));
}

/// Private keys are never on a disk: HAProxy finds them by a link.
void Haproxy::write_secrets(const std::map<std::string, std::string>& secrets) {
  if (secrets.empty()) return remove_secrets();
  make_folders(kSecrets, 0700);
  make_folders(secrets_folder(), 0700);
  for (const std::string& name : list_folder(secrets_folder()))
    if (!secrets.contains(name)) remove_tree(secrets_folder() + "/" + name);
  for (const auto& [name, content] : secrets) write_file_atomic(secrets_folder() + "/" + name, content, 0600);
  const std::string link = fmt::format("{}/{}", folder_, kSecretsFolder);
  std::error_code exists;
  std::filesystem::create_symlink(secrets_folder(), link, exists);
}

void Haproxy::remove_secrets() { remove_tree(secrets_folder()); }

void Haproxy::start() {
  CaptureOptions options;
  // Buffers that hold the longest head come and go by the dozen: what the C library gives back to the kernel it soon
  // asks for again, page by page.
  options.spawn.variables = {{"MALLOC_TRIM_THRESHOLD_", std::to_string(16 << 20)}};
  // The master binds below port 1024, ends its workers, which have another user, and gives them that user and their
  // root folder. What strangers send is read by the workers alone.
  options.spawn.privileges = Privileges::kGiveUp;
  options.spawn.kept_capabilities = {CAP_NET_BIND_SERVICE, CAP_KILL, CAP_SETUID, CAP_SETGID, CAP_SYS_CHROOT};
  Fd space;
  if (!namespace_.empty()) {
    if (!namespace_exists(namespace_))
      throw HostError(HostErrorCode::kFailed, "there is no network " + namespace_ + " yet");
    space = open_network_namespace(namespace_);
    options.spawn.namespaces = {space.get()};
  }
  const Captured started = run_capture({"haproxy", "-W", "-D", "-f", folder_ + "/haproxy.cfg", "-p",
                                        folder_ + "/haproxy.pid", "-S", folder_ + "/master.sock,mode,600"},
                                       options);
  if (!started.ok()) throw HostError(HostErrorCode::kFailed, "haproxy does not start: " + started.err.substr(0, 800));
}

std::vector<HaproxyWorker> Haproxy::workers() const {
  // "show proc": <pid> worker <reloads> …; the newest worker has seen none.
  std::vector<HaproxyWorker> out;
  for (const auto& line : split(query_master("show proc"), '\n')) {
    std::vector<std::string> words;
    for (const auto& word : split(line, ' '))
      if (!word.empty()) words.emplace_back(word);
    if (words.size() > 2 && words[1] == "worker") out.push_back({words[0], words[2] == "0"});
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.is_newest < b.is_newest; });
  return out;
}

std::string Haproxy::newest_worker() const {
  const auto all = workers();
  return all.empty() || !all.back().is_newest ? "" : all.back().pid;
}

/// A session with the worker that is there is work that it has, so it does not end. Without it, it ends as it always
/// did, and what it served last is not seen.
void Haproxy::hold_newest() {
  try {
    const std::string newest = newest_worker();
    Fd session = connect_unix(folder_ + "/worker.sock");
    limit_waiting(session);
    write_all(session.get(), "prompt\n");
    read_answer(session);
    // The socket may still be that of the one before.
    write_all(session.get(), "show info\n");
    if (read_answer(session).find(fmt::format("\nPid: {}\n", newest)) != std::string::npos)
      held_[newest] = std::move(session);
  } catch (const std::exception& error) {
    spdlog::debug("a worker of HAProxy is not held: {}", error.what());
  }
}

void Haproxy::reload() {
  const std::string before = newest_worker();
  if (old_workers_ == OldWorkers::kHeld) hold_newest();
  ::kill(pid(), SIGUSR2);
  for (int i = 0; i < 500; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    try {
      const std::string now = newest_worker();
      if (!now.empty() && now != before) return;
    } catch (const std::exception&) {
      // The master starts itself anew and does not answer meanwhile.
    }
  }
  throw HostError(HostErrorCode::kFailed, "haproxy did not take its new configuration within 5 s");
}

std::string Haproxy::query_master(std::string_view command) const {
  const Fd fd = connect_unix(folder_ + "/master.sock");
  limit_waiting(fd);
  write_all(fd.get(), std::string(command) + "\n");
  // The master waits for more commands until it sees the end of them.
  ::shutdown(fd.get(), SHUT_WR);
  std::string out;
  char buffer[16384];
  while (const std::size_t got = read_some(fd.get(), buffer)) out.append(buffer, got);
  return out;
}

std::string Haproxy::ask(std::string_view command) const {
  const auto began = std::chrono::steady_clock::now();
  for (;;) {
    try {
      // By way of the master, which knows the newest worker; a worker's own socket may still be that of the last one.
      return query_master("@1 " + std::string(command));
    } catch (const std::exception& error) {
      if (std::chrono::steady_clock::now() - began > std::chrono::seconds(5))
        throw HostError(HostErrorCode::kFailed, std::string("haproxy does not answer: ") + error.what());
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
}

std::string Haproxy::ask_worker(const std::string& pid, std::string_view command) const {
  return query_master(fmt::format("@!{} {}", pid, command));
}

void Haproxy::end() {
  held_.clear();
  end_process(pid());
  remove_secrets();
  config_.clear();
}

}  // namespace hanbat::host
