// One poll loop per script reads both outputs until the script is gone and they are closed, or its time is over.
#include "guest/deploy_agent/hooks.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>

#include "base/time.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::guest {
namespace {

/// Lines for the diagnostics and for the log files, which have the time before each.
class Log {
 public:
  explicit Log(const std::vector<std::string>& files) {
    for (const std::string& file : files) files_.push_back(open_file(file, O_WRONLY | O_CREAT | O_APPEND, 0644));
  }
  void line(const std::string& text) {
    all_ += text + "\n";
    if (all_.size() > 65536) all_.erase(0, all_.size() - 32768);
    const std::string stamped = format_utc(SystemClock().now(), "%Y-%m-%d %H:%M:%S ") + text + "\n";
    for (const Fd& file : files_)
      if (::write(file.get(), stamped.data(), stamped.size()) < 0)
        continue;  // a full disk must not fail the deployment by itself
  }
  const std::string& text() const { return all_; }

 private:
  std::vector<Fd> files_;
  std::string all_;
};

/// Cuts a stream into lines with "[stdout]" or "[stderr]" before them.
struct Stream {
  int fd;
  const char* name;
  std::string partial;
  bool open = true;

  void take(Log& log) {
    std::array<char, 8192> chunk;
    const ssize_t n = ::read(fd, chunk.data(), chunk.size());
    if (n <= 0) {
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
      open = false;
      if (!partial.empty()) log.line(std::string("[") + name + "]" + partial);
      partial.clear();
      return;
    }
    partial.append(chunk.data(), static_cast<std::size_t>(n));
    for (std::size_t at; (at = partial.find('\n')) != std::string::npos; partial.erase(0, at + 1))
      log.line(std::string("[") + name + "]" + partial.substr(0, at));
  }
};

using Code = Diagnostics::Code;

struct Failure {
  Code code;
  std::string message;
};

std::string at_location(const HookScript& script) { return "Script at specified location: " + script.location; }

/// Makes the child the user that the specification names; nothing when there is no such user.
bool become(const std::string& name, SpawnOptions& options) {
  const passwd* user = ::getpwnam(name.c_str());
  if (!user) return false;
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  if (::getgrouplist(user->pw_name, user->pw_gid, groups.data(), &count) < 0) count = 1, groups[0] = user->pw_gid;
  groups.resize(static_cast<std::size_t>(count));
  options.user = User{user->pw_uid, user->pw_gid, groups};
  options.variables["HOME"] = user->pw_dir;
  options.variables["USER"] = options.variables["LOGNAME"] = user->pw_name;
  options.variables["SHELL"] = user->pw_shell;
  return true;
}

Process start(const std::string& path, const SpawnOptions& options) {
  try {
    return Process::spawn({path}, options);
  } catch (const std::system_error& e) {
    if (e.code().value() != ENOEXEC) throw;
    return Process::spawn({"/bin/sh", path}, options);
  }
}

/// Reads the outputs until the script has ended and they are closed, or its time is over.
std::optional<Failure> follow(Process& child, const HookScript& script, Log& log) {
  const std::string in_time = " in " + std::to_string(script.timeout_s) + " seconds";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(script.timeout_s);
  std::array<Stream, 2> streams{{{child.out.get(), "stdout", {}}, {child.err.get(), "stderr", {}}}};
  std::optional<Exit> exit;
  while (!exit || streams[0].open || streams[1].open) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) {
      if (exit) return Failure{Code::kOutputsLeftOpen, at_location(script) + " failed to close its outputs" + in_time};
      child.stop(std::chrono::seconds(2));
      return Failure{Code::kScriptTimedOut, at_location(script) + " failed to complete" + in_time};
    }
    std::array<pollfd, 3> fds{{{streams[0].open ? streams[0].fd : -1, POLLIN, 0},
                               {streams[1].open ? streams[1].fd : -1, POLLIN, 0},
                               {exit ? -1 : child.pidfd(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), static_cast<int>(std::min<long long>(left, 60000))) < 0 && errno != EINTR)
      throw std::system_error(errno, std::generic_category(), "poll");
    for (std::size_t i = 0; i < 2; ++i)
      if (fds[i].revents) streams[i].take(log);
    if (fds[2].revents) exit = child.wait(std::chrono::milliseconds(0));
  }
  if (exit->ok()) return std::nullopt;
  const std::string as = script.runas.empty() ? "root" : script.runas;
  return Failure{Code::kScriptFailed,
                 at_location(script) + " run as user " + as + " failed with exit code " + std::to_string(exit->code)};
}

std::optional<Failure> run_one(const HookScript& script, const HookRun& run, Log& log) {
  const std::string path = run.archive + "/" + script.location;
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0)
    return Failure{Code::kScriptMissing, "Script does not exist at specified location: " + path};
  if ((found.st_mode & 0111) == 0 && ::chmod(path.c_str(), found.st_mode | 0111) != 0)
    return Failure{Code::kScriptNotExecutable,
                   "Unable to set script at specified location: " + script.location + " as executable"};

  SpawnOptions options;
  options.variables = run.environment;
  options.folder = "/opt/codedeploy-agent";
  if (!path_exists(options.folder)) options.folder = "/";
  options.out = Stdio::pipe();
  options.err = Stdio::pipe();
  if (!script.runas.empty() && !become(script.runas, options))
    return Failure{Code::kScriptFailed, at_location(script) + " failed: the user " + script.runas + " does not exist"};
  Process child;
  try {
    child = start(path, options);
  } catch (const std::system_error& e) {
    return Failure{Code::kScriptFailed, at_location(script) + " failed to start: " + e.what()};
  }
  return follow(child, script, log);
}

}  // namespace

Diagnostics run_hooks(const std::vector<HookScript>& scripts, const HookRun& run) {
  Log log(run.log_files);
  if (!scripts.empty()) log.line("LifecycleEvent - " + run.event);
  for (const HookScript& script : scripts) {
    log.line("Script - " + script.location);
    if (auto failure = run_one(script, run, log)) {
      log.line(failure->message);
      return {failure->code, script.location, failure->message, log.text()};
    }
  }
  return {};
}

}  // namespace hanbat::guest
