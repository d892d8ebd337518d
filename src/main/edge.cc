// The region's own front inside the region: AWS's names resolve to the edge, where these listeners are.
#include <memory>
#include <string>

#include "host/client.h"
#include "host/s3_address.h"
#include "http/server.h"
#include "main/services.h"
#include "region/region.h"

namespace hanbat {
namespace {

constexpr Milliseconds kLookEvery = std::chrono::seconds(3);

/// Listens in the edge's namespace, when that is another one than `space`, and remembers it there.
void listen_at_edge(host::Host& host, const region::Region& home, http::Server& server, std::string& space) {
  for (const host::VpcState& edge : host.vpcs({})) {
    if (!edge.id.empty() || edge.space.empty() || edge.space == space) continue;
    server.remove_listeners("edge");
    host::ListenSpec spec;
    for (const std::string& address : {home.settings.edge.endpoint(), host::s3_address(home.settings.edge)}) {
      spec.address = address;
      spec.port = 443;
      server.add_listener(host.listen(spec), {.tag = "edge", .transport = http::Transport::kTls});
      spec.port = 80;
      server.add_listener(host.listen(spec), {.tag = "edge", .transport = http::Transport::kPlain});
    }
    space = edge.space;
  }
}

}  // namespace

void serve_at_edge(region::Region& home) {
  // Of the one task alone, which runs in one thread at a time; shared, as a handler is copied.
  const auto space = std::make_shared<std::string>();
  home.tasks.handle("edge.listen", [&home, space](store::TaskRun& run) {
    if (!home.find_host()) return;
    try {
      listen_at_edge(*home.find_host(), home, *home.find_server(), *space);
    } catch (const host::HostError&) {
      // It is being made again; the next look tells more.
    }
    run.again(kLookEvery);
  });
  if (!home.find_host()) return;
  listen_at_edge(*home.find_host(), home, *home.find_server(), *space);
  home.db.write([&](store::Tx& tx) { home.tasks.add(tx, {.kind = "edge.listen", .key = "edge"}); });
}

}  // namespace hanbat
