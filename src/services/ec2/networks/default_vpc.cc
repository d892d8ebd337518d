// What a VPC is born with, and the default VPC that every account has in every region.
#include "services/ec2/networks/dhcp_options.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/routing/routes.h"
#include "services/ec2/security/network_acls.h"

namespace hanbat::ec2 {
void prepare_place(const Making& at) {
  if (is_prepared(at.tx, at.place)) return;
  mark_prepared(at.tx, at.place, at.now);
  make_default_vpc(at);
}

Resource<Vpc> make_default_vpc(const Making& at) {
  const Cidr cidr = *parse_cidr("172.31.0.0/16");
  const auto vpc = make_vpc(at, cidr, true, {});
  // A millisecond apart, so that lists show them, and launches take them, in the order of their zones.
  Making then = at;
  Ipv4 base = cidr.base;
  for (const std::string& zone : zones_of(at.place.region)) {
    make_subnet(then, vpc, {base, 20}, zone, true, {});
    base += 1 << 12;
    then.now = then.now + Milliseconds(1);
  }

  auto gateway = make<InternetGateway>(at, vpc.id);
  gateway.shape.internet_gateway_id = gateway.id;
  gateway.shape.owner_id = at.place.account;
  auto& attachment = gateway.shape.attachments.emplace().emplace_back();
  attachment.state = "available";
  attachment.vpc_id = vpc.id;
  create(at.tx, gateway);

  auto table = list_in<RouteTable>(at.tx, vpc.id).front();
  Route& out = table.shape.routes->emplace_back();
  out.destination_cidr_block = "0.0.0.0/0";
  out.gateway_id = gateway.id;
  out.origin = word_of(RouteOrigin::kCreateRoute);
  out.state = "active";
  update(at.tx, table);
  return vpc;
}

std::optional<Resource<Vpc>> find_default_vpc(store::Tx& tx, const Place& place) {
  for (auto& vpc : list<Vpc>(tx, place))
    if (vpc.shape.is_default.value_or(false)) return std::move(vpc);
  return std::nullopt;
}

Resource<Vpc> make_vpc(const Making& at, const Cidr& cidr, bool is_default, const Tags& tags) {
  auto vpc = make<Vpc>(at);
  vpc.scope = vpc.id;
  vpc.shape.vpc_id = vpc.id;
  vpc.shape.cidr_block = cidr.str();
  VpcCidrBlockAssociation& block = vpc.shape.cidr_block_association_set.emplace().emplace_back();
  block.association_id = ec2_id("vpc-cidr-assoc");
  block.cidr_block = cidr.str();
  block.cidr_block_state.emplace().state = "associated";
  vpc.shape.dhcp_options_id = default_dhcp_options(at);
  vpc.shape.instance_tenancy = "default";
  vpc.shape.is_default = is_default;
  vpc.shape.owner_id = at.place.account;
  vpc.shape.state = "available";
  vpc.shape.block_public_access_states.emplace().internet_gateway_block_mode = "off";
  vpc.own = Json::object({{"dns_support", true}, {"dns_hostnames", is_default}, {"usage_metrics", false}});
  create(at.tx, vpc, tags);

  make_route_table(at, vpc, true, {});
  make_security_group(at, vpc.id, "default", "default VPC security group", {});
  make_network_acl(at, vpc, AclKind::kDefault, {});
  return vpc;
}

Resource<Subnet> make_subnet(const Making& at, const Resource<Vpc>& vpc, const Cidr& cidr, const std::string& zone,
                             bool is_default, const Tags& tags) {
  auto subnet = make<Subnet>(at, vpc.id);
  Subnet& shape = subnet.shape;
  shape.subnet_id = subnet.id;
  shape.subnet_arn = fmt::format("arn:aws:ec2:{}:{}:subnet/{}", at.place.region, at.place.account, subnet.id);
  shape.vpc_id = vpc.id;
  shape.owner_id = at.place.account;
  shape.availability_zone = zone;
  shape.availability_zone_id = zone_id(zone);
  shape.cidr_block = cidr.str();
  shape.default_for_az = is_default;
  shape.map_public_ip_on_launch = is_default;
  shape.map_customer_owned_ip_on_launch = false;
  shape.assign_ipv6_address_on_creation = false;
  shape.ipv6_native = false;
  shape.enable_dns64 = false;
  shape.ipv6_cidr_block_association_set.emplace();
  shape.state = "available";
  auto& names = shape.private_dns_name_options_on_launch.emplace();
  names.hostname_type = "ip-name";
  names.enable_resource_name_dns_a_record = false;
  names.enable_resource_name_dns_aaaa_record = false;
  create(at.tx, subnet, tags);

  associate_with_default_acl(at.tx, subnet);
  return subnet;
}

bool has_dns_hostnames(const Resource<Vpc>& vpc) {
  return vpc.own.flag("dns_support") && vpc.own.flag("dns_hostnames");
}

}  // namespace hanbat::ec2
