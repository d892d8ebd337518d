// IPv4 arithmetic: addresses as numbers, CIDR blocks, and which addresses AWS keeps for itself in a subnet.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace hanbat::ec2 {

using Ipv4 = std::uint32_t;

std::optional<Ipv4> parse_ipv4(std::string_view text);
std::string ipv4_text(Ipv4 address);

/// A block of addresses, of which `base` is the first.
struct Cidr {
  Ipv4 base = 0;
  int bits = 0;

  std::uint64_t size() const { return std::uint64_t{1} << (32 - bits); }
  Ipv4 last() const { return static_cast<Ipv4>(base + (size() - 1)); }
  bool contains(Ipv4 address) const { return address >= base && address <= last(); }
  bool contains(const Cidr& other) const { return other.bits >= bits && contains(other.base); }
  bool overlaps(const Cidr& other) const { return contains(other) || other.contains(*this); }
  std::string str() const;
  auto operator<=>(const Cidr&) const = default;
};

/// Reads "10.1.0.0/16". Bits beyond the mask are cut off, as EC2 does. Nothing when it is no block.
std::optional<Cidr> parse_cidr(std::string_view text);

/// How many addresses of a subnet are for interfaces: all but the first four and the last.
std::int64_t usable_addresses(const Cidr& subnet);
bool is_reserved(const Cidr& subnet, Ipv4 address);
/// The lowest usable address of the subnet that is not taken; nothing when it is full.
std::optional<Ipv4> first_free(const Cidr& subnet, const std::set<Ipv4>& taken);

/// The MAC address that an interface with this id has: locally administered, derived, so that it never changes.
std::string mac_of(std::string_view interface_id);

}  // namespace hanbat::ec2
