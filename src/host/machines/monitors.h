// The processes of machines that run. Each has a monitor of LXC's, whose child is the machine's init; both outlive
// incusd.
#pragma once

#include <string>
#include <vector>

namespace hanbat::host {

struct Monitor {
  int pid;
  std::string machine;
};

/// The monitors of the machines of the Incus whose INCUS_DIR is this.
std::vector<Monitor> monitors_of(const std::string& incus_dir);

/// Ends each machine's init as when its power goes, and waits, ten seconds at most, until their monitors are gone too;
/// then these are ended.
void cut_power(const std::string& incus_dir);

}  // namespace hanbat::host
