// Which ranges may be the edge's, and which one is.
#include "host/edge_range.h"

#include "base/text.h"
#include "host/error.h"
#include "os/files.h"

namespace hanbat::host {

std::vector<Range> reserved_ranges() {
  // 100.64.0.0/16 is the builds' network, 172.31.0.0/16 every account's default VPC.
  return {Range{0, 8},           Range{0x7F000000, 8},  Range{0xA9FE0000, 16},
          Range{0x64400000, 16}, Range{0xAC1F0000, 16}, Range{0xE0000000, 3}};
}

EdgeRange EdgeRange::require(std::string_view text) {
  const Range range = require_range(text, "edge");
  if (range.bits != 15)
    throw HostError(HostErrorCode::kInvalid, "edge: " + range.text() + " is no /15; such is " + EdgeRange().text());
  for (const Range& taken : reserved_ranges())
    if (taken.overlaps(range))
      throw HostError(HostErrorCode::kInvalid, "edge: " + range.text() + " is taken by " + taken.text());
  return EdgeRange(range);
}

EdgeRange EdgeRange::of(const std::string& state_folder) {
  const auto text = find_file(state_folder + "/" + kEdgeRangeFile);
  return text ? require(trim(*text)) : EdgeRange();
}

EdgeRange settle_edge_range(const std::string& state_folder, std::string_view wish) {
  const EdgeRange now = EdgeRange::of(state_folder);
  if (wish.empty()) return now;
  const EdgeRange wished = EdgeRange::require(wish);
  if (wished == now) return now;
  if (path_exists(state_folder + "/region.db"))
    throw HostError(HostErrorCode::kInvalid,
                    "the region in " + state_folder + " has the edge " + now.text() +
                        ", of which its public addresses are. Another one takes a new region: hanbat reset, then "
                        "hanbat up --edge " +
                        wished.text());
  write_file_atomic(state_folder + "/" + kEdgeRangeFile, wished.text() + "\n");
  return wished;
}

}  // namespace hanbat::host
