// The addresses that the region takes of the machine's: AWS's endpoints, the links, and the public addresses. One range
// of 131,072, of which the lower half is the edge's own and the upper half is what instances get.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/ipv4.h"

namespace hanbat::host {

/// What the region of the state folder uses; the default without that file.
inline constexpr const char* kEdgeRangeFile = "edge-range";

class EdgeRange {
 public:
  /// 198.18.0.0/15, which is nobody's on the internet (RFC 2544).
  EdgeRange() = default;
  /// Throws HostError Invalid, naming what it may be, for what is no /15 that can be the edge's.
  static EdgeRange require(std::string_view text);
  /// As the file says.
  static EdgeRange of(const std::string& state_folder);

  const Range& whole() const { return whole_; }
  std::string text() const { return whole_.text(); }
  /// The halves.
  Range own() const { return {whole_.base, 16}; }
  Range public_range() const { return {whole_.base | 0x10000U, 16}; }

  std::string endpoint() const { return to_text(whole_.base + 1); }   ///< AWS's names lead here
  std::string host() const { return to_text(whole_.base + 0xFE01); }  ///< the host's end of its link to the edge
  std::string edge() const { return to_text(whole_.base + 0xFE02); }  ///< the edge's end
  /// A VPC's address on its link to the edge; of own()'s upper half.
  std::string link(int number) const { return to_text(whole_.base + 0x8000U + static_cast<std::uint32_t>(number)); }
  /// The one public address that no instance gets: the builds' network leaves by it.
  std::string builds() const { return to_text(whole_.base + 0x1FFFE); }

  friend bool operator==(const EdgeRange&, const EdgeRange&) = default;

 private:
  explicit EdgeRange(Range whole) : whole_(whole) {}
  Range whole_{0xC6120000, 15};
};

/// The range of the state folder's region, after `wish` ("": none) was heard: it is written down for the first start,
/// and refused with HostError Invalid when the region has another one already, of which its addresses are.
EdgeRange settle_edge_range(const std::string& state_folder, std::string_view wish);

/// What no range of the edge may overlap: it is the region's own inside, or nobody's to give.
std::vector<Range> reserved_ranges();

}  // namespace hanbat::host
