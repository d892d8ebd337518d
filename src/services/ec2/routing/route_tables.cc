// Route tables and which subnets they decide for.
#include <algorithm>

#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/routes.h"
#include "services/ec2/routing/vpc_endpoints.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostTables = 200;

constexpr FilterPath kRouteTablesPaths[] = {
    {"route-table-id", "RouteTableId"},
    {"vpc-id", "VpcId"},
    {"owner-id", "OwnerId"},
    {"association.gateway-id", "Associations.GatewayId"},
    {"association.route-table-association-id", "Associations.RouteTableAssociationId"},
    {"association.route-table-id", "Associations.RouteTableId"},
    {"association.subnet-id", "Associations.SubnetId"},
    {"association.main", "Associations.Main"},
    {"route.destination-cidr-block", "Routes.DestinationCidrBlock"},
    {"route.destination-ipv6-cidr-block", "Routes.DestinationIpv6CidrBlock"},
    {"route.destination-prefix-list-id", "Routes.DestinationPrefixListId"},
    {"route.gateway-id", "Routes.GatewayId"},
    {"route.instance-id", "Routes.InstanceId"},
    {"route.nat-gateway-id", "Routes.NatGatewayId"},
    {"route.transit-gateway-id", "Routes.TransitGatewayId"},
    {"route.vpc-peering-connection-id", "Routes.VpcPeeringConnectionId"},
    {"route.origin", "Routes.Origin"},
    {"route.state", "Routes.State"},
    {"route.egress-only-internet-gateway-id", "Routes.EgressOnlyInternetGatewayId"}};

RouteTableAssociation association_of(const Resource<RouteTable>& table, const std::optional<std::string>& subnet_id) {
  RouteTableAssociation association;
  association.route_table_association_id = ec2_id("rtbassoc");
  association.route_table_id = table.id;
  association.main = !subnet_id.has_value();
  association.subnet_id = subnet_id;
  association.association_state.emplace().state = "associated";
  return association;
}

/// The table that has the association, and the association in it.
using Association = std::pair<Resource<RouteTable>, RouteTableAssociation>;

std::optional<Association> find_association(Request& rq, const std::string& id) {
  for (auto& table : list<RouteTable>(rq.tx, place_of(rq)))
    for (const RouteTableAssociation& association : *table.shape.associations)
      if (association.route_table_association_id == id) {
        RouteTableAssociation copy = association;
        return Association{std::move(table), std::move(copy)};
      }
  return std::nullopt;
}

Association require_association(Request& rq, const std::string& id) {
  if (auto found = find_association(rq, id)) return *std::move(found);
  throw Error("InvalidAssociationID.NotFound", 400, fmt::format("The association ID '{}' does not exist", id));
}

void drop_association(store::Tx& tx, Resource<RouteTable>& table, const std::string& id) {
  std::erase_if(*table.shape.associations, [&](const auto& a) { return a.route_table_association_id == id; });
  update(tx, table);
}

}  // namespace

Resource<RouteTable> make_route_table(const Making& at, const Resource<Vpc>& vpc, bool main, const Tags& tags) {
  auto table = make<RouteTable>(at, vpc.id);
  RouteTable& shape = table.shape;
  shape.route_table_id = table.id;
  shape.vpc_id = vpc.id;
  shape.owner_id = at.place.account;
  shape.propagating_vgws.emplace();
  shape.associations.emplace();
  if (main) shape.associations->push_back(association_of(table, std::nullopt));
  Route& local = shape.routes.emplace().emplace_back();
  local.destination_cidr_block = vpc.shape.cidr_block;
  local.gateway_id = "local";
  local.origin = word_of(RouteOrigin::kCreateRouteTable);
  local.state = "active";
  create(at.tx, table, tags);
  return table;
}

Resource<RouteTable> route_table_of(store::Tx& tx, const Resource<Subnet>& subnet) {
  std::optional<Resource<RouteTable>> main;
  for (auto& table : list_in<RouteTable>(tx, subnet.scope))
    for (const RouteTableAssociation& association : std::vector(*table.shape.associations)) {
      if (association.subnet_id == subnet.id) return std::move(table);
      if (association.main.value_or(false)) main = table;
    }
  return std::move(*main);
}

CreateRouteTableOutput Ec2::create_route_table(Request& rq, const CreateRouteTableInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "route-table");
  authorize_making(rq, "CreateRouteTable", "route-table", tags);
  authorize(rq, "CreateRouteTable", "vpc", in.vpc_id);
  authorize_tagging(rq, "route-table", tags);

  const Json asked = Json::object({{"vpc", in.vpc_id}});
  CreateRouteTableOutput out;
  out.client_token = in.client_token;
  if (const auto earlier = earlier_result(rq, in.client_token, asked)) {
    out.route_table = tagged(rq.tx, require<RouteTable>(rq.tx, place_of(rq), *earlier));
    return out;
  }
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  if (list_in<RouteTable>(rq.tx, vpc.id).size() >= kMostTables)
    throw Error("RouteTableLimitExceeded", 400, "The maximum number of route tables has been reached.");

  const auto table = make_route_table(making(rq), vpc, false, tags);
  record_result(rq, in.client_token, asked, table.id);
  touch_vpc(rq.tx, home_.tasks, vpc.id);

  out.route_table = tagged(rq.tx, table);
  return out;
}

