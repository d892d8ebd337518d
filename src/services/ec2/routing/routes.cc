#include "services/ec2/routing/routes.h"

#include <algorithm>

#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/nat_gateway_states.h"
#include "services/ec2/routing/prefix_lists.h"
#include "services/ec2/routing/vpc_endpoints.h"

namespace hanbat::ec2 {
namespace {

/// What a route leads to, as both CreateRoute and ReplaceRoute name it.
struct RouteTarget {
  std::optional<std::string> gateway;
  std::optional<std::string> nat;
  std::optional<std::string> interface;
  std::optional<std::string> instance;
};

Error other_network(const Resource<RouteTable>& table, std::string_view what, std::string_view id) {
  return invalid_parameter(fmt::format("route table {} and {} {} belong to different networks", table.id, what, id));
}

/// What GatewayId names may be a gateway of several kinds.
Error no_such_gateway(std::string_view id) {
  return Error("InvalidGatewayID.NotFound", 400, fmt::format("The gateway ID '{}' does not exist", id));
}

void aim_at_interface(Request& rq, const Resource<RouteTable>& table, const RouteTarget& target, Route& route) {
  std::optional<Resource<NetworkInterface>> interface;
  if (target.interface) {
    interface = require<NetworkInterface>(rq.tx, place_of(rq), *target.interface);
  } else {
    const auto instance = require<Instance>(rq.tx, place_of(rq), *target.instance);
    auto interfaces = list_of<NetworkInterface>(rq.tx, instance.id);
    if (interfaces.empty())
      throw Error("InvalidInstanceID", 400, fmt::format("The instance ID '{}' has no network interface.", instance.id));
    if (interfaces.size() > 1)
      throw Error(
          "InvalidInstanceID", 400,
          fmt::format("There are multiple interfaces attached to instance '{}'. Please specify an interface ID for "
                      "the operation instead.",
                      instance.id));
    interface = std::move(interfaces.front());
  }
  if (interface->scope != table.scope) throw other_network(table, "interface", interface->id);
  route.network_interface_id = interface->id;
  if (interface->shape.attachment && interface->shape.attachment->instance_id) {
    route.instance_id = interface->shape.attachment->instance_id;
    route.instance_owner_id = rq.account;
  }
}

void aim(Request& rq, const Resource<RouteTable>& table, const RouteTarget& target, Route& route) {
  const int named = int{target.gateway.has_value()} + int{target.nat.has_value()} + int{target.interface.has_value()} +
                    int{target.instance.has_value()};
  if (named != 1)
    throw Error(
        named == 0 ? "MissingParameter" : "InvalidParameterCombination", 400,
        "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, vpcPeeringConnectionId, "
        "egressOnlyInternetGatewayId, transitGatewayId, localGatewayId, carrierGatewayId, coreNetworkArn, "
        "vpcEndpointId, instanceId");
  if (target.nat || (target.gateway && target.gateway->starts_with("nat-"))) {
    const std::string& id = target.nat ? *target.nat : *target.gateway;
    const auto gateway = find<NatGateway>(rq.tx, place_of(rq), id);
    if (!gateway || !is_working(*gateway))
      throw target.nat
          ? Error("InvalidNatGatewayID.NotFound", 400, fmt::format("The natGateway ID '{}' does not exist", id))
          : no_such_gateway(id);
    if (gateway->scope != table.scope) throw other_network(table, "NAT gateway", id);
    route.nat_gateway_id = id;
  } else if (target.gateway) {
    if (target.gateway->starts_with("vpce-"))
      throw invalid_parameter("Cannot create or replace a prefix list route targeting a VPC Endpoint.");
    const auto gateway = find<InternetGateway>(rq.tx, place_of(rq), *target.gateway);
    if (!gateway) throw no_such_gateway(*target.gateway);
    if (gateway->scope != table.scope) throw other_network(table, "network gateway", gateway->id);
    route.gateway_id = gateway->id;
  } else {
    aim_at_interface(rq, table, target, route);
  }
}

/// Where a route leads: an address block, or what a prefix list says.
struct Destination {
  std::optional<Cidr> block;
  std::optional<Resource<ManagedPrefixList>> list;

