#include "services/ec2/networks/cidr.h"

#include <fmt/format.h>

#include "base/text.h"

namespace hanbat::ec2 {

std::optional<Ipv4> parse_ipv4(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  Ipv4 address = 0;
  for (const std::string& part : parts) {
    const auto number = parse_int(part);
    if (!number || *number < 0 || *number > 255 || part.size() > 3) return std::nullopt;
    address = (address << 8) | static_cast<Ipv4>(*number);
  }
  return address;
}

std::string ipv4_text(Ipv4 address) {
  return fmt::format("{}.{}.{}.{}", address >> 24, (address >> 16) & 255, (address >> 8) & 255, address & 255);
}

std::string Cidr::str() const { return fmt::format("{}/{}", ipv4_text(base), bits); }

std::optional<Cidr> parse_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ipv4(text.substr(0, slash));
  const auto bits = parse_int(text.substr(slash + 1));
  if (!address || !bits || *bits < 0 || *bits > 32) return std::nullopt;
  const Ipv4 mask = *bits == 0 ? 0 : ~Ipv4{0} << (32 - *bits);
  return Cidr{*address & mask, static_cast<int>(*bits)};
}

std::int64_t usable_addresses(const Cidr& subnet) {
  const auto size = static_cast<std::int64_t>(subnet.size());
  return size > 5 ? size - 5 : 0;
}

bool is_reserved(const Cidr& subnet, Ipv4 address) { return address < subnet.base + 4 || address == subnet.last(); }

std::optional<Ipv4> first_free(const Cidr& subnet, const std::set<Ipv4>& taken) {
  for (std::uint64_t address = std::uint64_t{subnet.base} + 4; address < subnet.last(); ++address)
    if (!taken.contains(static_cast<Ipv4>(address))) return static_cast<Ipv4>(address);
  return std::nullopt;
}

std::string mac_of(std::string_view interface_id) {
  // FNV-1a: any spread that stays the same for an id will do.
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : interface_id) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", (hash >> 32) & 255, (hash >> 24) & 255,
                     (hash >> 16) & 255, (hash >> 8) & 255, hash & 255);
}

}  // namespace hanbat::ec2
