#include "services/elasticloadbalancing/load_balancers/interfaces.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "services/elasticloadbalancing/words.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::size_t kLeastZones = 2;
constexpr const char* kDnsNameTag = "hanbat:dns-name";

/// An interface in the subnet, with a public address when the balancer faces the internet.
Json make_interface(const Ec2AsService& ec2, const ec2::Subnet& subnet, const std::vector<std::string>& groups,
                    const std::string& description, const std::string& dns_name, bool facing) {
  ec2::CreateNetworkInterfaceInput ask;
  ask.subnet_id = subnet.subnet_id.value_or("");
  ask.groups = groups;
  ask.description = description;
  // EC2 gives the interface's addresses this name in the DNS of every VPC.
  ask.tag_specifications = {
      {{.resource_type = "network-interface", .tags = {{{.key = kDnsNameTag, .value = dns_name}}}}}};
  const auto made = ec2->create_network_interface(ask).network_interface;
  Json interface = Json::object({{"id", made->network_interface_id.value_or("")},
                                 {"subnet", subnet.subnet_id.value_or("")},
                                 {"cidr", subnet.cidr_block.value_or("")},
                                 {"private_ip", made->private_ip_address.value_or("")},
                                 {"public_ip", ""},
                                 {"allocation", ""}});
  if (facing) {
    ec2::AllocateAddressInput allocate;
    allocate.domain = "vpc";
    const auto address = ec2->allocate_address(allocate);
    ec2::AssociateAddressInput associate;
    associate.allocation_id = address.allocation_id;
    associate.network_interface_id = made->network_interface_id;
    ec2->associate_address(associate);
    interface["public_ip"] = address.public_ip.value_or("");
    interface["allocation"] = address.allocation_id.value_or("");
  }
  return interface;
}

void remove_interface(const Ec2AsService& ec2, const Json& interface) {
  if (!interface.text("public_ip").empty()) {
    ec2::DisassociateAddressInput disassociate;
    disassociate.public_ip = interface.text("public_ip");
    ec2->disassociate_address(disassociate);
    ec2::ReleaseAddressInput release;
    release.allocation_id = interface.text("allocation");
    ec2->release_address(release);
  }
  ec2::DeleteNetworkInterfaceInput remove;
  remove.network_interface_id = interface.text("id");
  ec2->delete_network_interface(remove);
}

}  // namespace

std::vector<std::string> subnet_ids(const std::optional<std::vector<std::string>>& subnets,
                                    const std::optional<std::vector<SubnetMapping>>& mappings) {
  if (subnets && mappings) throw validation_error("Either subnets or subnet mappings can be specified, not both");
  std::vector<std::string> ids = subnets.value_or(std::vector<std::string>{});
  if (mappings)
    for (const SubnetMapping& mapping : *mappings) ids.push_back(mapping.subnet_id.value_or(""));
  return ids;
}

std::vector<ec2::Subnet> require_subnets(const Ec2AsService& ec2, const std::vector<std::string>& ids) {
  std::vector<ec2::Subnet> subnets;
  try {
    ec2::DescribeSubnetsInput ask;
    ask.subnet_ids = ids;
    if (!ids.empty()) subnets = ec2->describe_subnets(ask).subnets.value_or(std::vector<ec2::Subnet>{});
  } catch (const wire::Error& error) {
    if (!error.code().starts_with("InvalidSubnetI")) throw;
    // EC2 has words of its own for what is no subnet's id at all.
    const auto malformed = std::ranges::find_if(ids, [](const std::string& id) { return !id.starts_with("subnet-"); });
    throw SubnetNotFoundException(
        malformed == ids.end() ? error.message() : fmt::format("The subnet ID '{}' does not exist", *malformed));
  }
  std::set<std::string> zones;
  std::set<std::string> vpcs;
  for (const ec2::Subnet& subnet : subnets) {
    vpcs.insert(subnet.vpc_id.value_or(""));
    if (!zones.insert(subnet.availability_zone.value_or("")).second)
      throw InvalidConfigurationRequestException(
          "A load balancer cannot be attached to multiple subnets in the same Availability Zone");
  }
  if (vpcs.size() > 1) throw InvalidConfigurationRequestException("All subnets must belong to the same VPC");
  if (zones.size() < kLeastZones)
    throw validation_error("At least two subnets in two different Availability Zones must be specified");
  return subnets;
}

void require_internet_gateway(const Ec2AsService& ec2, const std::string& vpc_id) {
  ec2::DescribeInternetGatewaysInput ask;
  ec2::Filter& filter = ask.filters.emplace().emplace_back();
  filter.name = "attachment.vpc-id";
  filter.values = {{vpc_id}};
  const auto gateways = ec2->describe_internet_gateways(ask).internet_gateways;
  if (!gateways || gateways->empty())
    throw InvalidSubnetException(fmt::format("VPC {} has no internet gateway", vpc_id));
}

void require_ip_address_type(const std::string& word) {
  if (!find_word<IpAddressType>(word))
    throw validation_error("You must specify subnets with an associated IPv6 CIDR block.");
}

void stand_in(const Ec2AsService& ec2, Resource<LoadBalancer>& row, const std::vector<ec2::Subnet>& subnets) {
  const bool facing = require_word(row.shape.scheme, Scheme::kInternal) == Scheme::kInternetFacing;
  const std::string dns_name = row.shape.dns_name.value_or("");
  const std::string description = "ELB " + row.id.substr(row.id.find("/app/") + 1);
  const Json before = row.own["interfaces"];
  Json& interfaces = row.own["interfaces"] = Json::array();
  row.shape.availability_zones.emplace();
  std::set<std::string> kept;
  for (const ec2::Subnet& subnet : subnets) {
    const std::string id = subnet.subnet_id.value_or("");
    const auto& stood = before.items();
    const auto there =
        std::find_if(stood.begin(), stood.end(), [&](const Json& one) { return one.text("subnet") == id; });
    if (there != stood.end()) kept.insert(id);
    interfaces.push_back(there != stood.end()
                             ? *there
                             : make_interface(ec2, subnet,
                                              row.shape.security_groups.value_or(std::vector<std::string>{}),
                                              description, dns_name, facing));
    AvailabilityZone& zone = row.shape.availability_zones->emplace_back();
    zone.zone_name = subnet.availability_zone;
    zone.subnet_id = id;
    zone.load_balancer_addresses.emplace();
  }
  for (const Json& interface : before.items())
    if (!kept.contains(interface.text("subnet"))) remove_interface(ec2, interface);
}

void leave_subnets(const Ec2AsService& ec2, Resource<LoadBalancer>& row) { stand_in(ec2, row, {}); }

}  // namespace hanbat::elasticloadbalancing
