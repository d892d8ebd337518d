// Endpoints of VPCs, of the gateway type and for S3. Each is a route in the tables that it names, and the host side
// takes what follows the route in the VPC's own namespace, where the region listens for it (networks/network_worker).
#include "services/ec2/routing/vpc_endpoints.h"

#include <algorithm>

#include "http/message.h"
#include "region/policy/document.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/prefix_lists.h"
#include "services/ec2/routing/routes.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostEndpoints = 20;
constexpr std::size_t kLongestPolicy = 20480;

constexpr FilterPath kEndpointsPaths[] = {
    {"vpc-endpoint-id", "VpcEndpointId"}, {"vpc-endpoint-type", "VpcEndpointType"}, {"vpc-id", "VpcId"},
    {"service-name", "ServiceName"},      {"service-region", "ServiceRegion"},      {"vpc-endpoint-state", "State"},
    {"ip-address-type", "IpAddressType"}};
constexpr FilterPath kServicesPaths[] = {{"owner", "Owner"},
                                         {"service-name", "ServiceName"},
                                         {"service-region", "ServiceRegion"},
                                         {"service-type", "ServiceType.ServiceType"},
                                         {"supported-ip-address-types", "SupportedIpAddressTypes"}};

/// What AWS gives an endpoint that was made without a policy.
constexpr const char* kFullAccess =
    R"({"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]})";

Error invalid(std::string_view message) { return Error("InvalidParameter", 400, std::string(message)); }

void check_policy(const std::string& policy) {
  if (policy.size() > kLongestPolicy) throw Error("InvalidPolicyDocument", 400, "The policy document is too long.");
  try {
    region::policy::parse_document(policy, region::policy::DocumentKind::kResource);
  } catch (const region::policy::DocumentError& error) {
    throw Error("InvalidPolicyDocument", 400, error.what());
  }
}

/// The endpoints' service is not that of VPCs and route tables, and has its own words for theirs. Sources: what AWS
/// answers to CreateVpcEndpoint in the tests of its controllers for Kubernetes; the codes that Terraform's provider
/// waits for.
template <class T>
Resource<T> require_named(Request& rq, const std::string& id, std::string_view kind, std::string_view missing) {
  if (auto row = find<T>(rq.tx, place_of(rq), id)) return std::move(*row);
  require_id_form(fmt::format("Invalid{}Id.Malformed", kind), KindOf<T>::kKind.prefix, id, IdWords::kEndpoint);
  throw Error(fmt::format("Invalid{}Id.NotFound", kind), 400, fmt::format(fmt::runtime(missing), id));
}

Resource<RouteTable> require_table(Request& rq, const std::string& id) {
  return require_named<RouteTable>(rq, id, "RouteTable", KindOf<RouteTable>::kKind.message);
}

/// The tables of that VPC. Throws when one has a route to S3 already, by another endpoint than `own`.
std::vector<Resource<RouteTable>> require_tables(Request& rq, const std::string& vpc_id, const Strings& ids,
                                                 std::string_view own, std::string_view prefix_list) {
  std::vector<Resource<RouteTable>> tables;
  for (const std::string& id : ids.value_or(std::vector<std::string>{})) {
    auto table = require_table(rq, id);
    if (table.scope != vpc_id)
      throw invalid(fmt::format("Route table {} and VPC {} belong to different networks.", id, vpc_id));
    const bool by_endpoint =
        std::ranges::any_of(endpoints_of(rq.tx, table), [&](const auto& other) { return other.id != own; });
    const bool by_route = std::ranges::any_of(
        *table.shape.routes, [&](const Route& route) { return route.destination_prefix_list_id == prefix_list; });
    if (by_endpoint || by_route)
      throw Error(
          "RouteAlreadyExists", 400,
          fmt::format("route table {} already has a route with destination-prefix-list-id {}", id, prefix_list));
    tables.push_back(std::move(table));
  }
  return tables;
}

/// What only endpoints of other types have.
template <class In>
void refuse_of_other_types(Request& rq, const In& in, const Strings& subnets, const Strings& groups) {
  if (subnets && !subnets->empty()) throw invalid("Subnet IDs are only supported for Interface type VPC Endpoint.");
  if (groups && !groups->empty())
    throw invalid("Security Group IDs are only supported for Interface type VPC Endpoint.");
  if (in.private_dns_enabled.value_or(false))
    throw invalid("Private DNS is only supported for Interface type VPC Endpoint.");
  if (in.ip_address_type.value_or("ipv4") != "ipv4") throw not_done(rq, "IpAddressType other than ipv4");
}

