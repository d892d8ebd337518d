// The services that the daemon has: one line each in services.cc.
#pragma once

namespace hanbat {
namespace host {
class Host;
}
namespace http {
class Server;
}
namespace region {
class Region;
}

void add_services(region::Region& home);

/// Serves the region's own names inside the region: 198.18.0.1, ports 443 and 80.
void listen_at_edge(host::Host& host, http::Server& server);

}  // namespace hanbat
