// A VPC's rows as the whole wanted state that the host side brings about.
#pragma once

#include <optional>
#include <string_view>

#include "host/actions.h"
#include "host/edge_range.h"
#include "services/ec2/store.h"
#include "store/database.h"

namespace hanbat::ec2 {

/// The spec of the VPC, whether or not anything in it needs a network.
host::VpcSpec render_whole_vpc(store::Tx& tx, const Resource<Vpc>& vpc, const host::EdgeRange& edge);
/// The spec of the VPC; nothing when it is gone, or when nothing in it needs a network yet.
std::optional<host::VpcSpec> render_vpc(store::Tx& tx, std::string_view vpc_id, const host::EdgeRange& edge);

}  // namespace hanbat::ec2
