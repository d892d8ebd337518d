// How much of the machine an account's instances may have: AWS's quota of virtual CPUs, and memory.
#pragma once

#include <vector>

#include "region/request.h"
#include "services/ec2/instances/instance_types.h"

namespace hanbat::ec2 {

/// Throws VcpuLimitExceeded, and InsufficientInstanceCapacity for want of memory, when instances of these types are too
/// many beside those of the account that are not stopped. AWS counts per region, and so many are the same machine's:
/// here all regions count together. The operator's own account has no such limits. Source:
/// https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
void require_quota(region::Request& rq, const std::vector<const InstanceTypeFacts*>& more);

}  // namespace hanbat::ec2
