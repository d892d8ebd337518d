#include "services/ec2/routing/routes.h"

#include <algorithm>

#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/nat_gateway_states.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostRoutes = 500;

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
    const auto gateway = require<NatGateway>(rq.tx, place_of(rq), target.nat ? *target.nat : *target.gateway);
    if (gateway.scope != table.scope) throw other_network(table, "NAT gateway", gateway.id);
    if (!is_working(gateway))
      throw Error("InvalidNatGatewayID.NotFound", 400,
                  fmt::format("The natGateway ID '{}' does not exist", gateway.id));
    route.nat_gateway_id = gateway.id;
  } else if (target.gateway) {
    if (!target.gateway->starts_with("igw-"))
      throw Error("InvalidGatewayID.NotFound", 400, fmt::format("The gateway ID '{}' does not exist", *target.gateway));
    const auto gateway = require<InternetGateway>(rq.tx, place_of(rq), *target.gateway);
    if (gateway.scope != table.scope) throw other_network(table, "network gateway", gateway.id);
    route.gateway_id = gateway.id;
  } else {
    aim_at_interface(rq, table, target, route);
  }
}

Cidr require_destination(const std::optional<std::string>& text) {
  if (!text) throw Error("MissingParameter", 400, "The request must contain the parameter destinationCidrBlock");
  if (const auto cidr = parse_cidr(*text)) return *cidr;
  throw invalid_parameter(
      fmt::format("Value ({}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.", *text));
}

auto find_route(Resource<RouteTable>& table, const std::string& destination) {
  return std::ranges::find_if(*table.shape.routes,
                              [&](const Route& route) { return route.destination_cidr_block == destination; });
}

Error no_such_route(const std::string& destination, const Resource<RouteTable>& table) {
  return Error("InvalidRoute.NotFound", 400,
               fmt::format("no route with destination-cidr-block {} in route table {}", destination, table.id));
}

}  // namespace

bool is_alive(store::Tx& tx, const Resource<RouteTable>& table, const Route& route) {
  if (route.gateway_id == "local") return true;
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

void fill_routes(store::Tx& tx, Resource<RouteTable>& table) {
  for (Route& route : *table.shape.routes) route.state = is_alive(tx, table, route) ? "active" : "blackhole";
}

CreateRouteOutput Ec2::create_route(Request& rq, const CreateRouteInput& in) {
  authorize(rq, "CreateRoute", "route-table", in.route_table_id);

  auto table = require<RouteTable>(rq.tx, place_of(rq), in.route_table_id);
  const Cidr destination = require_destination(in.destination_cidr_block);
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), table.scope);
  if (find_route(table, destination.str()) != table.shape.routes->end())
    throw Error("RouteAlreadyExists", 400,
                fmt::format("The route identified by {} already exists.", destination.str()));
  if (parse_cidr(*vpc.shape.cidr_block)->contains(destination) && !in.instance_id && !in.network_interface_id)
    throw invalid_parameter(
        fmt::format("The destination CIDR block {} is equal to or more specific than one of this VPC's "
                    "CIDR blocks. This route can target only an interface or an instance.",
                    destination.str()));
  if (table.shape.routes->size() >= kMostRoutes)
    throw Error("RouteLimitExceeded", 400, "The maximum number of routes has been reached.");
  Route route;
  route.destination_cidr_block = destination.str();
  route.origin = word_of(RouteOrigin::kCreateRoute);
  route.state = "active";
  aim(rq, table, {in.gateway_id, in.nat_gateway_id, in.network_interface_id, in.instance_id}, route);

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
  const Cidr destination = require_destination(in.destination_cidr_block);
  const auto found = find_route(table, destination.str());
  if (found == table.shape.routes->end())
    throw Error("InvalidParameterValue", 400,
                fmt::format("There is no route defined for '{}' in the route table. Use CreateRoute instead.",
                            destination.str()));
  Route route;
  route.destination_cidr_block = destination.str();
  route.origin = word_of(RouteOrigin::kCreateRoute);
  route.state = "active";
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
  const Cidr destination = require_destination(in.destination_cidr_block);
  const auto found = find_route(table, destination.str());
  if (found == table.shape.routes->end()) throw no_such_route(destination.str(), table);
  if (is_local(*found))
    throw invalid_parameter(fmt::format("cannot remove local route {} in route table {}", destination.str(), table.id));

  table.shape.routes->erase(found);
  update(rq.tx, table);
  touch_vpc(rq.tx, home_.tasks, table.scope);
  return {};
}

}  // namespace hanbat::ec2
