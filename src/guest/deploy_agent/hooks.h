// Runs the scripts of a lifecycle event, as the user that the specification names, within their time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "guest/deploy_agent/appspec.h"

namespace hanbat::guest {

/// How a command ended, as it is reported: AWS's error codes and the end of the scripts' output.
struct Diagnostics {
  int error_code = 0;  ///< 0 Success, 1 ScriptMissing, 2 ScriptNotExecutable, 3 ScriptTimedOut, 4 ScriptFailed, 5
                       ///< UnknownError, 6 outputs left open, 7 after restart
  std::string script_name;
  std::string message = "Succeeded";
  std::string log;

  /// The JSON that PutHostCommandComplete carries; the log is cut to its last 2048 characters.
  std::string json() const;
};

struct HookRun {
  std::string event;
  std::string archive;                             ///< the deployment-archive folder
  std::map<std::string, std::string> environment;  ///< LIFECYCLE_EVENT and the rest
  std::vector<std::string> log_files;              ///< each line is appended to all of them
};

/// Runs them in order up to the first that fails. Blocks until then.
Diagnostics run_hooks(const std::vector<HookScript>& scripts, const HookRun& run);

}  // namespace hanbat::guest
