// nftables' trace of marked packets, as the kernel tells it over netlink, and what it says about a packet on trial.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "host/networks/netlink.h"
#include "host/networks/packet.h"

namespace hanbat::host {

enum class TraceVerdict { kAccept, kDrop, kContinue, kJump, kGoto, kReturn, kOther };

/// One step of one packet through one table: a rule that matched, a chain's end or its policy.
struct TraceStep {
  std::uint32_t packet = 0;  // the kernel's number of the packet at this hook
  std::string table, chain;
  std::uint64_t rule = 0;  // its handle; 0: the chain's policy or its end
  TraceVerdict verdict = TraceVerdict::kOther;
  std::string target;  // of a jump: the chain
  // Of the headers, which the first step of a packet has; protocol 0: this one has none.
  int protocol = 0;
  std::uint16_t source_port = 0, destination_port = 0;
  std::uint8_t tcp_flags = 0, icmp_code = 0;
};

inline constexpr std::uint8_t kRst = 0x04, kSynAck = 0x12;

/// The steps in what was received from a netlink socket of the trace's group; what is no such message is passed over.
std::vector<TraceStep> read_trace(Bytes bytes);

/// The table of the trial's own, with the chains that packets come to first and last.
inline constexpr const char* kTrialTable = "hanbat_trial";

/// What the steps so far say. `over`: nothing more is to come that would change it.
struct TrialView {
  TrialResult result;
  bool over = false;
  std::uint64_t rule = 0;  // that dropped it, in `chain`; 0: its end or policy
  std::string chain;
};

/// Reads the steps of a trial with that port as the sender's. `result.trace` has none of the rules' texts yet.
TrialView judge_trial(const std::vector<TraceStep>& steps, const VpcSpec& vpc, const PacketTrial& trial,
                      std::uint16_t source_port);

}  // namespace hanbat::host
