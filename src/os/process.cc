#include "os/process.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "os/files.h"
#include "os/writers_turn.h"

extern char** environ;

namespace hanbat {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Everything a child needs, laid out before fork: between fork and exec only system calls are allowed.
struct Plan {
  std::string program;
  std::vector<std::string> argv_text, env_text;
  std::vector<char*> argv, env;
};

std::string look_up(const std::string& name, const std::map<std::string, std::string>& variables) {
  if (name.find('/') != std::string::npos) return name;
  std::string path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  if (const auto it = variables.find("PATH"); it != variables.end())
    path = it->second;
  else if (const char* ours = std::getenv("PATH"))
    path = ours;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t colon = std::min(path.find(':', at), path.size());
    const std::string candidate = path.substr(at, colon - at) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    at = colon + 1;
  }
  throw std::system_error(ENOENT, std::generic_category(), "find the program " + name);
}

Plan make_plan(const std::vector<std::string>& argv, const SpawnOptions& options) {
  if (argv.empty()) throw std::invalid_argument("spawn without a program");
  Plan plan;
  plan.program = look_up(argv[0], options.variables);
  plan.argv_text = argv;
  std::map<std::string, std::string> variables = options.variables;
  if (options.environment == Environment::kInherit) {
    for (char** entry = environ; entry && *entry; ++entry) {
      const std::string text = *entry;
      const auto equals = text.find('=');
      if (equals != std::string::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  for (const auto& [name, value] : variables) plan.env_text.push_back(name + "=" + value);
  for (auto& text : plan.argv_text) plan.argv.push_back(text.data());
  for (auto& text : plan.env_text) plan.env.push_back(text.data());
  plan.argv.push_back(nullptr);
  plan.env.push_back(nullptr);
  return plan;
}

/// The step that failed, sent from the child through the error pipe.
enum Step : int { kNamespace, kFolder, kUser, kDescriptor, kExec };
constexpr const char* kStepNames[] = {"enter a namespace for", "enter the working folder of", "change the user of",
                                      "lay out the descriptors of", "execute"};
struct Failure {
  int step;
  int error;
};

[[noreturn]] void fail(int pipe, Step step) {
  const Failure failure{step, errno};
  [[maybe_unused]] const ssize_t n = ::write(pipe, &failure, sizeof failure);
  ::_exit(127);
}

/// In the child. `streams` are the descriptors that become 0, 1, 2 (-1: inherit).
[[noreturn]] void run_child(const Plan& plan, const SpawnOptions& options, const int (&streams)[3], int error_pipe,
                            std::vector<std::pair<int, int>>& moves) {
  if (options.group == ProcessGroup::kOwn) ::setpgid(0, 0);
  if (options.parent_death == ParentDeath::kKill) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (int ns : options.namespaces)
    if (::setns(ns, 0) < 0) fail(error_pipe, kNamespace);
  if (!options.folder.empty() && ::chdir(options.folder.c_str()) < 0) fail(error_pipe, kFolder);

  // First everything is lifted above the numbers that are wanted, so that no dup2 overwrites what a later one needs.
  int highest = 10;
  for (const auto& [from, to] : moves) highest = std::max(highest, to + 1);
  error_pipe = ::fcntl(error_pipe, F_DUPFD_CLOEXEC, highest);
  for (int i = 0; i < 3; ++i)
    if (streams[i] >= 0) moves[static_cast<std::size_t>(i)] = {streams[i], i};
  for (auto& [from, to] : moves)
    if (from >= 0 && (from = ::fcntl(from, F_DUPFD_CLOEXEC, highest)) < 0) fail(error_pipe, kDescriptor);
  // Whatever else is open, ours or inherited without CLOEXEC, ends at exec.
  ::close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
  for (const auto& [from, to] : moves)
    if (from >= 0 && ::dup2(from, to) < 0) fail(error_pipe, kDescriptor);

  // The bounding set takes CAP_SETPCAP, so before the user changes; PR_CAPBSET_READ ends the kernel's list.
  if (options.privileges == Privileges::kGiveUp)
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability)
      if (std::find(options.kept_capabilities.begin(), options.kept_capabilities.end(), capability) ==
          options.kept_capabilities.end())
        ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  if (options.user) {
    if (::setgroups(options.user->groups.size(), options.user->groups.data()) < 0 || ::setgid(options.user->gid) < 0 ||
        ::setuid(options.user->uid) < 0)
      fail(error_pipe, kUser);
    // A change of user clears the death signal.
    if (options.parent_death == ParentDeath::kKill) ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  }
  if (options.privileges == Privileges::kGiveUp && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    fail(error_pipe, kUser);
  for (int number = 1; number < 32; ++number) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(plan.program.c_str(), plan.argv.data(), plan.env.data());
  fail(error_pipe, kExec);
}

}  // namespace

Process::Process(Process&& other) noexcept { *this = std::move(other); }

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(own_group_, other.own_group_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(in, other.in);
  std::swap(out, other.out);
  std::swap(err, other.err);
  return *this;
}

Process::~Process() {
  if (pid_ <= 0) return;
  signal(SIGKILL);
  reap(0);
}

Process Process::spawn(const std::vector<std::string>& argv, const SpawnOptions& options) {
  require_no_writers_turn("start a child");
  const Plan plan = make_plan(argv, options);
  Process process;
  Fd theirs[3];
  int streams[3] = {-1, -1, -1};
  const Stdio* wanted[3] = {&options.in, &options.out, &options.err};
  Fd* ours[3] = {&process.in, &process.out, &process.err};
  for (int i = 0; i < 3; ++i) {
    switch (wanted[i]->kind) {
      case Stdio::Kind::kInherit:
        continue;
      case Stdio::Kind::kFd:
        streams[i] = wanted[i]->fd;
        continue;
      case Stdio::Kind::kNull:
        theirs[i] = open_file("/dev/null", i == 0 ? O_RDONLY : O_WRONLY);
        break;
      case Stdio::Kind::kPipe: {
        Pipe pipe = make_pipe();
        theirs[i] = std::move(i == 0 ? pipe.read : pipe.write);
        *ours[i] = std::move(i == 0 ? pipe.write : pipe.read);
        break;
      }
    }
    streams[i] = theirs[i].get();
  }
  std::vector<std::pair<int, int>> moves(3, {-1, -1});
  moves.insert(moves.end(), options.descriptors.begin(), options.descriptors.end());

  Pipe errors = make_pipe();
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // no handler of ours may run in the child
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (options.parent_death == ParentDeath::kKill && ::getppid() != parent) ::_exit(127);
    run_child(plan, options, streams, errors.write.get(), moves);
  }
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) throw std::system_error(error, std::generic_category(), "fork for " + argv[0]);

  process.pid_ = pid;
  process.own_group_ = options.group == ProcessGroup::kOwn;
  if (process.own_group_) ::setpgid(pid, pid);  // both sides set it, so it holds whoever is first
  process.pidfd_ = Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  errors.write.reset();
  Failure failure{};
  if (read_some(errors.read.get(), {reinterpret_cast<char*>(&failure), sizeof failure}) == sizeof failure) {
    process.reap(0);
    throw std::system_error(failure.error, std::generic_category(),
                            std::string(kStepNames[failure.step]) + " " + plan.program);
  }
  if (!process.pidfd_) throw_errno("pidfd_open");
  return process;
}

