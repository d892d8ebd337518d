// What a step of a document is for the agent of an instance: a script.
#pragma once

#include <string>

#include "border/run_command.h"
#include "services/ssm/documents/plan.h"

namespace hanbat::ssm {

/// What a step's script needs to know beside its inputs.
struct ScriptPlace {
  std::string region;
  std::string agent_version;  // of the instance's SSM agent
  std::string platform;       // of the instance: Linux
};

/// The step as the agent carries it out; one whose precondition does not hold there says that it was passed over.
border::ShellCommand script_of(const PlannedStep& step, const ScriptPlace& place, const std::string& command_id);

/// How long the script may run, in seconds.
int execution_timeout_s(const PlannedStep& step);

}  // namespace hanbat::ssm
