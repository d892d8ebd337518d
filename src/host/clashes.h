// What others on this machine have of that which a region needs there: looked for before anything is touched.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "host/edge_range.h"

namespace hanbat::host {

struct Clash {
  std::string what;
  std::string remedy;  ///< with the command
};

/// Networks of the machine that overlap with the range, as `ip -json route show table all` lists them: "198.18.0.0/16
/// by tun0". The region's own and routes that lead nowhere are none, nor is a default route, of which the edge's is a
/// part.
std::vector<std::string> find_overlaps(const Json& routes, const Range& range);

/// A range that overlaps with none of them, to be proposed.
std::optional<EdgeRange> find_free_range(const Json& routes);

/// Who listens at the port at every address, or at this one, as `ss -Hlntup` lists sockets: "dnsmasq (process 812)".
std::optional<std::string> find_listener(std::string_view sockets, std::string_view address, int port);

/// What ss prints of all sockets that listen; "" where there is no ss.
std::string list_listeners();

/// What of this machine stands in the way of a region with this edge. Nothing of the range while such a region is up.
std::vector<Clash> find_clashes(const EdgeRange& edge);

/// Throws HostError Invalid with every clash and the way out.
void require_room(const EdgeRange& edge);

}  // namespace hanbat::host
