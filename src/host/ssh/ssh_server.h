// The SSH server that git clients reach at the edge, port 22: OpenSSH's own, without any right. It runs as a user of
// its own in the edge's namespace; who may come and what they may do is asked of CodeCommit (docs/decisions/018).
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "host/actions.h"
#include "host/ssh/ssh_config.h"

namespace hanbat::host {

inline constexpr const char* kSshUser = "hanbat-ssh";

/// Safe from all threads.
class SshServer {
 public:
  /// Without `places.programs` there is no such server.
  explicit SshServer(SshPlaces places);

  /// Starts it where it does not run as it should: called every few seconds. Never throws; see examine().
  void keep();
  /// Whether it runs. Nothing when there is none to be.
  std::optional<Finding> examine();
  /// 0 when it does not run.
  int pid() const;
  void down();

 private:
  bool serves() const;
  void make_keys(unsigned uid, unsigned gid) const;
  void start();

  const SshPlaces places_;
  std::mutex mutex_;
  std::string failure_;
  bool missing_ = false;  // OpenSSH's server is not installed
};

}  // namespace hanbat::host
