// The services that the daemon has: one line each in services.cc.
#pragma once

namespace hanbat {
namespace region {
class Region;
}

void add_services(region::Region& home);

/// Where there is a host side, serves the region's own names inside the region, 198.18.0.1, ports 443 and 80, also when
/// the edge was made anew. Called before tasks run.
void serve_at_edge(region::Region& home);

}  // namespace hanbat
