// The private addresses of an interface beyond its first.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "services/ec2/calls/calls.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {

struct FurtherAddress {
  std::string ip;
  std::optional<NetworkInterfaceAssociation> association;  // its elastic address
};

/// In the order in which the interface got them.
std::vector<FurtherAddress> further_addresses(const Resource<NetworkInterface>& interface);
/// Into the row, which is not written by this.
void put_further_addresses(Resource<NetworkInterface>& interface, const std::vector<FurtherAddress>& addresses);

/// The address asked for, or any: one of the subnet's that `taken` does not have, which then has it. Throws AWS's
/// errors.
std::string choose_address(const Resource<Subnet>& subnet, std::set<Ipv4>& taken,
                           const std::optional<std::string>& wanted);

/// What a call says of the addresses of an interface that it makes.
struct AddressesAsked {
  std::optional<std::string> first;
  std::vector<std::string> further;
  int count = 0;  // of further ones, whichever they are
};
/// Throws for members that cannot stand beside each other.
AddressesAsked addresses_asked(const std::optional<std::string>& first,
                               const std::optional<std::vector<PrivateIpAddressSpecification>>& all,
                               const std::optional<int>& count);

/// Throws PrivateIpAddressLimitExceeded unless an interface of the instance may have so many addresses in all.
void require_address_room(std::string_view instance_type, std::size_t addresses);

}  // namespace hanbat::ec2
