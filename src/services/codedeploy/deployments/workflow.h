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

inline constexpr const char* kPlanTask = "codedeploy.plan";  // finds a new deployment's instances
inline constexpr const char* kTrafficTask =
    "codedeploy.traffic";                                    // takes an instance out of its target groups, or back
inline constexpr const char* kWakeTask = "codedeploy.wake";  // looks at an instance's deadline
inline constexpr const char* kPublishTask = "codedeploy.publish";  // puts the agent into its bucket

/// What an instance's agent waits for.
std::string commands_topic(std::string_view instance);

class Workflow {
 public:
  Workflow(region::Region& home, Store& store) : home_(home), store_(store) {}

  /// A new deployment: its row, its use of the revision, and the task that finds its instances.
  void start(store::Tx& tx, const Deployment& deployment);
  /// Lets `event` act on the deployment. Nothing happens when it is not there any more.
  void on(store::Tx& tx, std::string_view id, const std::function<Effects(Deployment&)>& event);

 private:
  void apply(store::Tx& tx, Deployment& deployment, const Effect& effect);
  void host_changed(store::Tx& tx, Deployment& deployment, const HostChanged& change);
  void deployment_changed(store::Tx& tx, Deployment& deployment, const std::string& status);
  void ended(store::Tx& tx, Deployment& deployment);
  void roll_back(store::Tx& tx, Deployment& deployment, const DeploymentGroupInfo& group);

  region::Region& home_;
  Store& store_;
};

/// "d-" and nine letters and digits.
std::string new_deployment_id();

}  // namespace hanbat::codedeploy
