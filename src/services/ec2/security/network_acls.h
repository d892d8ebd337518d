// Network ACLs: numbered entries that decide what crosses a subnet's border, and which subnets they decide for.
#pragma once

#include "services/ec2/calls/calls.h"

namespace hanbat::ec2 {

/// The number of the last entry of each direction, which denies what no other matched. It cannot be changed.
inline constexpr int kLastEntry = 32767;

/// An ACL with its last entries alone, or the VPC's default one, which allows everything.
enum class AclKind { kDefault, kOwn };
Resource<NetworkAcl> make_network_acl(const Making& at, const Resource<Vpc>& vpc, AclKind kind, const Tags& tags);
/// Puts a new subnet under its VPC's default ACL.
void associate_with_default_acl(store::Tx& tx, const Resource<Subnet>& subnet);

}  // namespace hanbat::ec2
