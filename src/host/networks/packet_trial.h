// A packet is sent on trial: from the machine's own end of its link, or from the edge, through the rules in force,
// while the kernel traces it. No program in a machine learns of it: of a connection only the first packet goes, and a
// reset after it; a datagram is stopped before it is delivered; what would leave for the internet is stopped at the
// edge.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "host/edge_range.h"
#include "host/networks/packet.h"
#include "host/networks/plan.h"

namespace hanbat::host {

/// Where a packet on trial comes from and goes to.
struct TrialHeader {
  std::uint32_t source = 0, destination = 0;
  std::uint16_t source_port = 0, destination_port = 0;
  TrialProtocol protocol = TrialProtocol::kTcp;
};

/// The packets, from the IPv4 header on: a connection's first one, or a datagram; and what takes the connection back.
std::string first_packet(const TrialHeader& header, std::uint32_t sequence);
std::string reset_packet(const TrialHeader& header, std::uint32_t sequence);

/// kOnlyOurs: what it would leave the region for is kept from it.
enum class TrialReach { kOnlyOurs, kBehindTheEdge };

/// kNamespace: an address of the VPC's own namespace, a load balancer's. kEdge: the internet.
enum class TrialOrigin { kMachine, kNamespace, kEdge };
/// The ruleset of the trial's own table, which marks the trial's packets for the trace, and stops what no one is to
/// get.
std::string nft_of_trial(const TrialHeader& header, TrialOrigin origin, TrialReach reach);

/// The rules of `nft -a list table`, by chain and handle.
std::map<std::pair<std::string, std::uint64_t>, std::string> rules_of_listing(std::string_view listing);

/// Carries the trial out in the VPC as it is in the kernel; blocks for at most some 2 s. One at a time in a VPC. Throws
/// HostError NotFound where there is nothing to send from, Failed where the kernel does not trace.
TrialResult try_packet(const VpcSpec& vpc, const VpcNumbers& numbers, const PacketTrial& trial, const EdgeRange& edge);

}  // namespace hanbat::host
