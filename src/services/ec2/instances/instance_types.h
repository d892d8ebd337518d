// Facts of the instance types that can be launched.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gen/ec2/model.h"

namespace hanbat::ec2 {

/// The network that a type has to its volumes: what it always has, and for a while.
struct EbsSpeed {
  int baseline_mbps = 0;
  int baseline_iops = 0;
  int maximum_mbps = 0;
  int maximum_iops = 0;
};

struct InstanceTypeFacts {
  std::string_view name;
  int vcpus;
  int memory_mib;
  int interfaces;            // most network interfaces
  int addresses;             // IPv4 addresses per interface
  std::string_view network;  // performance, in AWS's words
  double baseline_gbps;
  double peak_gbps;
  double clock_ghz;
  std::string_view maker;
  bool burstable;
  bool current;
  bool free_tier;
  int threads_per_core;
  bool xen;  // of before Nitro
  std::string_view ena;
  EbsSpeed ebs;  // nothing: no network of its own
};

/// Ordered by name.
std::span<const InstanceTypeFacts> instance_types();
const InstanceTypeFacts* find_instance_type(std::string_view name);
/// Throws InvalidParameterValue, and InsufficientInstanceCapacity where this machine has less memory than that.
const InstanceTypeFacts& require_instance_type(std::string_view name);
/// Throws Unsupported for a type that has no network of its own for its volumes.
void require_ebs_optimized(const InstanceTypeFacts& type);
/// "standard" or "unlimited": what an instance of a burstable type has when nobody chooses; "" of another type.
std::string_view usual_cpu_credits(std::string_view type);
CpuOptions cpu_options_of(const InstanceTypeFacts& type);

}  // namespace hanbat::ec2
