// What the resources of a VPC ask of each other: default networks, addresses, interfaces, and telling the kernel.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"
#include "services/ec2/calls/calls.h"
#include "services/ec2/networks/cidr.h"
#include "services/ec2/tasks.h"

namespace hanbat::ec2 {

// Zones.

/// The zones of a region, "ap-northeast-2a" and so on. Any region has some.
std::vector<std::string> zones_of(std::string_view region);
/// "apne2-az1" of "ap-northeast-2a".
std::string zone_id(std::string_view zone);
/// The zone that is named or whose id is given. Throws InvalidParameterValue.
std::string require_zone(const Place& place, const std::optional<std::string>& name,
                         const std::optional<std::string>& id);

// VPCs.

/// Makes the default VPC with its subnets, gateway and routes, and notes that the place has it.
void prepare_place(const Making& at);
Resource<Vpc> make_default_vpc(const Making& at);
std::optional<Resource<Vpc>> find_default_vpc(store::Tx& tx, const Place& place);
/// A VPC with what every one is born with: main route table, default security group, default network ACL.
Resource<Vpc> make_vpc(const Making& at, const Cidr& cidr, bool is_default, const Tags& tags);
Resource<Subnet> make_subnet(const Making& at, const Resource<Vpc>& vpc, const Cidr& cidr, const std::string& zone,
                             bool is_default, const Tags& tags);
bool has_dns_hostnames(const Resource<Vpc>& vpc);

// Route tables.

/// The table that decides for the subnet: its own, or the VPC's main one.
Resource<RouteTable> route_table_of(store::Tx& tx, const Resource<Subnet>& subnet);
Resource<RouteTable> make_route_table(const Making& at, const Resource<Vpc>& vpc, bool main, const Tags& tags);
std::optional<Resource<InternetGateway>> find_gateway_of(store::Tx& tx, const Resource<Vpc>& vpc);

// Security groups.

Resource<SecurityGroup> make_security_group(const Making& at, const std::string& vpc_id, const std::string& name,
                                            const std::string& description, const Tags& tags);
Resource<SecurityGroup> require_default_group(store::Tx& tx, const Place& place, const std::string& vpc_id);
/// The groups as an interface tells of them; all must lie in the VPC. The default group when there are none.
std::vector<GroupIdentifier> require_groups(store::Tx& tx, const Place& place, const std::string& vpc_id,
                                            const std::vector<std::string>& ids);

/// The id of the group that a call names by id, or by name in the default VPC; "*" when there is none.
std::string group_asked(Request& rq, const std::optional<std::string>& id, const std::optional<std::string>& name);

// Addresses.

/// A public address that nobody has, noted as the holder's. Throws InsufficientAddressCapacity.
std::string take_public_ip(store::Tx& tx, const host::EdgeRange& edge, std::string_view holder);
/// Notes that one address as the holder's. Throws when it is taken or not ours.
void take_public_ip(store::Tx& tx, const host::EdgeRange& edge, std::string_view ip, std::string_view holder);
std::string public_dns_name(std::string_view region, std::string_view ip);
std::string private_dns_name(std::string_view region, std::string_view ip);
/// "ap-northeast-2.compute.internal": of all private names of the region.
std::string internal_domain(std::string_view region);

// Network interfaces.

enum class InterfaceType { kInterface, kNatGateway };
/// Who asked for the interfaces of load balancers, as AWS tells it.
inline constexpr std::string_view kBalancers = "amazon-elb";
struct InterfacePlan {
  std::string description;
  std::optional<std::string> private_ip;
  std::vector<std::string> further;  // private addresses beside that one
  int any_further = 0;               // how many more, whichever they are
  std::vector<std::string> groups;
  InterfaceType type = InterfaceType::kInterface;
  std::string requester;  // of a managed one, who has it
};
/// An interface in the subnet, with a free address or the one asked for.
Resource<NetworkInterface> make_interface(const Making& at, const Resource<Subnet>& subnet, const InterfacePlan& plan,
                                          const Tags& tags);
/// Throws when a service has it, and no service asks.
void refuse_managed(const Request& rq, const Resource<NetworkInterface>& interface);
std::set<Ipv4> taken_addresses(store::Tx& tx, const Resource<Subnet>& subnet);
enum class AtTermination { kDelete, kKeep };
/// Makes it the primary interface of the instance.
void attach(const Making& at, Resource<NetworkInterface>& interface, const std::string& instance_id,
            AtTermination at_termination);
void detach(store::Tx& tx, Resource<NetworkInterface>& interface);
/// Gives the interface a public address of Amazon's pool until it is stopped or deleted.
void give_public_address(const Making& at, const host::EdgeRange& edge, Resource<NetworkInterface>& interface);
/// Takes whatever public address the interface has; one of Amazon's pool goes back, an elastic one is merely free.
void take_public_address(const Making& at, Resource<NetworkInterface>& interface);
/// Deletes the interface and gives back what it held.
void delete_interface(const Making& at, Resource<NetworkInterface>& interface);
/// Completes names and zone that are computed.
void fill_interface(store::Tx& tx, Resource<NetworkInterface>& row);
Resource<Address> require_address(store::Tx& tx, const Place& place, const std::optional<std::string>& allocation_id,
                                  const std::optional<std::string>& public_ip);
/// Gives the elastic address to that private address of the interface.
void associate(const Making& at, Resource<Address>& address, Resource<NetworkInterface>& interface,
               const std::string& private_ip);
void disassociate(const Making& at, Resource<Address>& address);

/// The answer's list of groups' ids.
std::vector<std::string> group_ids(const std::optional<std::vector<GroupIdentifier>>& groups);

}  // namespace hanbat::ec2

template <>
inline constexpr auto hanbat::kWords<hanbat::ec2::InterfaceType> =
    std::to_array<hanbat::Word<hanbat::ec2::InterfaceType>>({{hanbat::ec2::InterfaceType::kInterface, "interface"},
                                                             {hanbat::ec2::InterfaceType::kNatGateway, "nat_gateway"}});

namespace hanbat::ec2 {

/// Whether it is of a NAT gateway, not of a machine.
inline bool is_of_gateway(const NetworkInterface& interface) {
  return require_word(interface.interface_type, InterfaceType::kInterface) == InterfaceType::kNatGateway;
}

}  // namespace hanbat::ec2
