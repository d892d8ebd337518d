// Further private addresses: chosen with the interface or assigned later, and taken away again. What a machine may send
// from and gets follows them (networks/network_spec); to set them up is the guest's own affair, as in AWS.
#include "services/ec2/addresses/further_addresses.h"

#include <algorithm>

#include "services/ec2/ec2.h"
#include "services/ec2/instances/instance_types.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostFurther = 49;  // of an interface that is on no instance yet

/// Takes the address from whichever interface of the subnet has it as a further one; its elastic address is free then.
void take_from_other(const Making& at, const Resource<Subnet>& subnet, const std::string& ip) {
  for (auto& other : list_in<NetworkInterface>(at.tx, subnet.scope)) {
    auto addresses = further_addresses(other);
    const auto found = std::ranges::find(addresses, ip, &FurtherAddress::ip);
    if (found == addresses.end()) continue;
    if (found->association)
      if (auto elastic = find<Address>(at.tx, found->association->allocation_id.value_or("")))
        disassociate(at, *elastic);
    other = *find<NetworkInterface>(at.tx, other.id);
    addresses = further_addresses(other);
    std::erase_if(addresses, [&](const auto& one) { return one.ip == ip; });
    put_further_addresses(other, addresses);
    update(at.tx, other);
  }
}

}  // namespace

std::vector<FurtherAddress> further_addresses(const Resource<NetworkInterface>& interface) {
  std::vector<FurtherAddress> out;
  if (!interface.own.contains("further")) return out;
  for (const Json& one : interface.own["further"].items()) {
    FurtherAddress& address = out.emplace_back();
    address.ip = one.text("ip");
    if (one.contains("association"))
      address.association = wire::from_json<NetworkInterfaceAssociation>(one["association"]);
  }
  return out;
}

void put_further_addresses(Resource<NetworkInterface>& interface, const std::vector<FurtherAddress>& addresses) {
  Json all = Json::array();
  for (const FurtherAddress& address : addresses) {
    Json one = Json::object({{"ip", address.ip}});
    if (address.association) one["association"] = wire::to_json(*address.association);
    all.push_back(std::move(one));
  }
  interface.own["further"] = std::move(all);
}

std::string choose_address(const Resource<Subnet>& subnet, std::set<Ipv4>& taken,
                           const std::optional<std::string>& wanted) {
  const Cidr cidr = *parse_cidr(*subnet.shape.cidr_block);
  if (!wanted) {
    const auto free = first_free(cidr, taken);
    if (!free)
      throw Error(
          "InsufficientFreeAddressesInSubnet", 400,
          fmt::format(
              "There are not enough free addresses in subnet '{}' to satisfy the requested number of instances.",
              subnet.id));
    taken.insert(*free);
    return ipv4_text(*free);
  }
  const auto address = parse_ipv4(*wanted);
  if (!address) throw invalid_parameter(fmt::format("Invalid IPv4 address: {}", *wanted));
  if (!cidr.contains(*address)) throw invalid_parameter("Address does not fall within the subnet's address range");
  if (is_reserved(cidr, *address)) throw invalid_parameter("Address is in subnet's reserved address range");
  if (!taken.insert(*address).second)
    throw Error("InvalidIPAddress.InUse", 400, fmt::format("Address {} is in use.", *wanted));
  return ipv4_text(*address);
}

AddressesAsked addresses_asked(const std::optional<std::string>& first,
                               const std::optional<std::vector<PrivateIpAddressSpecification>>& all,
                               const std::optional<int>& count) {
  AddressesAsked asked{.first = first, .further = {}, .count = count.value_or(0)};
  const bool named = all && !all->empty();
  if (named && asked.count != 0)
    throw Error("InvalidParameterCombination", 400,
                "The parameter secondaryPrivateIpAddressCount cannot be used with the parameter privateIpAddresses");
  if (asked.count < 0)
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter secondaryPrivateIpAddressCount is invalid.", asked.count));
  if (asked.count > static_cast<int>(kMostFurther))
    throw Error("PrivateIpAddressLimitExceeded", 400, "Number of private addresses will exceed limit.");
  if (!named) return asked;
  for (const PrivateIpAddressSpecification& one : *all) {
    if (!one.private_ip_address) throw missing_parameter("privateIpAddress");
    if (!one.primary.value_or(false)) {
      asked.further.push_back(*one.private_ip_address);
      continue;
    }
    if (asked.first && asked.first != one.private_ip_address)
      throw Error("InvalidParameterCombination", 400, "Only one primary private IP address can be specified.");
    asked.first = one.private_ip_address;
  }
  if (asked.further.size() > kMostFurther)
    throw Error("PrivateIpAddressLimitExceeded", 400, "Number of private addresses will exceed limit.");
  return asked;
}

