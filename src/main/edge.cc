// The region's own front inside the region: AWS's names resolve to the edge, where these listeners are.
#include <spdlog/spdlog.h>

#include "host/actions.h"
#include "host/client.h"
#include "http/server.h"
#include "main/services.h"

namespace hanbat {

void listen_at_edge(host::Host& host, http::Server& server) {
  host::ListenSpec spec;
  spec.address = "198.18.0.1";
  spec.port = 443;
  server.add_listener(host.listen(spec), {.tag = "edge", .transport = http::Transport::kTls});
  spec.port = 80;
  server.add_listener(host.listen(spec), {.tag = "edge", .transport = http::Transport::kPlain});
}

}  // namespace hanbat
