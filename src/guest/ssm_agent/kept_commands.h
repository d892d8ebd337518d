// The commands that the agent has taken and not answered yet, on disk, so that they outlive it and the machine's
// reboot.
#pragma once

#include <string>
#include <vector>

#include "border/run_command.h"

namespace hanbat::guest {

struct KeptCommand {
  std::string message_id;
  int runs = 0;  // how often its script has been begun
  border::ShellCommand command;
};

/// A folder with a file for each. AWS's agent, too, begins anew after a restart what it had not ended, three times at
/// most. Source: Systems Manager User Guide, "Handling reboots when running commands". Safe from all threads, as each
/// works on a command of its own.
class KeptCommands {
 public:
  static constexpr int kMostRuns = 3;

  explicit KeptCommands(std::string folder) : folder_(std::move(folder)) {}

  /// Keeps it, begun so many times. Durable when it returns.
  void keep(const KeptCommand& one) const;
  void forget(const std::string& message_id) const;
  /// What is there; a file that cannot be read is removed.
  std::vector<KeptCommand> list() const;

 private:
  std::string file_of(const std::string& message_id) const;

  std::string folder_;
};

}  // namespace hanbat::guest
