// The endpoint that agents poll (codedeploy-commands): it hands out the commands of the Deployment machine and takes
// the reports. The protocol is AWS's own, undocumented one, as AWS's agent speaks it.
#pragma once

#include <string>

#include "base/json.h"
#include "gen/codedeploycommands/operations.h"
#include "region/region.h"
#include "services/codedeploy/agents/specification.h"
#include "services/codedeploy/store.h"
#include "services/codedeploy/workers/workflow.h"

namespace hanbat::codedeploy {

/// The diagnostics that an agent's report carries, in the API's words.
Diagnostics read_diagnostics(const std::string& payload);

class HostAgent final : public codedeploycommands::Operations {
 public:
  explicit HostAgent(region::Region& home) : home_(home), workflow_(home) {}

  void start() override;

#include "gen/codedeploycommands/methods.inc"

 private:
  CommandRow require_command(region::Request& rq, const std::optional<std::string>& id);

  region::Region& home_;
  Workflow workflow_;
  Signer signer_;  // set by start(), before the first request
};

}  // namespace hanbat::codedeploy
