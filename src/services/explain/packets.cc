// The path of a packet, which EC2's Reachability Analyzer walks, and what listens at its end.
#include "services/explain/explain.h"

#include "base/text.h"
#include "services/explain/chains.h"
#include "services/explain/refusal.h"

namespace hanbat::explain {

// Until EC2's Reachability Analyzer is there.
ExplainPacketOutput Explain::explain_packet(Request&, const ExplainPacketInput&) {
  throw wire::Error::not_implemented("ExplainPacket");
}

}  // namespace hanbat::explain
