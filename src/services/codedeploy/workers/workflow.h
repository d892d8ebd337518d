// Where the Deployment machine meets the region: loads a deployment, lets an event act on it, saves it, and turns the
// effects into commands, tasks and events, all in one transaction.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "region/region.h"
#include "services/codedeploy/deployments/deployment.h"
#include "services/codedeploy/store.h"

namespace hanbat::codedeploy {

/// What an instance's agent waits for.
std::string commands_topic(std::string_view instance);

class Workflow {
 public:
  explicit Workflow(region::Region& home) : home_(home) {}

  /// A new deployment: its row, its use of the revision, and the task that finds its instances.
  void start(store::Tx& tx, const Deployment& deployment);
  /// Lets `event` act on the deployment. Nothing happens when it is not there any more.
  void on(store::Tx& tx, std::string_view id, const std::function<Effects(Deployment&)>& event);

 private:
  void apply(store::Tx& tx, Deployment& deployment, const Effect& effect);
  void host_changed(store::Tx& tx, Deployment& deployment, const HostChanged& change);
  void deployment_changed(store::Tx& tx, Deployment& deployment, DeploymentStatus status);
  void ended(store::Tx& tx, Deployment& deployment);
  void roll_back(store::Tx& tx, Deployment& deployment, const Group& group);

  region::Region& home_;
};

/// "d-" and nine letters and digits.
std::string new_deployment_id();

}  // namespace hanbat::codedeploy