VpcEndpoint endpoint_shape(Request& rq, const std::string& id, const CreateVpcEndpointInput& in) {
  VpcEndpoint shape;
  shape.vpc_endpoint_id = id;
  shape.vpc_endpoint_type = "Gateway";
  shape.vpc_id = in.vpc_id;
  shape.service_name = in.service_name;
  shape.service_region = rq.region;
  shape.state = "available";
  shape.policy_document = in.policy_document.value_or(kFullAccess);
  shape.route_table_ids = in.route_table_ids.value_or(std::vector<std::string>{});
  shape.subnet_ids.emplace();
  shape.groups.emplace();
  shape.network_interface_ids.emplace();
  shape.dns_entries.emplace();
  shape.private_dns_enabled = false;
  shape.requester_managed = false;
  shape.ip_address_type = "ipv4";
  shape.dns_options.emplace().dns_record_ip_type = "ipv4";
  shape.creation_timestamp = rq.now();
  shape.owner_id = rq.account;
  return shape;
}

ServiceDetail s3_detail(const Request& rq) {
  ServiceDetail detail;
  detail.service_name = s3_service(rq.region);
  detail.service_id = "vpce-svc-" + s3_prefix_list(place_of(rq), rq.home.settings.edge).id.substr(3);
  detail.service_type.emplace().emplace_back().service_type = "Gateway";
  detail.service_region = rq.region;
  detail.availability_zones = zones_of(rq.region);
  detail.owner = "amazon";
  detail.base_endpoint_dns_names = {{fmt::format("s3.{}.amazonaws.com", rq.region)}};
  detail.vpc_endpoint_policy_supported = true;
  detail.acceptance_required = false;
  detail.manages_vpc_endpoints = false;
  detail.supported_ip_address_types = {{"ipv4"}};
  detail.tags.emplace();
  return detail;
}

}  // namespace

std::vector<Resource<VpcEndpoint>> endpoints_of(store::Tx& tx, const Resource<RouteTable>& table) {
  auto endpoints = list_in<VpcEndpoint>(tx, table.scope);
  std::erase_if(endpoints,
                [&](const auto& one) { return std::ranges::count(*one.shape.route_table_ids, table.id) == 0; });
  return endpoints;
}

Route route_to(const Resource<VpcEndpoint>& endpoint, std::string_view prefix_list_id) {
  Route route;
  route.destination_prefix_list_id = prefix_list_id;
  route.gateway_id = endpoint.id;
  route.origin = word_of(RouteOrigin::kCreateRoute);
  route.state = "active";
  return route;
}

bool is_to_endpoint(const Route& route) { return route.gateway_id && route.gateway_id->starts_with("vpce-"); }

void forget_table(store::Tx& tx, const Resource<RouteTable>& table) {
  for (auto& endpoint : endpoints_of(tx, table)) {
    std::erase(*endpoint.shape.route_table_ids, table.id);
    update(tx, endpoint);
  }
}

std::optional<Resource<VpcEndpoint>> endpoint_for(store::Tx& tx, std::string_view vpc_id, Ipv4 address) {
  for (const auto& subnet : list_in<Subnet>(tx, vpc_id)) {
    if (!parse_cidr(*subnet.shape.cidr_block)->contains(address)) continue;
    auto endpoints = endpoints_of(tx, route_table_of(tx, subnet));
    if (!endpoints.empty()) return std::move(endpoints.front());
  }
  return std::nullopt;
}

std::string_view Ec2::service_behind(std::string_view) const { return "s3"; }

region::Entrance Ec2::entrance_of(const http::RequestHead& head) const {
  const std::string vpc_id = head.listener_tag.substr(head.listener_tag.find(':') + 1);
  const auto address = parse_ipv4(head.peer_address);
  const auto found =
      address ? home_.db.read([&](store::Tx& tx) { return endpoint_for(tx, vpc_id, *address); }) : std::nullopt;
  // A connection that is older than the end of its endpoint.
  if (!found) throw Error("AccessDenied", 403, "Access Denied");
  return {found->id, vpc_id};
}

