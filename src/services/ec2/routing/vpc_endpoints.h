// Gateway endpoints: how a VPC's subnets reach S3 without leaving the VPC.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "services/ec2/calls/calls.h"
#include "services/ec2/networks/cidr.h"

namespace hanbat::ec2 {

/// The endpoints that have a route in the table.
std::vector<Resource<VpcEndpoint>> endpoints_of(store::Tx& tx, const Resource<RouteTable>& table);
/// The route that an endpoint has in each of its tables.
Route route_to(const Resource<VpcEndpoint>& endpoint, std::string_view prefix_list_id);
bool is_to_endpoint(const Route& route);
/// Takes the table out of the endpoints that have a route there.
void forget_table(store::Tx& tx, const Resource<RouteTable>& table);
/// The endpoint by which what has that address in the VPC reaches S3 now.
std::optional<Resource<VpcEndpoint>> endpoint_for(store::Tx& tx, std::string_view vpc_id, Ipv4 address);

}  // namespace hanbat::ec2
