// IPv4 addresses and ranges as numbers, parsed strictly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hanbat::host {

/// Parses dotted decimal without leading zeros. Throws HostError Invalid, naming `what`.
std::uint32_t require_address(std::string_view text, std::string_view what);
std::string to_text(std::uint32_t address);

struct Range {
  std::uint32_t base = 0;
  int bits = 0;

  std::uint32_t mask() const { return bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits); }
  std::uint32_t last() const { return base | ~mask(); }
  bool holds(std::uint32_t address) const { return (address & mask()) == base; }
  bool holds(const Range& other) const { return other.bits >= bits && holds(other.base); }
  bool overlaps(const Range& other) const { return holds(other.base) || other.holds(base); }
  std::string text() const;
  friend bool operator==(const Range&, const Range&) = default;
};

/// Parses "a.b.c.d/n" with no bits beyond the mask. Throws HostError Invalid, naming `what`.
Range require_range(std::string_view text, std::string_view what);

}  // namespace hanbat::host
