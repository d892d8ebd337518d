// What SSM and its agent say to each other within ec2messages: the payloads of messages and of replies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace hanbat::border {

/// AWS-RunShellScript on one instance.
struct ShellCommand {
  std::string command_id;
  std::vector<std::string> commands;  ///< the lines of the script
  std::string working_directory;      ///< "" = a folder of the command's own
  int execution_timeout_s = 3600;
  bool operator==(const ShellCommand&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static ShellCommand from_json(const Json& json);
};

/// Ends a command that was handed out before.
struct CancelCommand {
  std::string command_id;
  std::string message_id;  ///< of the message that carried the command
  bool operator==(const CancelCommand&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static CancelCommand from_json(const Json& json);
};

/// How a script ended.
struct CommandReply {
  enum class Ending { kExited, kTimedOut, kCancelled };
  int code = 1;
  std::string out, err;
  Ending ending = Ending::kExited;
  bool operator==(const CommandReply&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static CommandReply from_json(const Json& json);
};

}  // namespace hanbat::border
