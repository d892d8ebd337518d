// One shell that all commands of a build run in, so that variables and the folder last from command to command and
// phase to phase.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "os/process.h"

namespace hanbat::guest {

struct ShellOptions {
  std::string program = "sh";
  std::string folder;
  std::map<std::string, std::string> environment;  ///< all of it
  std::optional<User> user;
  std::string scratch;  ///< a folder of our own, readable by the user
  std::function<void(const std::string&)> on_line;
};

/// When a command ends the shell itself (`exit 1`), the exit code is the command's, and the next command gets a new
/// shell with the variables that were exported and the folder that it left.
class Shell {
 public:
  explicit Shell(ShellOptions options);
  /// Runs a command to its end and returns its exit code.
  int run(const std::string& command);
  /// The value of a shell variable, exported or not; "" when unset.
  std::string variable(const std::string& name);
  /// Sets and exports a variable.
  void set(const std::string& name, const std::string& value);

 private:
  void start();
  void take_output(int timeout_ms);

  ShellOptions options_;
  Process process_;
  Fd commands_;  // our end of the pipe by which the shell learns what to run
  Fd results_;   // our end of the pipe by which it tells exit codes
  std::string partial_;
  std::string state_file_;
  int count_ = 0;
};

/// 'text' quoted for sh.
std::string shell_quote(const std::string& text);

}  // namespace hanbat::guest