void require_address_room(std::string_view instance_type, std::size_t addresses) {
  if (addresses > static_cast<std::size_t>(require_instance_type(instance_type).addresses))
    throw Error("PrivateIpAddressLimitExceeded", 400, "Number of private addresses will exceed limit.");
}

AssignPrivateIpAddressesOutput Ec2::assign_private_ip_addresses(Request& rq, const AssignPrivateIpAddressesInput& in) {
  authorize(rq, "AssignPrivateIpAddresses", "network-interface", in.network_interface_id);

  auto interface = require<NetworkInterface>(rq.tx, place_of(rq), in.network_interface_id);
  refuse_managed(rq, interface);
  const Strings& named = in.private_ip_addresses;
  const int count = in.secondary_private_ip_address_count.value_or(0);
  if (named && !named->empty() && count != 0)
    throw Error("InvalidParameterCombination", 400,
                "The parameter secondaryPrivateIpAddressCount cannot be used with the parameter privateIpAddresses");
  if ((!named || named->empty()) && count <= 0)
    throw Error("MissingParameter", 400,
                "Either the number of secondary private IP addresses or the addresses must be specified");
  const auto subnet = require<Subnet>(rq.tx, place_of(rq), interface.shape.subnet_id.value_or(""));
  const std::size_t more = named && !named->empty() ? named->size() : static_cast<std::size_t>(count);
  const std::size_t all = 1 + further_addresses(interface).size() + more;
  if (all > 1 + kMostFurther)
    throw Error("PrivateIpAddressLimitExceeded", 400, "Number of private addresses will exceed limit.");
  if (const auto instance = find<Instance>(rq.tx, interface.parent))
    require_address_room(*instance->shape.instance_type, all);
  if (in.allow_reassignment.value_or(false))
    for (const std::string& ip : named.value_or(std::vector<std::string>{})) take_from_other(making(rq), subnet, ip);
  interface = require<NetworkInterface>(rq.tx, place_of(rq), in.network_interface_id);

  auto taken = taken_addresses(rq.tx, subnet);
  auto addresses = further_addresses(interface);
  AssignPrivateIpAddressesOutput out;
  out.network_interface_id = interface.id;
  out.assigned_private_ip_addresses.emplace();
  for (std::size_t i = 0; i < more; ++i) {
    const auto wanted = named && !named->empty() ? std::optional((*named)[i]) : std::nullopt;
    addresses.push_back({choose_address(subnet, taken, wanted), std::nullopt});
    out.assigned_private_ip_addresses->emplace_back().private_ip_address = addresses.back().ip;
  }
  put_further_addresses(interface, addresses);
  update(rq.tx, interface);
  touch_vpc(rq.tx, home_.tasks, interface.scope);
  return out;
}

UnassignPrivateIpAddressesOutput Ec2::unassign_private_ip_addresses(Request& rq,
                                                                    const UnassignPrivateIpAddressesInput& in) {
  authorize(rq, "UnassignPrivateIpAddresses", "network-interface", in.network_interface_id);

  auto interface = require<NetworkInterface>(rq.tx, place_of(rq), in.network_interface_id);
  refuse_managed(rq, interface);
  const auto named = in.private_ip_addresses.value_or(std::vector<std::string>{});
  if (named.empty()) throw missing_parameter("privateIpAddress");
  for (const std::string& ip : named) {
    const auto addresses = further_addresses(interface);
    const auto found = std::ranges::find(addresses, ip, &FurtherAddress::ip);
    if (found == addresses.end())
      throw invalid_parameter(
          fmt::format("Some of the specified addresses are not assigned to interface {}", interface.id));
    if (found->association)
      if (auto elastic = find<Address>(rq.tx, found->association->allocation_id.value_or("")))
        disassociate(making(rq), *elastic);
  }

  interface = require<NetworkInterface>(rq.tx, place_of(rq), in.network_interface_id);
  auto addresses = further_addresses(interface);
  std::erase_if(addresses, [&](const auto& one) { return std::ranges::find(named, one.ip) != named.end(); });
  put_further_addresses(interface, addresses);
  update(rq.tx, interface);
  touch_vpc(rq.tx, home_.tasks, interface.scope);
  return {};
}

}  // namespace hanbat::ec2
