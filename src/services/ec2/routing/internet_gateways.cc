// Internet gateways.
#include <algorithm>

#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostGateways = 5;

constexpr FilterPath kInternetGatewaysPaths[] = {{"internet-gateway-id", "InternetGatewayId"},
                                                 {"attachment.state", "Attachments.State"},
                                                 {"attachment.vpc-id", "Attachments.VpcId"},
                                                 {"owner-id", "OwnerId"}};

}  // namespace

std::optional<Resource<InternetGateway>> find_gateway_of(store::Tx& tx, const Resource<Vpc>& vpc) {
  auto gateways = list_in<InternetGateway>(tx, vpc.id);
  if (gateways.empty()) return std::nullopt;
  return std::move(gateways.front());
}

CreateInternetGatewayOutput Ec2::create_internet_gateway(Request& rq, const CreateInternetGatewayInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "internet-gateway");
  authorize_making(rq, "CreateInternetGateway", "internet-gateway", tags);
  authorize_tagging(rq, "internet-gateway", tags);

  prepare(rq);
  if (list<InternetGateway>(rq.tx, place_of(rq)).size() >= kMostGateways)
    throw Error("InternetGatewayLimitExceeded", 400, "The maximum number of internet gateways has been reached.");

  auto gateway = make<InternetGateway>(making(rq));
  gateway.shape.internet_gateway_id = gateway.id;
  gateway.shape.owner_id = rq.account;
  gateway.shape.attachments.emplace();
  create(rq.tx, gateway, tags);

  CreateInternetGatewayOutput out;
  out.internet_gateway = tagged(rq.tx, gateway);
  return out;
}

AttachInternetGatewayOutput Ec2::attach_internet_gateway(Request& rq, const AttachInternetGatewayInput& in) {
  authorize(rq, "AttachInternetGateway", "vpc", in.vpc_id);
  authorize(rq, "AttachInternetGateway", "internet-gateway", in.internet_gateway_id);

  require_id_form("InvalidVpcId.Malformed", KindOf<Vpc>::kKind.prefix, in.vpc_id);
  auto gateway = require<InternetGateway>(rq.tx, place_of(rq), in.internet_gateway_id);
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  if (!gateway.scope.empty())
    throw Error("Resource.AlreadyAssociated", 400,
                fmt::format("resource {} is already attached to network {}", gateway.id, gateway.scope));
  if (find_gateway_of(rq.tx, vpc))
    throw invalid_parameter(fmt::format("Network {} already has an internet gateway attached", vpc.id));

  gateway.scope = vpc.id;
  InternetGatewayAttachment& attachment = gateway.shape.attachments.emplace().emplace_back();
  attachment.state = "available";
  attachment.vpc_id = vpc.id;
  update(rq.tx, gateway);
  touch_vpc(rq.tx, rq.home.tasks, vpc.id);
  return {};
}

DetachInternetGatewayOutput Ec2::detach_internet_gateway(Request& rq, const DetachInternetGatewayInput& in) {
  authorize(rq, "DetachInternetGateway", "vpc", in.vpc_id);
  authorize(rq, "DetachInternetGateway", "internet-gateway", in.internet_gateway_id);

  require_id_form("InvalidVpcId.Malformed", KindOf<Vpc>::kKind.prefix, in.vpc_id);
  auto gateway = require<InternetGateway>(rq.tx, place_of(rq), in.internet_gateway_id);
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), in.vpc_id);
  if (gateway.scope != vpc.id)
    throw Error("Gateway.NotAttached", 400,
                fmt::format("resource {} is not attached to network {}", gateway.id, vpc.id));
  const auto interfaces = list_in<NetworkInterface>(rq.tx, vpc.id);
  if (std::ranges::any_of(interfaces, [](const auto& eni) { return eni.shape.association.has_value(); }))
    throw dependency_violation(
        fmt::format("Network {} has some mapped public address(es). Please unmap those public "
                    "address(es) before detaching the gateway.",
                    vpc.id));

  gateway.scope.clear();
  gateway.shape.attachments.emplace();
  update(rq.tx, gateway);
  touch_vpc(rq.tx, rq.home.tasks, vpc.id);
  return {};
}

DeleteInternetGatewayOutput Ec2::delete_internet_gateway(Request& rq, const DeleteInternetGatewayInput& in) {
  authorize(rq, "DeleteInternetGateway", "internet-gateway", in.internet_gateway_id);

  const auto gateway = require<InternetGateway>(rq.tx, place_of(rq), in.internet_gateway_id);
  if (!gateway.scope.empty())
    throw dependency_violation(
        fmt::format("The internetGateway '{}' has dependencies and cannot be deleted.", gateway.id));

  remove(rq.tx, gateway);
  return {};
}

DescribeInternetGatewaysOutput Ec2::describe_internet_gateways(Request& rq, const DescribeInternetGatewaysInput& in) {
  authorize(rq, "DescribeInternetGateways");
  prepare(rq);
  auto page = describe<InternetGateway>(rq, in, in.internet_gateway_ids, in.filters, kInternetGatewaysPaths);
  DescribeInternetGatewaysOutput out;
  out.internet_gateways = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
