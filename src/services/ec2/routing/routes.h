// Routes within route tables.
#pragma once

#include "services/ec2/store.h"

namespace hanbat::ec2 {

/// Tells of each route whether its target is still there: active or blackhole.
void fill_routes(store::Tx& tx, Resource<RouteTable>& table);
/// Whether traffic that takes the route gets anywhere.
bool is_alive(store::Tx& tx, const Resource<RouteTable>& table, const Route& route);

}  // namespace hanbat::ec2
