// The network of the build machines: CodeBuild's own VPC, as AWS has one that its users do not see. Builds reach the
// world through a NAT gateway and nothing reaches them.
#pragma once

#include <string>
#include <vector>

#include "host/actions.h"

namespace hanbat::codebuild {

inline constexpr const char* kBuildVpc = "vpc-0c0deb011d0000001";

/// One machine's place in it.
struct BuildAddress {
  std::string uuid;
  std::string address;
};

/// The address of slot n, counted from 0.
std::string address_of_slot(int slot);
inline constexpr int kBuildSlots = 200;
host::Nic nic_of(const BuildAddress& build);
host::VpcSpec build_network(const std::string& region, const std::vector<BuildAddress>& builds);

}  // namespace hanbat::codebuild
