// Routes within route tables.
#pragma once

#include "base/words.h"
#include "host/edge_range.h"
#include "services/ec2/store.h"

namespace hanbat::ec2 {

/// How a route came about: with its table, or by a call.
enum class RouteOrigin { kCreateRouteTable, kCreateRoute };

}  // namespace hanbat::ec2

template <>
inline constexpr auto hanbat::kWords<hanbat::ec2::RouteOrigin> = std::to_array<hanbat::Word<hanbat::ec2::RouteOrigin>>(
    {{hanbat::ec2::RouteOrigin::kCreateRouteTable, "CreateRouteTable"},
     {hanbat::ec2::RouteOrigin::kCreateRoute, "CreateRoute"}});

namespace hanbat::ec2 {

/// Whether it is the table's own route within the VPC.
inline bool is_local(const Route& route) {
  return require_word(route.origin, RouteOrigin::kCreateRoute) == RouteOrigin::kCreateRouteTable;
}
/// Adds the routes to endpoints, and tells of each route whether its target is still there: active or blackhole.
void fill_routes(store::Tx& tx, Resource<RouteTable>& table, const host::EdgeRange& edge);
/// Whether traffic that takes the route gets anywhere.
bool is_alive(store::Tx& tx, const Resource<RouteTable>& table, const Route& route);

}  // namespace hanbat::ec2
