// NAT gateways: pending until the kernel translates, deleting until it has ceased to.
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/nat_gateway_states.h"
#include "services/ec2/usage.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostPerZone = 5;

constexpr FilterPath kNatGatewaysPaths[] = {
    {"nat-gateway-id", "NatGatewayId"}, {"state", "State"}, {"subnet-id", "SubnetId"}, {"vpc-id", "VpcId"}};

void refuse_too_many(store::Tx& tx, const Resource<Subnet>& subnet) {
  std::size_t count = 0;
  for (const auto& gateway : list<NatGateway>(tx, subnet.place)) {
    const NatGatewayState state = state_of(gateway);
    if (state == NatGatewayState::kDeleted || state == NatGatewayState::kFailed) continue;
    const auto home = find<Subnet>(tx, gateway.shape.subnet_id.value_or(""));
    if (home && home->shape.availability_zone == subnet.shape.availability_zone) ++count;
  }
  if (count >= kMostPerZone)
    throw Error("NatGatewayLimitExceeded", 400, "The maximum number of NAT gateways has been reached.");
}

/// NAT gateways have their own words for what they are made of. Source: what AWS answers to CreateNatGateway in the
/// tests of its controllers for Kubernetes.
Error left_out(std::string_view parameter) {
  return Error(
      "MissingParameter", 400,
      fmt::format("The request must include the {} parameter. Add the required parameter and retry the request.",
                  parameter));
}

Resource<Subnet> require_own_subnet(Request& rq, const std::string& id) {
  if (auto subnet = find<Subnet>(rq.tx, place_of(rq), id)) return std::move(*subnet);
  throw Error("InvalidSubnet", 400,
              fmt::format("The subnet ID '{}' {}", id,
                          has_id_form(KindOf<Subnet>::kKind.prefix, id) ? "does not exist" : "is malformed"));
}

Resource<Address> require_elastic_ip(Request& rq, const std::string& id) {
  if (auto address = find<Address>(rq.tx, place_of(rq), id)) return std::move(*address);
  if (has_id_form(KindOf<Address>::kKind.prefix, id))
    throw Error("InvalidElasticIpID.NotFound", 400, fmt::format("The elastic-ip ID '{}' does not exist", id));
  throw Error("InvalidElasticIpID.Malformed", 400, fmt::format("The elastic-ip ID '{}' is malformed", id));
}

NatGateway gateway_shape(const Request& rq, const std::string& id, const Resource<Address>& address,
                         const Resource<NetworkInterface>& interface) {
  NatGateway shape;
  shape.nat_gateway_id = id;
  shape.subnet_id = interface.shape.subnet_id;
  shape.vpc_id = interface.scope;
  shape.connectivity_type = "public";
  shape.create_time = rq.now();
  NatGatewayAddress& own = shape.nat_gateway_addresses.emplace().emplace_back();
  own.allocation_id = address.id;
  own.network_interface_id = interface.id;
  own.private_ip = interface.shape.private_ip_address;
  own.public_ip = address.shape.public_ip;
  own.is_primary = true;
  return shape;
}

}  // namespace

CreateNatGatewayOutput Ec2::create_nat_gateway(Request& rq, const CreateNatGatewayInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "natgateway");
  authorize_making(rq, "CreateNatGateway", "natgateway", tags);
  authorize(rq, "CreateNatGateway", "subnet", in.subnet_id.value_or("*"));
  authorize(rq, "CreateNatGateway", "elastic-ip", in.allocation_id.value_or("*"));
  authorize_tagging(rq, "natgateway", tags);

  if (!in.subnet_id) throw left_out("SubnetId");
  if (in.connectivity_type.value_or("public") != "public") throw not_done(rq, "ConnectivityType private");
  if (!in.allocation_id) throw left_out("AllocationId");
  const Json asked = Json::object({{"subnet", *in.subnet_id}, {"allocation", *in.allocation_id}});
  if (const auto earlier = earlier_result(rq, in.client_token, asked)) {
    CreateNatGatewayOutput out;
    out.client_token = in.client_token;
    out.nat_gateway = tagged(rq.tx, require<NatGateway>(rq.tx, place_of(rq), *earlier));
    return out;
  }
  const auto subnet = require_own_subnet(rq, *in.subnet_id);
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), subnet.scope);
  auto address = require_elastic_ip(rq, *in.allocation_id);
  if (address.shape.association_id)
    throw Error("Resource.AlreadyAssociated", 400,
                fmt::format("Elastic IP address [{}] is already associated", address.id));
  refuse_too_many(rq.tx, subnet);
  rq.home.require_host();

  InterfacePlan plan;
  auto gateway = make<NatGateway>(making(rq), vpc.id);
  plan.description = fmt::format("Interface for NAT Gateway {}", gateway.id);
  plan.private_ip = in.private_ip_address;
  plan.type = InterfaceType::kNatGateway;
  plan.requester = "amazon-nat";
  auto interface = make_interface(making(rq), subnet, plan, {});
  gateway.shape = gateway_shape(rq, gateway.id, address, interface);
  NatGateway& shape = gateway.shape;
  NatGatewayAddress& own = shape.nat_gateway_addresses->front();
  if (find_gateway_of(rq.tx, vpc)) {
    set_state(gateway, NatGatewayState::kPending);
    associate(making(rq), address, interface, *interface.shape.private_ip_address);
    own.association_id = address.shape.association_id;
    own.status = std::string(word_of(NatAddressStatus::kAssociating));
    touch_vpc(rq.tx, home_.tasks, vpc.id);
  } else {
    set_state(gateway, NatGatewayState::kFailed);
    shape.failure_code = "Gateway.NotAttached";
    shape.failure_message = fmt::format("Network {} has no Internet gateway attached", vpc.id);
    shape.delete_time = rq.now();
    delete_interface(making(rq), interface);
    own.status = std::string(word_of(NatAddressStatus::kFailed));
    forget_later(rq.tx, home_.tasks, gateway.id, rq.now());
  }
  create(rq.tx, gateway, tags);
  record_result(rq, in.client_token, asked, gateway.id);

  CreateNatGatewayOutput out;
  out.client_token = in.client_token;
  out.nat_gateway = tagged(rq.tx, gateway);
  return out;
}

DescribeNatGatewaysOutput Ec2::describe_nat_gateways(Request& rq, const DescribeNatGatewaysInput& in) {
  authorize(rq, "DescribeNatGateways");
  prepare(rq);
  auto page = describe<NatGateway>(rq, in, in.nat_gateway_ids, in.filter, kNatGatewaysPaths);
  DescribeNatGatewaysOutput out;
  out.nat_gateways = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteNatGatewayOutput Ec2::delete_nat_gateway(Request& rq, const DeleteNatGatewayInput& in) {
  authorize(rq, "DeleteNatGateway", "natgateway", in.nat_gateway_id);

  auto gateway = require<NatGateway>(rq.tx, place_of(rq), in.nat_gateway_id);
  DeleteNatGatewayOutput out;
  out.nat_gateway_id = gateway.id;
  if (!pass(gateway, NatGatewayEvent::kDelete)) return out;  // as AWS: it goes already, or has gone

  touch_vpc(rq.tx, home_.tasks, gateway.scope);
  gateway.shape.delete_time = rq.now();
  update(rq.tx, gateway);
  meter(rq.tx, rq.now(), gateway);
  return out;
}

}  // namespace hanbat::ec2
