// What the kernel did with a packet on trial, beside what was computed from the region's rows. Pure.
#pragma once

#include <optional>
#include <string>

#include "host/networks/packet.h"
#include "services/explain/packets/packet_findings.h"

namespace hanbat::explain {

/// How the packet on trial fared; without a result why none was sent.
struct Tried {
  std::optional<host::TrialResult> result;
  std::string reason;
};

struct KernelsAnswer {
  std::optional<bool> agrees;  // nothing: it was not asked, or says nothing about what was computed
  Text sentence;
  std::optional<Finding> finding;  // what no row tells: nothing listens, nothing answers, or the two differ
};

/// `explanations` are the analyzer's, none of which means that the packet gets there. Of a load balancer its listeners
/// tell what it listens on.
KernelsAnswer kernels_answer(const Tried& tried, const Json& explanations, const AskedPacket& asked, bool is_balancer);

}  // namespace hanbat::explain