  std::string text() const { return block ? block->str() : list->id; }
  bool is_of(const Route& route) const {
    return block ? route.destination_cidr_block == block->str() : route.destination_prefix_list_id == list->id;
  }
};

template <class In>
Destination require_destination(Request& rq, const In& in) {
  if (in.destination_cidr_block && in.destination_prefix_list_id)
    throw Error("InvalidParameterCombination", 400,
                "The parameter destinationCidrBlock cannot be used with the parameter destinationPrefixListId");
  if (in.destination_prefix_list_id)
    return {{}, require_prefix_list(rq.tx, place_of(rq), rq.home.settings.edge, *in.destination_prefix_list_id)};
  if (!in.destination_cidr_block)
    throw Error("MissingParameter", 400, "The request must contain the parameter destinationCidrBlock");
  if (const auto cidr = parse_cidr(*in.destination_cidr_block)) return {cidr, {}};
  throw invalid_parameter(
      fmt::format("Value ({}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.",
                  *in.destination_cidr_block));
}

auto find_route(Resource<RouteTable>& table, const Destination& destination) {
  return std::ranges::find_if(*table.shape.routes, [&](const Route& route) { return destination.is_of(route); });
}

Error no_such_route(const Destination& destination, const Resource<RouteTable>& table) {
  return Error("InvalidRoute.NotFound", 400,
               fmt::format("no route with {} {} in route table {}",
                           destination.block ? "destination-cidr-block" : "destination-prefix-list-id",
                           destination.text(), table.id));
}

/// A route that a call makes, before it is aimed.
Route route_of_call(const Destination& destination) {
  Route route;
  if (destination.block)
    route.destination_cidr_block = destination.text();
  else
    route.destination_prefix_list_id = destination.text();
  route.origin = word_of(RouteOrigin::kCreateRoute);
  route.state = "active";
  return route;
}

/// Throws when the table's endpoint has the route to that prefix list.
void refuse_endpoints_own(Request& rq, const Resource<RouteTable>& table, const Destination& destination) {
  const bool is_s3 = destination.list && destination.list->id == s3_prefix_list(table.place, rq.home.settings.edge).id;
  if (is_s3 && !endpoints_of(rq.tx, table).empty())
    throw invalid_parameter(
        fmt::format("cannot change the VPC endpoint's route {} in route table {}", destination.text(), table.id));
}

}  // namespace

bool is_alive(store::Tx& tx, const Resource<RouteTable>& table, const Route& route) {
  if (route.gateway_id == "local" || is_to_endpoint(route)) return true;
  if (route.gateway_id) {
    const auto gateway = find<InternetGateway>(tx, *route.gateway_id);
    return gateway && gateway->scope == table.scope;
  }
  if (route.nat_gateway_id) {
    const auto gateway = find<NatGateway>(tx, *route.nat_gateway_id);
    return gateway && is_working(*gateway);
  }
  if (!route.network_interface_id) return false;
  const auto interface = find<NetworkInterface>(tx, *route.network_interface_id);
  return interface && interface->shape.attachment.has_value();
}

void fill_routes(store::Tx& tx, Resource<RouteTable>& table, const host::EdgeRange& edge) {
  for (const auto& endpoint : endpoints_of(tx, table))
    table.shape.routes->push_back(route_to(endpoint, s3_prefix_list(table.place, edge).id));
  for (Route& route : *table.shape.routes) route.state = is_alive(tx, table, route) ? "active" : "blackhole";
}

CreateRouteOutput Ec2::create_route(Request& rq, const CreateRouteInput& in) {
  authorize(rq, "CreateRoute", "route-table", in.route_table_id);

  auto table = require<RouteTable>(rq.tx, place_of(rq), in.route_table_id);
  const Destination destination = require_destination(rq, in);
  refuse_endpoints_own(rq, table, destination);
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), table.scope);
  Route route = route_of_call(destination);
  aim(rq, table, {in.gateway_id, in.nat_gateway_id, in.network_interface_id, in.instance_id}, route);
  if (find_route(table, destination) != table.shape.routes->end())
    throw Error("RouteAlreadyExists", 400,
                fmt::format("The route identified by {} already exists.", destination.text()));
  if (destination.block && parse_cidr(*vpc.shape.cidr_block)->contains(*destination.block) && !in.instance_id &&
      !in.network_interface_id)
    throw invalid_parameter(
        fmt::format("The destination CIDR block {} is equal to or more specific than one of this VPC's "
                    "CIDR blocks. This route can target only an interface or an instance.",
                    destination.text()));
  if (routes_counted(rq.tx, table, home_.settings.edge) + (destination.list ? weight_of(*destination.list) : 1) >
      kMostRoutes)
    throw Error("RouteLimitExceeded", 400, "The maximum number of routes has been reached.");

  table.shape.routes->push_back(std::move(route));
  update(rq.tx, table);
  touch_vpc(rq.tx, home_.tasks, table.scope);

  CreateRouteOutput out;
  out.return_ = true;
  return out;
}

ReplaceRouteOutput Ec2::replace_route(Request& rq, const ReplaceRouteInput& in) {
  authorize(rq, "ReplaceRoute", "route-table", in.route_table_id);

  auto table = require<RouteTable>(rq.tx, place_of(rq), in.route_table_id);
  const Destination destination = require_destination(rq, in);
  refuse_endpoints_own(rq, table, destination);
  const auto found = find_route(table, destination);
  if (found == table.shape.routes->end())
    throw Error("InvalidParameterValue", 400,
                fmt::format("There is no route defined for '{}' in the route table. Use CreateRoute instead.",
                            destination.text()));
  Route route = route_of_call(destination);
  if (in.local_target.value_or(false)) {
    if (!is_local(*found)) throw invalid_parameter("LocalTarget is valid only for the local route");
    route.gateway_id = "local";
    route.origin = word_of(RouteOrigin::kCreateRouteTable);
  } else {
    aim(rq, table, {in.gateway_id, in.nat_gateway_id, in.network_interface_id, in.instance_id}, route);
    if (is_local(*found)) throw not_done(rq, "replacing the local route's target");
  }

  *found = std::move(route);
  update(rq.tx, table);
  touch_vpc(rq.tx, home_.tasks, table.scope);
  return {};
}

DeleteRouteOutput Ec2::delete_route(Request& rq, const DeleteRouteInput& in) {
  authorize(rq, "DeleteRoute", "route-table", in.route_table_id);

  auto table = require<RouteTable>(rq.tx, place_of(rq), in.route_table_id);
  const Destination destination = require_destination(rq, in);
  refuse_endpoints_own(rq, table, destination);
  const auto found = find_route(table, destination);
  if (found == table.shape.routes->end()) throw no_such_route(destination, table);
  if (is_local(*found))
    throw invalid_parameter(
        fmt::format("cannot remove local route {} in route table {}", destination.text(), table.id));

  table.shape.routes->erase(found);
  update(rq.tx, table);
  touch_vpc(rq.tx, home_.tasks, table.scope);
  return {};
}

}  // namespace hanbat::ec2
