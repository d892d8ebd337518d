// Child processes: started with everything said beforehand (arguments, environment, descriptors, namespaces, user),
// waited for with a limit, never left as zombies.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/fd.h"

namespace hanbat {

/// What one of a child's standard streams is.
struct Stdio {
  enum class Kind { kNull, kInherit, kPipe, kFd };
  Kind kind = Kind::kNull;
  int fd = -1;  // of kFd: borrowed for the call

  static Stdio null() { return {}; }
  static Stdio inherit() { return {Kind::kInherit, -1}; }
  static Stdio pipe() { return {Kind::kPipe, -1}; }
  static Stdio of(int fd) { return {Kind::kFd, fd}; }
};

enum class Environment { kInherit, kEmpty };
enum class ParentDeath { kSurvive, kKill };
enum class ProcessGroup { kOwn, kParents };
enum class Privileges { kMayGain, kGiveUp };

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

struct SpawnOptions {
  Environment environment = Environment::kInherit;
  std::map<std::string, std::string> variables;  // set over the environment
  std::string folder;                            // working directory; "" = ours
  Stdio in = Stdio::null();
  Stdio out = Stdio::null();
  Stdio err = Stdio::null();
  /// Our descriptor → its number in the child (3 and up); all others are closed by CLOEXEC.
  std::vector<std::pair<int, int>> descriptors;
  /// Namespaces to enter first, in that order (descriptors of /proc/…/ns/* or /run/netns/*).
  std::vector<int> namespaces;
  std::optional<User> user;
  /// kGiveUp: neither set-user-id programs nor file capabilities lift the child, or its children, above its user.
  Privileges privileges = Privileges::kMayGain;
  /// With kGiveUp: the capabilities (CAP_… of linux/capability.h) that a child which stays root keeps. It and its
  /// children can have no other.
  std::vector<int> kept_capabilities;
  /// kKill: the child gets SIGKILL when the thread that started it ends (prctl PDEATHSIG). So start such a child from a
  /// thread that lives as long as the child should.
  ParentDeath parent_death = ParentDeath::kSurvive;
  /// kOwn: kill() reaches the children of the child too.
  ProcessGroup group = ProcessGroup::kOwn;
};

/// How a process ended.
struct Exit {
  int code = 0;    // exit status; 128 + signal when killed
  int signal = 0;  // 0 when it ended by itself
  bool ok() const { return code == 0; }
};

/// A running child. Destroying it kills and reaps a child that was neither waited for nor detached.
class Process {
 public:
  Process() = default;
  Process(Process&&) noexcept;
  Process& operator=(Process&&) noexcept;
  ~Process();

  /// Starts argv[0] (looked up in PATH). Throws std::system_error when it cannot be executed or prepared.
  static Process spawn(const std::vector<std::string>& argv, const SpawnOptions& options = {});

  pid_t pid() const { return pid_; }
  bool running() const { return pid_ > 0; }
  /// Our ends of the streams that are pipes.
  Fd in, out, err;
  /// Readable (poll) once the process has ended.
  int pidfd() const { return pidfd_.get(); }

  /// Sends the signal to the process, and to its group when it has its own.
  void signal(int number);
  /// Waits; nothing when the time passed and it still runs.
  std::optional<Exit> wait(std::chrono::milliseconds longest);
  Exit wait();
  /// SIGTERM, SIGKILL after the grace, and reaps.
  Exit stop(std::chrono::milliseconds grace = std::chrono::seconds(5));
  /// Lets it run on; init reaps it.
  pid_t detach();

 private:
  std::optional<Exit> reap(int flags);
  pid_t pid_ = 0;
  bool own_group_ = false;
  Fd pidfd_;
};

struct CaptureOptions {
  SpawnOptions spawn;      // its streams are not looked at
  std::string_view input;  // given to its standard input
  std::chrono::milliseconds timeout = std::chrono::minutes(5);
  std::size_t output_limit = 64u << 20;  // of each stream; what is more is dropped
};

struct Captured {
  int exit_code = 0;  // as Exit::code; 124 when the time passed and it was killed
  std::string out;
  std::string err;
  bool timed_out = false;
  bool ok() const { return exit_code == 0; }
};

/// Runs a command to its end. Throws only when it cannot be started.
Captured run_capture(const std::vector<std::string>& argv, const CaptureOptions& options = {});
/// The same, and throws std::runtime_error with the command, its code and its stderr when that is not 0. Returns
/// stdout.
std::string run_checked(const std::vector<std::string>& argv, const CaptureOptions& options = {});

}  // namespace hanbat