void Process::signal(int number) {
  if (pid_ <= 0) return;
  if (own_group_)
    ::kill(-pid_, number);
  else
    ::kill(pid_, number);
}

std::optional<Exit> Process::reap(int flags) {
  int status = 0;
  pid_t got;
  while ((got = ::waitpid(pid_, &status, flags)) < 0 && errno == EINTR) {
  }
  if (got == 0) return std::nullopt;
  pid_ = 0;
  if (got < 0) return Exit{127, 0};
  if (WIFSIGNALED(status)) return Exit{128 + WTERMSIG(status), WTERMSIG(status)};
  return Exit{WEXITSTATUS(status), 0};
}

std::optional<Exit> Process::wait(std::chrono::milliseconds longest) {
  require_no_writers_turn("wait for a child");
  if (pid_ <= 0) throw std::logic_error("wait for a process that is gone");
  const auto end = SteadyClock::now() + longest;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()).count();
    pollfd poll{pidfd_.get(), POLLIN, 0};
    const int n = ::poll(&poll, 1, static_cast<int>(std::clamp<long long>(left, 0, 3'600'000)));
    if (n < 0 && errno != EINTR) throw_errno("wait for a process");
    if (auto exit = reap(WNOHANG)) return exit;
    if (SteadyClock::now() >= end) return std::nullopt;
  }
}

