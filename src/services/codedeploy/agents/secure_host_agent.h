// The same endpoint under the name codedeploy-commands-secure, where an agent must be allowed what it asks.
#pragma once

#include "gen/codedeploycommandssecure/operations.h"
#include "services/codedeploy/agents/host_agent.h"

namespace hanbat::codedeploy {

class SecureHostAgent final : public codedeploycommandssecure::Operations {
 public:
  explicit SecureHostAgent(region::Region& home) : agent_(home) {}

  void start() override { agent_.start(); }

#include "gen/codedeploycommandssecure/methods.inc"

 private:
  HostAgent agent_;
};

}  // namespace hanbat::codedeploy
