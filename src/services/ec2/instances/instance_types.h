// Facts of the instance types that can be launched.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gen/ec2/model.h"

namespace hanbat::ec2 {

struct InstanceTypeFacts {
  std::string name;
  int vcpus;
  int memory_mib;
  int interfaces;            // most network interfaces
  int addresses;             // IPv4 addresses per interface
  std::string_view network;  // performance, in AWS's words
  double clock_ghz;
  std::string_view maker;
  bool burstable;
  bool current;
  int threads_per_core;
};

/// Families × sizes, ordered by name.
std::span<const InstanceTypeFacts> instance_types();
const InstanceTypeFacts* find_instance_type(std::string_view name);
/// Throws InvalidParameterValue, and InsufficientInstanceCapacity where this machine has less memory than that.
const InstanceTypeFacts& require_instance_type(std::string_view name);
/// Throws Unsupported for a type that has no network of its own for its volumes.
void require_ebs_optimized(const InstanceTypeFacts& type);
CpuOptions cpu_options_of(const InstanceTypeFacts& type);

}  // namespace hanbat::ec2
