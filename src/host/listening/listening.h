// The region's way in from a local network: an HAProxy without rights, where the setting says.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "host/actions.h"
#include "host/balancers/haproxy.h"
#include "host/listening/setting.h"

namespace hanbat::host {

/// Safe from all threads.
class Listening {
 public:
  /// Closed without a setting. `edge` is the SSH server's address.
  Listening(std::string state_folder, std::optional<ListenSetting> setting, std::string edge);

  /// Starts HAProxy where it does not run as it should, or ends what runs of an earlier setting: called every few
  /// seconds. Never throws; see examine().
  void keep();
  /// Nothing when the region is closed.
  std::optional<Finding> examine();
  /// 0 when it does not run.
  int pid();
  void down();

 private:
  std::map<std::string, std::string> certificates();

  const std::string state_folder_;
  const std::string folder_;
  const std::optional<ListenSetting> setting_;
  const std::string edge_;
  std::mutex mutex_;
  std::unique_ptr<Haproxy> haproxy_;  // not when closed
  std::string failure_;
};

}  // namespace hanbat::host
