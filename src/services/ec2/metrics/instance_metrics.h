// The metrics of instances, as their machines are measured: AWS/EC2 in CloudWatch.
// Source: EC2 User Guide, "CloudWatch metrics that are available for your instances".
#pragma once

#include <vector>

#include "host/machines/spec.h"
#include "region/region.h"
#include "services/ec2/instances/instances.h"

namespace hanbat::ec2 {

/// Every five minutes, with detailed monitoring every minute: CPUUtilization, NetworkIn and the like; every minute
/// StatusCheckFailed of what has passed its checks.
class InstanceMetrics {
 public:
  explicit InstanceMetrics(region::Region& home) : home_(home) {}

  void start();

 private:
  void measure(store::TaskRun& run, const MeasureInstances& task);
  /// Tells an instance's metrics where they are due; what is to be remembered of it.
  Json tell(store::Tx& tx, const Resource<Instance>& row, const host::MachineState& machine, const Json* before);

  region::Region& home_;
};

}  // namespace hanbat::ec2