std::optional<std::string> Ec2::policy_of(store::Tx& tx, std::string_view endpoint_id) const {
  const auto found = find<VpcEndpoint>(tx, endpoint_id);
  return found ? found->shape.policy_document : std::nullopt;
}

CreateVpcEndpointOutput Ec2::create_vpc_endpoint(Request& rq, const CreateVpcEndpointInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "vpc-endpoint");
  const region::ConditionKeys service{{"ec2:VpceServiceName", {in.service_name.value_or("")}},
                                      {"ec2:VpceServiceOwner", {"amazon"}}};
  authorize(rq, "CreateVpcEndpoint", "vpc", in.vpc_id);
  authorize_making(rq, "CreateVpcEndpoint", "vpc-endpoint", tags, service);
  for (const std::string& id : in.route_table_ids.value_or(std::vector<std::string>{}))
    authorize(rq, "CreateVpcEndpoint", "route-table", id);
  authorize_tagging(rq, "vpc-endpoint", tags);

  const std::string type = in.vpc_endpoint_type.value_or("Gateway");
  if (type != "Gateway") throw not_done(rq, "VpcEndpointType " + type);
  if (!in.service_name) throw missing_parameter("ServiceName");
  const auto vpc = require_named<Vpc>(rq, in.vpc_id, "Vpc", "The Vpc Id {} does not exist");
  if (*in.service_name != s3_service(rq.region))
    throw Error("InvalidServiceName", 400,
                fmt::format("The Vpc Endpoint Service '{}' does not exist", *in.service_name));
  refuse_of_other_types(rq, in, in.subnet_ids, in.security_group_ids);
  if (in.service_region && *in.service_region != rq.region) throw not_done(rq, "ServiceRegion of another region");
  CreateVpcEndpointInput asked_of = in;
  asked_of.client_token.reset();
  const Json asked = wire::to_json(asked_of);
  CreateVpcEndpointOutput out;
  out.client_token = in.client_token;
  if (const auto earlier = earlier_result(rq, in.client_token, asked)) {
    out.vpc_endpoint = tagged(rq.tx, require<VpcEndpoint>(rq.tx, place_of(rq), *earlier));
    return out;
  }
  if (in.policy_document) check_policy(*in.policy_document);
  require_tables(rq, vpc.id, in.route_table_ids, "", s3_prefix_list(place_of(rq), rq.home.settings.edge).id);
  if (list<VpcEndpoint>(rq.tx, place_of(rq)).size() >= kMostEndpoints)
    throw Error("VpcEndpointLimitExceeded", 400, "The maximum number of VPC endpoints has been reached.");

  auto endpoint = make<VpcEndpoint>(making(rq), vpc.id);
  endpoint.shape = endpoint_shape(rq, endpoint.id, in);
  create(rq.tx, endpoint, tags);
  record_result(rq, in.client_token, asked, endpoint.id);
  touch_vpc(rq.tx, home_.tasks, vpc.id);

  out.vpc_endpoint = tagged(rq.tx, endpoint);
  return out;
}

