// CodeDeploy's workers: they carry out what the Deployment machine asks for. Each task acts with the group's service
// role and may happen twice.
#pragma once

#include "region/region.h"
#include "services/codedeploy/workers/tasks.h"
#include "services/codedeploy/workers/workflow.h"

namespace hanbat::codedeploy {

class Workers {
 public:
  explicit Workers(region::Region& home) : home_(home), workflow_(home) {}

  /// Names the task handlers, and has the agent published.
  void start();

 private:
  void plan(store::TaskRun& run, const PlanTask& task);
  void move_traffic(store::TaskRun& run, const TrafficTask& task);
  void wake(store::TaskRun& run, const WakeTask& task);
  void publish_agent();
  /// Ends the deployment, which could not begin, or the traffic's event.
  void abandon_plan(store::Tx& tx, const PlanTask& task, std::string_view why);
  void abandon_traffic(store::Tx& tx, const TrafficTask& task, std::string_view why);

  region::Region& home_;
  Workflow workflow_;
};

/// A session of the deployment's service role, held by CodeDeploy. Throws the identity service's errors.
region::Caller service_role(region::Region& home, const Deployment& deployment);

/// Why a deployment cannot go on, as GetDeployment answers it.
struct Reason {
  std::string code, message;
};
/// The service role may not use the service.
Reason no_permission(const Deployment& deployment, const std::string& service);
bool is_denial(const wire::Error& error);

}  // namespace hanbat::codedeploy
