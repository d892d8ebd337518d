// One poll loop per script reads both outputs until the script is gone and they are closed, or its time is over.
#include "guest/deploy_agent/hooks.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <deque>
#include <filesystem>
#include <numeric>

#include "base/time.h"
#include "base/utf8.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::guest {
namespace {

constexpr std::size_t kLongestLog = 2048;

/// Lines for the diagnostics and for the log files, which have the time before each.
class Log {
 public:
  explicit Log(const HookRun& run)
      : deployment_(run.environment.contains("DEPLOYMENT_ID") ? run.environment.at("DEPLOYMENT_ID") : "") {
    if (!run.scripts_log.empty()) scripts_ = open_file(run.scripts_log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (!run.deployments_log.empty())
      deployments_ = open_file(run.deployments_log, O_WRONLY | O_CREAT | O_APPEND, 0644);
  }
  void line(const std::string& text) {
    lines_.push_back(to_utf8(text) + "\n");
    size_ += lines_.back().size();
    for (; size_ > kLongestLog && lines_.size() > 1; lines_.pop_front()) size_ -= lines_.front().size();
    const Timestamp now = SystemClock().now();
    append(scripts_, format_utc(now, "%Y-%m-%d %H:%M:%S ") + text + "\n");
    append(deployments_, format_utc(now, "[%Y-%m-%d %H:%M:%S] [") + deployment_ + "]" + text + "\n");
  }
  std::string text() const { return std::accumulate(lines_.begin(), lines_.end(), std::string()); }

 private:
  static void append(const Fd& file, const std::string& text) {
    if (file.get() >= 0 && ::write(file.get(), text.data(), text.size()) < 0)
      return;  // a full disk must not fail the deployment by itself
  }
  std::string deployment_;
  Fd scripts_, deployments_;
  std::deque<std::string> lines_;
  std::size_t size_ = 0;
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

std::string run_as(const HookScript& script) {
  return at_location(script) + (script.runas.empty() ? "" : " run as user " + script.runas);
}

/// Makes the child the user that the specification names; returns the user's shell, "" when there is no such user.
std::string become(const std::string& name, SpawnOptions& options) {
  const passwd* user = ::getpwnam(name.c_str());
  if (!user) return "";
  std::vector<gid_t> groups(64);
  int count = static_cast<int>(groups.size());
  if (::getgrouplist(user->pw_name, user->pw_gid, groups.data(), &count) < 0) count = 1, groups[0] = user->pw_gid;
  groups.resize(static_cast<std::size_t>(count));
  const std::string shell = *user->pw_shell ? user->pw_shell : "/bin/sh";
  options.user = User{user->pw_uid, user->pw_gid, groups};
  options.variables["HOME"] = user->pw_dir;
  options.variables["USER"] = options.variables["LOGNAME"] = user->pw_name;
  options.variables["SHELL"] = shell;
  return shell;
}

/// Ruby runs what is no program of its own by the shell.
Process start(const std::string& path, const SpawnOptions& options) {
  try {
    return Process::spawn({path}, options);
  } catch (const std::system_error& e) {
    if (e.code().value() != ENOEXEC) throw;
    return Process::spawn({"/bin/sh", path}, options);
  }
}

/// Reads the outputs until the script has ended and they are closed, or its time is over.
std::optional<Failure> follow(Process& child, const HookScript& script, std::chrono::steady_clock::time_point latest,
                              Log& log) {
  const auto deadline = std::min(latest, std::chrono::steady_clock::now() + std::chrono::seconds(script.timeout_s));
  std::array<Stream, 2> streams{{{child.out.get(), "stdout", {}}, {child.err.get(), "stderr", {}}}};
  std::optional<Exit> exit;
  while (!exit || streams[0].open || streams[1].open) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) {
      if (exit)
        return Failure{Code::kOutputsLeftOpen,
                       at_location(script) + " failed to close " + (streams[0].open ? "STDOUT" : "STDERR")};
      child.stop(std::chrono::seconds(2));
      return Failure{Code::kScriptTimedOut,
                     at_location(script) + " failed to complete in " + std::to_string(script.timeout_s) + " seconds"};
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
  return Failure{Code::kScriptFailed, run_as(script) + " failed with exit code " + std::to_string(exit->code)};
}

/// Prepares a script to be run: it is there and can be executed.
std::optional<Failure> make_executable(const HookScript& script, const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0)
    return Failure{Code::kScriptMissing, "Script does not exist at specified location: " + path};
  if ((found.st_mode & 0111) == 0 && ::chmod(path.c_str(), found.st_mode | 0111) != 0)
    return Failure{Code::kScriptNotExecutable,
                   "Unable to set script at specified location: " + script.location + " as executable"};
  return std::nullopt;
}

std::optional<Failure> run_one(const HookScript& script, const HookRun& run,
                               std::chrono::steady_clock::time_point latest, Log& log) {
  const std::string path = std::filesystem::path(run.archive + "/" + script.location).lexically_normal().string();
  if (auto failure = make_executable(script, path)) return failure;
  log.line("Script - " + script.location);

  SpawnOptions options;
  options.variables = run.environment;
  options.folder = "/opt/codedeploy-agent";
  if (!path_exists(options.folder)) options.folder = "/";
  options.out = Stdio::pipe();
  options.err = Stdio::pipe();
  Process child;
  try {
    if (script.runas.empty()) {
      child = start(path, options);
    } else {
      const std::string shell = become(script.runas, options);
      if (shell.empty()) {
        log.line("[stderr]su: user " + script.runas + " does not exist");
        return Failure{Code::kScriptFailed, run_as(script) + " failed with exit code 1"};
      }
      child = Process::spawn({shell, "-c", path}, options);
    }
  } catch (const std::system_error& e) {
    const int number = e.code().value();
    return Failure{Code::kScriptFailed, run_as(script) + " failed with error Errno::" + strerrorname_np(number) +
                                            " with message " + std::strerror(number) + " - " + path};
  }
  return follow(child, script, latest, log);
}

}  // namespace

Diagnostics run_hooks(const std::vector<HookScript>& scripts, const HookRun& run) {
  Log log(run);
  const auto latest = std::chrono::steady_clock::now() + run.longest;
  if (!scripts.empty()) log.line("LifecycleEvent - " + run.event);
  for (const HookScript& script : scripts)
    if (auto failure = run_one(script, run, latest, log))
      return {failure->code, script.location, failure->message, log.text()};
  return {};
}

}  // namespace hanbat::guest