DescribeRouteTablesOutput Ec2::describe_route_tables(Request& rq, const DescribeRouteTablesInput& in) {
  authorize(rq, "DescribeRouteTables");
  prepare(rq);
  auto page = describe<RouteTable>(rq, in, in.route_table_ids, in.filters, kRouteTablesPaths,
                                   [&](Resource<RouteTable>& row) { fill_routes(rq.tx, row, home_.settings.edge); },
                                   {.usual = 100, .least = 5, .most = 100});
  DescribeRouteTablesOutput out;
  out.route_tables = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteRouteTableOutput Ec2::delete_route_table(Request& rq, const DeleteRouteTableInput& in) {
  authorize(rq, "DeleteRouteTable", "route-table", in.route_table_id);

  const auto table = require<RouteTable>(rq.tx, place_of(rq), in.route_table_id);
  if (!table.shape.associations->empty())
    throw dependency_violation(fmt::format("The routeTable '{}' has dependencies and cannot be deleted.", table.id));

  forget_table(rq.tx, table);
  remove(rq.tx, table);
  touch_vpc(rq.tx, home_.tasks, table.scope);
  return {};
}

AssociateRouteTableOutput Ec2::associate_route_table(Request& rq, const AssociateRouteTableInput& in) {
  if (in.subnet_id) authorize(rq, "AssociateRouteTable", "subnet", *in.subnet_id);
  authorize(rq, "AssociateRouteTable", "route-table", in.route_table_id);

  auto table = require<RouteTable>(rq.tx, place_of(rq), in.route_table_id);
  if (!in.subnet_id) throw missing_parameter("subnetId");
  const auto subnet = require<Subnet>(rq.tx, place_of(rq), *in.subnet_id);
  if (subnet.scope != table.scope)
    throw invalid_parameter(
        fmt::format("Route table {} and subnet {} belong to different networks", table.id, subnet.id));
  AssociateRouteTableOutput out;
  out.association_state.emplace().state = "associated";
  for (const auto& other : list_in<RouteTable>(rq.tx, table.scope))
    for (const RouteTableAssociation& association : *other.shape.associations) {
      if (association.subnet_id != subnet.id) continue;
      if (other.id != table.id)
        throw Error("Resource.AlreadyAssociated", 400,
                    fmt::format("the specified association for route table {} conflicts with an existing association",
                                table.id));
      out.association_id = association.route_table_association_id;
      return out;
    }

  table.shape.associations->push_back(association_of(table, subnet.id));
  update(rq.tx, table);
  touch_vpc(rq.tx, home_.tasks, table.scope);

  out.association_id = table.shape.associations->back().route_table_association_id;
  return out;
}

DisassociateRouteTableOutput Ec2::disassociate_route_table(Request& rq, const DisassociateRouteTableInput& in) {
  const auto asked = find_association(rq, in.association_id);
  if (asked && asked->second.subnet_id) authorize(rq, "DisassociateRouteTable", "subnet", *asked->second.subnet_id);
  authorize(rq, "DisassociateRouteTable", "route-table", asked ? asked->first.id : "*");

  auto [table, association] = require_association(rq, in.association_id);
  if (association.main.value_or(false))
    throw invalid_parameter(fmt::format("cannot disassociate the main route table association {}", in.association_id));

  drop_association(rq.tx, table, in.association_id);
  touch_vpc(rq.tx, home_.tasks, table.scope);
  return {};
}

ReplaceRouteTableAssociationOutput Ec2::replace_route_table_association(Request& rq,
                                                                        const ReplaceRouteTableAssociationInput& in) {
  const auto asked = find_association(rq, in.association_id);
  if (asked && asked->second.subnet_id)
    authorize(rq, "ReplaceRouteTableAssociation", "subnet", *asked->second.subnet_id);
  authorize(rq, "ReplaceRouteTableAssociation", "route-table", in.route_table_id);

  auto [before, association] = require_association(rq, in.association_id);
  const auto wanted = require<RouteTable>(rq.tx, place_of(rq), in.route_table_id);
  if (wanted.scope != before.scope)
    throw invalid_parameter(fmt::format("Route tables {} and {} belong to different networks", before.id, wanted.id));

  drop_association(rq.tx, before, in.association_id);
  auto table = require<RouteTable>(rq.tx, place_of(rq), in.route_table_id);
  table.shape.associations->push_back(association_of(table, association.subnet_id));
  update(rq.tx, table);
  touch_vpc(rq.tx, home_.tasks, table.scope);

  ReplaceRouteTableAssociationOutput out;
  out.new_association_id = table.shape.associations->back().route_table_association_id;
  out.association_state.emplace().state = "associated";
  return out;
}

}  // namespace hanbat::ec2
