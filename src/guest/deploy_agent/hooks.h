// Runs the scripts of a lifecycle event, as the user that the specification names, within their time.
#pragma once

#include <chrono>
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
  std::string scripts_log;                         ///< each line is appended, with the time before it; "" = none
  std::string deployments_log;                     ///< and with the deployment, to that of all deployments; "" = none
  std::chrono::seconds longest{3600};              ///< for all scripts together, whatever each of them may take
};

/// Runs them in order up to the first that fails. Blocks until then. The diagnostics have the last lines, at most 2048
/// bytes of them. Source: aws-codedeploy-agent, hook_executor.rb.
Diagnostics run_hooks(const std::vector<HookScript>& scripts, const HookRun& run);

}  // namespace hanbat::guest