Exit Process::wait() {
  require_no_writers_turn("wait for a child");
  if (pid_ <= 0) throw std::logic_error("wait for a process that is gone");
  return *reap(0);
}

Exit Process::stop(std::chrono::milliseconds grace) {
  signal(SIGTERM);
  if (auto exit = wait(grace)) return *exit;
  signal(SIGKILL);
  return wait();
}

pid_t Process::detach() { return std::exchange(pid_, 0); }

Captured run_capture(const std::vector<std::string>& argv, const CaptureOptions& options) {
  SpawnOptions spawn = options.spawn;
  spawn.in = options.input.empty() ? Stdio::null() : Stdio::pipe();
  spawn.out = spawn.err = Stdio::pipe();
  Process process = Process::spawn(argv, spawn);
  Captured result;
  std::string_view input = options.input;
  if (process.in) set_nonblocking(process.in.get());
  const auto end = SteadyClock::now() + options.timeout;
  char buffer[65536];

  // A write to a child that has closed its input must be an error, not a signal.
  sigset_t pipe_signal, before;
  ::sigemptyset(&pipe_signal);
  ::sigaddset(&pipe_signal, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  while (process.out || process.err) {
    pollfd polls[3] = {{process.in.get(), POLLOUT, 0}, {process.out.get(), POLLIN, 0}, {process.err.get(), POLLIN, 0}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()).count();
    if (left <= 0) {
      result.timed_out = true;
      break;
    }
    if (::poll(polls, 3, static_cast<int>(std::min<long long>(left, 3'600'000))) < 0) continue;
    if (polls[0].revents) {
      const ssize_t n = ::write(process.in.get(), input.data(), input.size());
      if (n > 0) input.remove_prefix(static_cast<std::size_t>(n));
      if (input.empty() || (n < 0 && errno != EAGAIN && errno != EINTR)) process.in.reset();
    }
    Fd* streams[2] = {&process.out, &process.err};
    std::string* texts[2] = {&result.out, &result.err};
    for (int i = 0; i < 2; ++i) {
      if (!polls[i + 1].revents) continue;
      const std::size_t n = read_some(streams[i]->get(), buffer);
      if (n == 0) streams[i]->reset();
      texts[i]->append(buffer, std::min(n, options.output_limit - std::min(options.output_limit, texts[i]->size())));
    }
  }
  timespec now{};
  ::sigtimedwait(&pipe_signal, nullptr, &now);  // takes away the one that a write left pending
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);

  const auto left = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(end - SteadyClock::now()),
                             std::chrono::milliseconds(0));
  std::optional<Exit> exit;
  if (!result.timed_out) exit = process.wait(left);
  if (!exit) {
    result.timed_out = true;
    process.signal(SIGKILL);
    process.wait();
    exit = Exit{124, SIGKILL};
  }
  result.exit_code = exit->code;
  return result;
}

std::string run_checked(const std::vector<std::string>& argv, const CaptureOptions& options) {
  Captured result = run_capture(argv, options);
  if (result.ok()) return std::move(result.out);
  std::string command;
  for (const auto& word : argv) command += (command.empty() ? "" : " ") + word;
  while (!result.err.empty() && result.err.back() == '\n') result.err.pop_back();
  throw std::runtime_error(command + ": " +
                           (result.timed_out ? "took too long" : "exit " + std::to_string(result.exit_code)) + ": " +
                           result.err);
}

}  // namespace hanbat
