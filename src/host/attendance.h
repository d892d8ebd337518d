// How hanbatd is started: as a user without rights, with one end of a socket pair over which it asks for actions.
#pragma once

#include <list>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host/daemon.h"
#include "os/fd.h"
#include "os/process.h"

namespace hanbat::host {

/// Whether any user may reach and read the path: every folder above it may be searched.
bool reachable_by_all(const std::string& path);

/// Starts hanbatd and answers each one's requests until it is gone. `start` is what a Supervisor takes.
class Attendance {
 public:
  struct How {
    std::vector<std::string> command;  ///< "--host-fd 3" is added
    std::string user;
    std::string log;
    std::string folder;
  };

  Attendance(Actions& actions, How how) : actions_(actions), how_(std::move(how)) {}
  /// Waits for the actions under way; every hanbatd must have ended.
  ~Attendance();

  Process start();

 private:
  Actions& actions_;
  const How how_;
  std::mutex mutex_;
  std::list<std::thread> servers_;
};

}  // namespace hanbat::host
