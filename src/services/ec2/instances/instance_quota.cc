#include "services/ec2/instances/instance_quota.h"

#include "region/account_limits.h"
#include "region/aws_regions.h"
#include "services/ec2/instances/instances.h"

namespace hanbat::ec2 {
namespace {

struct Share {
  int vcpus = 0;
  int memory_mib = 0;

  void add(const InstanceTypeFacts& type) {
    vcpus += type.vcpus;
    memory_mib += type.memory_mib;
  }
};

void add_running(region::Request& rq, const char* region, Share& share) {
  for (const auto& row : list<Instance>(rq.tx, {rq.account, region})) {
    const Status status = status_of(row);
    if (status != Status::kPending && status != Status::kRunning) continue;
    if (const auto* type = find_instance_type(row.shape.instance_type.value_or(""))) share.add(*type);
  }
}

}  // namespace

void require_quota(region::Request& rq, const std::vector<const InstanceTypeFacts*>& more) {
  if (more.empty() || rq.account == rq.home.settings.default_account) return;
  const auto limits = region::AccountLimits::of(rq.home.settings.state_folder);
  Share share;
  for (const char* name : region::kAwsRegions) add_running(rq, name, share);
  for (const char* name : region::kAwsOptInRegions) add_running(rq, name, share);
  for (const InstanceTypeFacts* type : more) share.add(*type);
  if (share.vcpus > limits.vcpus)
    throw Error("VcpuLimitExceeded", 400,
                fmt::format("You have requested more vCPU capacity than your current vCPU limit of {} allows for the "
                            "instance bucket that the specified instance type belongs to. Please visit "
                            "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
                            limits.vcpus));
  if (share.memory_mib > limits.memory_gib * 1024)
    throw Error("InsufficientInstanceCapacity", 500,
                fmt::format("We currently do not have sufficient {} capacity: the instances of an account may have {} "
                            "GiB of memory together.",
                            more.front()->name, limits.memory_gib));
}

}  // namespace hanbat::ec2
