// The network of the build machines: CodeBuild's own VPC, as AWS has one that its users do not see. Builds reach the
// world through a NAT gateway and nothing reaches them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/actions.h"
#include "host/edge_range.h"
#include "services/codebuild/store.h"

namespace hanbat::codebuild {

inline constexpr const char* kBuildVpc = "vpc-0c0deb011d0000001";

/// The address of slot n, counted from 0.
std::string address_of_slot(int slot);
inline constexpr int kBuildSlots = 200;
/// Gives the machine of that id an address of its own, unless none is free.
void take_address(store::Tx& tx, std::string_view id);
/// The name of a build's machine.
std::string machine_name(std::string_view build);
host::Nic nic_of(const BuildAddress& build);
host::VpcSpec build_network(const std::string& region, const std::vector<BuildAddress>& builds,
                            const host::EdgeRange& edge = {});

}  // namespace hanbat::codebuild
