// What is changed of where a living load balancer stands.
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/load_balancers/interfaces.h"
#include "services/elasticloadbalancing/words.h"

namespace hanbat::elasticloadbalancing {

SetSubnetsOutput ElasticLoadBalancing::set_subnets(Request& rq, const SetSubnetsInput& in) {
  const std::vector<std::string> ids = subnet_ids(in.subnets, in.subnet_mappings);
  region::ConditionKeys keys;
  if (!ids.empty()) keys["elasticloadbalancing:Subnet"] = ids;
  authorize(rq, "elasticloadbalancing:SetSubnets", in.load_balancer_arn, std::move(keys));

  auto row = require<LoadBalancer>(rq, in.load_balancer_arn);
  if (in.ip_address_type) require_ip_address_type(*in.ip_address_type);
  const Ec2AsService ec2(rq);
  const std::vector<ec2::Subnet> subnets = require_subnets(ec2, ids);
  if (subnets.front().vpc_id != row.shape.vpc_id)
    throw InvalidConfigurationRequestException("All subnets must belong to the same VPC");
  stand_in(ec2, row, subnets);

  // Who asks for it again as it is now is told of it.
  Json& asked = row.own["asked"];
  asked.erase("SubnetMappings");
  asked["Subnets"] = Json::array();
  for (const std::string& id : ids) asked["Subnets"].push_back(id);
  update(rq.tx, row);
  touch(rq);
  return {.availability_zones = row.shape.availability_zones, .ip_address_type = row.shape.ip_address_type};
}

/// A balancer has addresses of IPv4 already, and can have no others.
SetIpAddressTypeOutput ElasticLoadBalancing::set_ip_address_type(Request& rq, const SetIpAddressTypeInput& in) {
  authorize(rq, "elasticloadbalancing:SetIpAddressType", in.load_balancer_arn);

  const auto row = require<LoadBalancer>(rq, in.load_balancer_arn);
  require_ip_address_type(in.ip_address_type);
  return {.ip_address_type = in.ip_address_type};
}

}  // namespace hanbat::elasticloadbalancing
