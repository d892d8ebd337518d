#include "host/networks/packet_trace.h"

#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>

#include "host/networks/netlink.h"
#include "host/networks/nft.h"

namespace hanbat::host {
namespace {

// Of linux/netfilter.h, which does not go with netinet/in.h.
constexpr int kNfDrop = 0, kNfAccept = 1;

TraceVerdict verdict_of(std::uint32_t code) {
  switch (static_cast<int>(code)) {
    case kNfAccept:
      return TraceVerdict::kAccept;
    case kNfDrop:
      return TraceVerdict::kDrop;
    case NFT_CONTINUE:
      return TraceVerdict::kContinue;
    case NFT_JUMP:
      return TraceVerdict::kJump;
    case NFT_GOTO:
      return TraceVerdict::kGoto;
    case NFT_RETURN:
      return TraceVerdict::kReturn;
    default:
      return TraceVerdict::kOther;
  }
}

void read_headers(Bytes network, Bytes transport, TraceStep& step) {
  step.protocol = byte_at(network, 9);
  if (step.protocol == IPPROTO_ICMP) {
    step.icmp_code = byte_at(transport, 1);
    return;
  }
  if (transport.size() < 4) return;
  step.source_port = static_cast<std::uint16_t>(number_of(transport.first(2)));
  step.destination_port = static_cast<std::uint16_t>(number_of(transport.subspan(2, 2)));
  if (step.protocol == IPPROTO_TCP) step.tcp_flags = byte_at(transport, 13);
}

TraceStep step_of(Bytes payload) {
  std::map<int, Bytes> all = attributes_of(payload);
  TraceStep step;
  step.packet = static_cast<std::uint32_t>(number_of(all[NFTA_TRACE_ID]));
  step.table = text_of(all[NFTA_TRACE_TABLE]);
  step.chain = text_of(all[NFTA_TRACE_CHAIN]);
  step.rule = number_of(all[NFTA_TRACE_RULE_HANDLE]);
  if (number_of(all[NFTA_TRACE_TYPE]) == NFT_TRACETYPE_POLICY) {
    step.verdict = verdict_of(static_cast<std::uint32_t>(number_of(all[NFTA_TRACE_POLICY])));
  } else {
    std::map<int, Bytes> verdict = attributes_of(all[NFTA_TRACE_VERDICT]);
    step.verdict = verdict_of(static_cast<std::uint32_t>(number_of(verdict[NFTA_VERDICT_CODE])));
    step.target = text_of(verdict[NFTA_VERDICT_CHAIN]);
  }
  if (all.contains(NFTA_TRACE_NETWORK_HEADER))
    read_headers(all[NFTA_TRACE_NETWORK_HEADER], all[NFTA_TRACE_TRANSPORT_HEADER], step);
  return step;
}

/// What a chain of ours is for, by its name.
void name_stop(const std::string& chain, const VpcSpec& vpc, TrialResult& out) {
  const auto begins = [&](std::string_view with) { return chain.starts_with(with); };
  out.stop = TrialStop::kOther;
  if (begins("from_machine") || begins("no_spoofing")) out.stop = TrialStop::kSender;
  if (begins("leave") || begins("only_public")) out.stop = TrialStop::kAddress;
  for (const Direction direction : {Direction::kIngress, Direction::kEgress}) {
    const std::string word(word_of(direction)), acl = "acl_" + word + "_";
    if (begins(word + "_") || begins(acl)) out.direction = direction;
    if (begins(word + "_")) out.stop = TrialStop::kSecurityGroup;
    if (!begins(acl)) continue;
    out.stop = TrialStop::kNetworkAcl;
    for (const NetworkAcl& one : vpc.network_acls)
      if (identifier(one.id) == chain.substr(acl.size())) out.id = one.id;
  }
}

enum class Role { kForward, kBack, kError };

/// Which of the trial's packets it is; none of them: nothing.
std::optional<Role> role_of(const TraceStep& step, const PacketTrial& trial, std::uint16_t source_port) {
  if (step.protocol == IPPROTO_ICMP) return Role::kError;
  if (step.source_port == source_port && step.destination_port == trial.port) return Role::kForward;
  if (step.source_port == trial.port && step.destination_port == source_port) return Role::kBack;
  return std::nullopt;
}

bool is_last(const TraceStep& step) { return step.table == kTrialTable && step.chain.starts_with("last"); }

/// ICMP's codes of a machine that refuses, in its own name or its administrator's. Source: RFC 1812, 5.2.7.1.
bool refuses(std::uint8_t icmp_code) { return icmp_code == 3 || icmp_code == 9 || icmp_code == 10 || icmp_code == 13; }

/// The steps as they are read one after another.
class Reading {
 public:
  Reading(const VpcSpec& vpc, const PacketTrial& trial, std::uint16_t source_port)
      : vpc_(vpc), trial_(trial), source_port_(source_port) {}

