// What an account that is not the operator's own may take of the machine, so that one keeps nobody else from theirs.
// What AWS's own quotas are for is refused in AWS's words.
#pragma once

#include <string>

namespace hanbat::region {

struct AccountLimits {
  double requests_per_second = 50;  ///< in the long run
  double burst = 300;               ///< requests at once, after a rest
  int vcpus = 16;                   ///< of instances that are not stopped, in all regions together
  int memory_gib = 16;              ///< of the same

  /// As limits.json of the state folder says, an object of these names: {"vcpus": 32}. What it does not say, and all of
  /// it without the file, is as above. Throws std::runtime_error for another name, or a number that is not above zero.
  static AccountLimits of(const std::string& state_folder);
};

}  // namespace hanbat::region
