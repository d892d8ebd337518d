#include "services/codebuild/workers/build_network.h"

#include <fmt/format.h>

#include <set>

#include "base/text.h"

namespace hanbat::codebuild {
namespace {

std::string interface_id(const BuildAddress& build) {
  return "eni-" + replace_all(uuid_of(build.build), "-", "").substr(0, 17);
}

/// Of the address, not of the build: the next build that has it is the same machine to DHCP.
std::string mac_of(const BuildAddress& build) {
  std::string mac = "02:00";
  for (const std::string& part : split(build.address, '.')) mac += fmt::format(":{:02x}", std::stoi(part));
  return mac;
}

}  // namespace

std::string machine_name(std::string_view build) { return "build-" + uuid_of(build); }

std::string address_of_slot(int slot) { return "100.64.0." + std::to_string(slot + 10); }

void take_address(store::Tx& tx, std::string_view id) {
  if (find_address(tx, id)) return;
  std::set<std::string> taken;
  for (const BuildAddress& other : list_addresses(tx)) taken.insert(other.address);
  for (int slot = 0; slot < kBuildSlots; ++slot) {
    if (taken.contains(address_of_slot(slot))) continue;
    return insert(tx, BuildAddress{std::string(id), address_of_slot(slot)});
  }
}

host::Nic nic_of(const BuildAddress& build) {
  host::Nic nic;
  nic.interface_id = interface_id(build);
  nic.mac = mac_of(build);
  return nic;
}

host::VpcSpec build_network(const std::string& region, const std::vector<BuildAddress>& builds,
                            const host::EdgeRange& edge) {
  host::VpcSpec spec;
  spec.id = kBuildVpc;
  spec.account = host::kOwnAccount;
  spec.region = region;
  // Of the shared space (RFC 6598), which no user's VPC has by default.
  spec.cidrs = {"100.64.0.0/16"};
  spec.internet_gateway = true;
  spec.subnets = {{"subnet-0c0deb011d0000001", "100.64.0.0/24", "rtb-0c0deb011d0000001"},
                  {"subnet-0c0deb011d0000002", "100.64.1.0/24", "rtb-0c0deb011d0000002"}};
  host::RouteTable inside;
  inside.id = "rtb-0c0deb011d0000001";
  inside.routes = {{"0.0.0.0/0", host::RouteKind::kNatGateway, "nat-0c0deb011d0000001"}};
  host::RouteTable outside;
  outside.id = "rtb-0c0deb011d0000002";
  outside.routes = {{"0.0.0.0/0", host::RouteKind::kInternetGateway, ""}};
  spec.route_tables = {inside, outside};
  spec.nat_gateways = {{"nat-0c0deb011d0000001", "subnet-0c0deb011d0000002", "100.64.1.10", edge.builds()}};
  host::SecurityGroup group;
  group.id = "sg-0c0deb011d0000001";
  host::SecurityRule out;
  out.direction = host::Direction::kEgress;
  out.protocol = "-1";
  out.cidrs = {"0.0.0.0/0"};
  group.rules = {out};
  spec.security_groups = {group};
  for (const BuildAddress& build : builds) {
    host::Interface interface;
    interface.id = interface_id(build);
    interface.attachment = host::Attachment::kMachine;
    interface.subnet_id = "subnet-0c0deb011d0000001";
    interface.private_ip = build.address;
    interface.mac = mac_of(build);
    interface.security_group_ids = {"sg-0c0deb011d0000001"};
    spec.interfaces.push_back(std::move(interface));
  }
  spec.dns.domain = region + ".compute.internal";
  spec.dhcp.domains = {spec.dns.domain};
  spec.dhcp.dns_servers = {"100.64.0.2"};
  return spec;
}

}  // namespace hanbat::codebuild
