// The agent's conversation with CodeDeploy: poll, fetch the specification, acknowledge, run, report; one command at a
// time.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/json.h"
#include "guest/deploy_agent/executor.h"

namespace hanbat::guest {

class Agent {
 public:
  /// Calls an operation of CodeDeployCommandService.
  using Call = std::function<Json(const std::string& operation, const Json& input)>;
  /// Makes durable what a command and its scripts wrote. A deployment that was called successful is still there after a
  /// power cut.
  using Sync = std::function<void()>;
  Agent(const Settings& settings, Executor& executor, Call call, Sync sync);

  /// Reports what is still open, asks once and carries out what comes; returns whether there was a command. Throws
  /// ServiceError, and JsonError for an answer that is none of the operation.
  bool poll_once();

 private:
  enum class IsNoop { kNo, kYes };

  void report_open();
  /// Throws border::MessageError, JsonError.
  Specification fetch_specification(const std::string& execution);
  /// Returns whether the command is still to be run.
  bool acknowledge(const std::string& id, IsNoop noop);

  const Settings& settings_;
  Executor& executor_;
  Call call_;
  Sync sync_;
  /// The open command as JSON: {"Command": its id}, and once it has ended {"Command", "CommandStatus", "Diagnostics"}.
  /// It goes when the service has taken the report; one without an outcome was cut off by the end of this program.
  std::string tracking_file_;
};

}  // namespace hanbat::guest