  TrialView run(const std::vector<TraceStep>& steps) {
    for (const TraceStep& step : steps) {
      if (view_.over) break;
      // Behind a NAT gateway the ports may be others: what a packet is, its first step says.
      if (step.protocol != 0 && !packets_.contains(step.packet))
        if (const auto role = role_of(step, trial_, source_port_)) packets_[step.packet] = {*role, step.tcp_flags};
      const auto found = packets_.find(step.packet);
      if (found != packets_.end()) take(step, found->second.first, found->second.second);
    }
    if (!view_.over) finish();
    return std::move(view_);
  }

 private:
  void end(TrialEnd how) {
    view_.result.end = how;
    view_.over = true;
  }
  void drop(const TraceStep& step, Role role) {
    name_stop(step.chain, vpc_, view_.result);
    view_.result.returning = role == Role::kBack;
    view_.rule = step.rule;
    view_.chain = step.chain;
    end(TrialEnd::kStopped);
  }

  void take(const TraceStep& step, Role role, std::uint8_t tcp_flags) {
    if (role == Role::kError) {
      if (!delivered_) {
        view_.result.stop = TrialStop::kRoute;
        return end(TrialEnd::kStopped);
      }
      return end(refuses(step.icmp_code) ? TrialEnd::kRefused : TrialEnd::kSilent);
    }
    if (role == Role::kBack) back_ = true;
    if (is_last(step) && role == Role::kForward) {
      delivered_ = true;
      if (step.verdict == TraceVerdict::kDrop) end(TrialEnd::kPassed);
    } else if (is_last(step)) {
      end((tcp_flags & kRst) != 0 ? TrialEnd::kRefused : TrialEnd::kAnswered);
    } else if (step.verdict == TraceVerdict::kDrop) {
      drop(step, role);
    }
  }

  /// Nothing more came: where routing has nothing for a packet, no rule sees it again.
  void finish() {
    view_.result.end = delivered_ && !back_ ? TrialEnd::kSilent : TrialEnd::kStopped;
    if (view_.result.end != TrialEnd::kStopped) return;
    view_.result.stop = packets_.empty() ? TrialStop::kOther : TrialStop::kRoute;
    view_.result.returning = back_;
  }

  const VpcSpec& vpc_;
  const PacketTrial& trial_;
  const std::uint16_t source_port_;
  TrialView view_;
  std::map<std::uint32_t, std::pair<Role, std::uint8_t>> packets_;
  bool delivered_ = false, back_ = false;
};

}  // namespace

std::vector<TraceStep> read_trace(Bytes bytes) {
  std::vector<TraceStep> steps;
  while (bytes.size() >= sizeof(nlmsghdr)) {
    nlmsghdr head{};
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.nlmsg_len < sizeof head || head.nlmsg_len > bytes.size()) break;
    if (head.nlmsg_type == (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_TRACE) &&
        head.nlmsg_len >= NLMSG_HDRLEN + sizeof(nfgenmsg))
      steps.push_back(step_of(bytes.subspan(NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(nfgenmsg)),
                                            head.nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(sizeof(nfgenmsg)))));
    bytes = bytes.subspan(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), bytes.size()));
  }
  return steps;
}

TrialView judge_trial(const std::vector<TraceStep>& steps, const VpcSpec& vpc, const PacketTrial& trial,
                      std::uint16_t source_port) {
  return Reading(vpc, trial, source_port).run(steps);
}

}  // namespace hanbat::host
