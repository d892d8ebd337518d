// Whether the region's packets reach the outside, proved by packets and not by a look at settings.
#pragma once

#include <string>
#include <vector>

#include "host/actions.h"
#include "host/edge_range.h"

namespace hanbat::host {

/// How a packet towards the internet fared that dies a few hops behind this machine: so every router on its way may
/// answer, and nobody's server is asked.
struct Fate {
  enum class Kind { kAnswered, kRejected, kSilent, kNoRoute };
  Kind kind = Kind::kSilent;
  std::string by;  ///< who answered
};

/// What the two fates say, the edge's and the host's own; `shut` are the gates that the firewall holds shut.
Finding judge_way_out(const Fate& edge, const Fate& host, const std::vector<std::string>& shut);

/// Sends packets from the edge to the host's resolver and to the outside; blocks for at most 8 s, and hardly when
/// answered.
std::vector<Finding> probe_way_out(const EdgeRange& range);

}  // namespace hanbat::host
