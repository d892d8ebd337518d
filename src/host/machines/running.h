// The machines that run, as the kernel has them: each has a monitor, a process of its own that outlives incusd. For
// when nobody is there who could be asked, or who could stop them in order.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace hanbat::host {

struct RunningMachine {
  std::string name;
  pid_t monitor = 0;
};

/// Those of the incusd with that INCUS_DIR, in no order.
std::vector<RunningMachine> list_running(const std::string& incus_dir);

/// Takes the power away from all of them: what a machine had not written is lost, as with a plug. Waits for their ends,
/// at most `longest`; what runs all the same is returned.
std::vector<RunningMachine> cut_power(const std::string& incus_dir, std::chrono::milliseconds longest);

/// Whether to go on waiting for something that comes nearer by steps: as long as it has moved within a while. Pure.
class Patience {
 public:
  using Time = std::chrono::steady_clock::time_point;
  Patience(std::chrono::milliseconds longest_still, Time now) : longest_still_(longest_still), moved_(now) {}

  /// `left` is how much there is to go.
  bool goes_on(std::size_t left, Time now);

 private:
  const std::chrono::milliseconds longest_still_;
  Time moved_;
  std::size_t least_ = static_cast<std::size_t>(-1);
};

}  // namespace hanbat::host
