// Keeps one child process running: starts it, starts it again when it ends by itself, later and later when it keeps
// ending at once.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "os/process.h"

namespace hanbat::host {

class Supervisor {
 public:
  /// `start` starts the child once; called from the supervisor's own thread, which lives as long as the child may (so
  /// ParentDeath::kKill is safe). `report` gets a line whenever the child starts or ends.
  Supervisor(std::function<Process()> start, std::function<void(const std::string&)> report);
  /// Stops the child.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// SIGTERM, SIGKILL after a grace, and no new start. Blocks until it is gone.
  void stop();
  /// The child's pid; 0 between an end and the next start.
  pid_t pid() const { return pid_; }
  /// How often it was started again.
  int restarts() const { return restarts_; }

 private:
  void run(const std::stop_token& stop);

  std::function<Process()> start_;
  std::function<void(const std::string&)> report_;
  std::atomic<pid_t> pid_ = 0;
  std::atomic<int> restarts_ = 0;
  std::jthread thread_;
};

}  // namespace hanbat::host
