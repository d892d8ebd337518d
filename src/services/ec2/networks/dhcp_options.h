// What a VPC's leases tell its machines.
#pragma once

#include "host/networks/spec.h"
#include "services/ec2/calls/calls.h"

namespace hanbat::ec2 {

/// The id of the set that AWS gives each region, made when there is none.
std::string default_dhcp_options(const Making& at);
/// As the VPC's set says; nothing when it has none.
host::Dhcp render_dhcp(store::Tx& tx, const Resource<Vpc>& vpc);

}  // namespace hanbat::ec2