DescribeVpcEndpointsOutput Ec2::describe_vpc_endpoints(Request& rq, const DescribeVpcEndpointsInput& in) {
  authorize(rq, "DescribeVpcEndpoints");

  const region::Pager pager(rq, in, {.usual = 1000, .least = 5, .beyond = region::PageSizes::Beyond::kCut});
  auto page = describe_page<VpcEndpoint>(rq, pager, in.vpc_endpoint_ids, in.filters, kEndpointsPaths);
  DescribeVpcEndpointsOutput out;
  out.vpc_endpoints = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

ModifyVpcEndpointOutput Ec2::modify_vpc_endpoint(Request& rq, const ModifyVpcEndpointInput& in) {
  authorize(rq, "ModifyVpcEndpoint", "vpc-endpoint", in.vpc_endpoint_id);
  for (const Strings* ids : {&in.add_route_table_ids, &in.remove_route_table_ids})
    for (const std::string& id : ids->value_or(std::vector<std::string>{}))
      authorize(rq, "ModifyVpcEndpoint", "route-table", id);

  auto endpoint = require<VpcEndpoint>(rq.tx, place_of(rq), in.vpc_endpoint_id);
  refuse_of_other_types(rq, in, in.add_subnet_ids, in.add_security_group_ids);
  refuse_of_other_types(rq, in, in.remove_subnet_ids, in.remove_security_group_ids);
  if (in.reset_policy.value_or(false) && in.policy_document)
    throw Error("InvalidParameterCombination", 400, "ResetPolicy and PolicyDocument cannot be specified together");
  if (in.policy_document) check_policy(*in.policy_document);
  const std::string list = s3_prefix_list(place_of(rq), rq.home.settings.edge).id;
  const auto added = require_tables(rq, endpoint.scope, in.add_route_table_ids, endpoint.id, list);
  std::vector<std::string>& tables = *endpoint.shape.route_table_ids;
  for (const std::string& id : in.remove_route_table_ids.value_or(std::vector<std::string>{})) {
    require_table(rq, id);
    if (std::erase(tables, id) == 0)
      throw Error("InvalidRouteTableId.NotFound", 400,
                  fmt::format("The route table '{}' is not associated with the VPC endpoint '{}'", id, endpoint.id));
  }

  for (const auto& table : added)
    if (std::ranges::find(tables, table.id) == tables.end()) tables.push_back(table.id);
  if (in.policy_document) endpoint.shape.policy_document = in.policy_document;
  if (in.reset_policy.value_or(false)) endpoint.shape.policy_document = kFullAccess;
  update(rq.tx, endpoint);
  touch_vpc(rq.tx, home_.tasks, endpoint.scope);

  ModifyVpcEndpointOutput out;
  out.return_ = true;
  return out;
}

DeleteVpcEndpointsOutput Ec2::delete_vpc_endpoints(Request& rq, const DeleteVpcEndpointsInput& in) {
  if (in.vpc_endpoint_ids.empty()) throw missing_parameter("VpcEndpointId");
  for (const std::string& id : in.vpc_endpoint_ids) authorize(rq, "DeleteVpcEndpoints", "vpc-endpoint", id);

  DeleteVpcEndpointsOutput out;
  out.unsuccessful.emplace();
  for (const std::string& id : in.vpc_endpoint_ids) {
    if (const auto endpoint = find<VpcEndpoint>(rq.tx, place_of(rq), id)) {
      remove(rq.tx, *endpoint);
      touch_vpc(rq.tx, home_.tasks, endpoint->scope);
      continue;
    }
    require_id_form(KindOf<VpcEndpoint>::kKind.malformed, KindOf<VpcEndpoint>::kKind.prefix, id, IdWords::kEndpoint);
    UnsuccessfulItem& item = out.unsuccessful->emplace_back();
    item.resource_id = id;
    item.error.emplace().code = "InvalidVpcEndpoint.NotFound";
    item.error->message = fmt::format("The Vpc Endpoint Id '{}' does not exist", id);
  }
  return out;
}

DescribeVpcEndpointServicesOutput Ec2::describe_vpc_endpoint_services(Request& rq,
                                                                      const DescribeVpcEndpointServicesInput& in) {
  authorize(rq, "DescribeVpcEndpointServices");

  const region::Pager pager(rq, in, {.usual = 1000, .beyond = region::PageSizes::Beyond::kCut});
  const auto wanted = named_filters(in.filters, kServicesPaths);
  ServiceDetail detail = s3_detail(rq);
  for (const std::string& name : in.service_names.value_or(std::vector<std::string>{}))
    if (name != detail.service_name)
      throw Error("InvalidServiceName", 400, fmt::format("The Vpc Endpoint Service '{}' does not exist", name));
  const auto& regions = in.service_regions;
  const bool here = !regions || regions->empty() || std::ranges::find(*regions, rq.region) != regions->end();
  std::vector<Placed<ServiceDetail>> found;
  if (here && (wanted.empty() || matches_filters(wire::to_json(detail), wanted, kServicesPaths)))
    found.push_back({*detail.service_name, std::move(detail)});
  auto page = cut_page(pager, std::move(found));
  DescribeVpcEndpointServicesOutput out;
  out.service_names.emplace();
  for (const ServiceDetail& one : page.items) out.service_names->push_back(*one.service_name);
  out.service_details = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
