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
  Agent(const Settings& settings, Executor& executor, Call call);

  /// Reports the command that a previous life of this program left open, as failed with code 7.
  void report_interrupted();
  /// Asks once and carries out what comes; tells whether there was a command. Throws ServiceError.
  bool poll_once();

 private:
  void complete(const std::string& command_id, const Diagnostics& diagnostics);

  const Settings& settings_;
  Executor& executor_;
  Call call_;
  std::string tracking_file_;
};

}  // namespace hanbat::guest
