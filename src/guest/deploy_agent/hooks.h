// Runs the scripts of a lifecycle event, as the user that the specification names, within their time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "border/host_diagnostics.h"
#include "guest/deploy_agent/appspec.h"

namespace hanbat::guest {

using Diagnostics = border::HostDiagnostics;

struct HookRun {
  std::string event;
  std::string archive;                             ///< the deployment-archive folder
  std::map<std::string, std::string> environment;  ///< LIFECYCLE_EVENT and the rest
  std::vector<std::string> log_files;              ///< each line is appended to all of them
};

/// Runs them in order up to the first that fails. Blocks until then.
Diagnostics run_hooks(const std::vector<HookScript>& scripts, const HookRun& run);

}  // namespace hanbat::guest
