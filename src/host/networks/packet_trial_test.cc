// Packets on trial: their bytes, and what the kernel's trace of them says.
#include "host/networks/packet_trial.h"

#include <gtest/gtest.h>

#include "host/ipv4.h"
#include "host/networks/packet_trace.h"

namespace hanbat::host {
namespace {

constexpr std::uint16_t kPort = 40000;

std::uint32_t sum_of(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (i % 2 == 0 ? 8 : 0);
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return sum;
}

TrialHeader header_of(TrialProtocol protocol = TrialProtocol::kTcp) {
  return {require_address("10.0.0.5", "a"), require_address("10.0.1.6", "b"), kPort, 8080, protocol};
}

TEST(PacketTrial, ThePacketsHaveTheChecksumsThatAKernelChecks) {
  for (const TrialProtocol protocol : {TrialProtocol::kTcp, TrialProtocol::kUdp}) {
    const std::string packet = first_packet(header_of(protocol), 0x12345678);
    EXPECT_EQ(packet.size(), protocol == TrialProtocol::kTcp ? 40U : 28U);
    EXPECT_EQ(sum_of(packet.substr(0, 20)), 0xFFFFU);
    const std::string pseudo = packet.substr(12, 8) + std::string(1, '\0') + packet[9] + std::string(1, '\0') +
                               static_cast<char>(packet.size() - 20);
    EXPECT_EQ(sum_of(pseudo + packet.substr(20)), 0xFFFFU);
  }
  const std::string first = first_packet(header_of(), 7), reset = reset_packet(header_of(), 7);
  EXPECT_EQ(first[33], 0x02) << "SYN";
  EXPECT_EQ(reset[33], 0x04) << "RST";
  EXPECT_EQ(reset[27], 8) << "the number behind the first packet's, which the other end checks";
}

TEST(PacketTrial, WhatWouldLeaveTheRegionIsStoppedAtTheEdgeAndADatagramBeforeItIsDelivered) {
  const std::string out = nft_of_trial(header_of(), TrialOrigin::kMachine, TrialReach::kOnlyOurs);
  EXPECT_NE(out.find("oifname \"edge\" drop"), std::string::npos) << out;
  EXPECT_NE(out.find("ip saddr 10.0.0.5 ip daddr 10.0.1.6 tcp sport 40000 tcp dport 8080"), std::string::npos) << out;
  const std::string within = nft_of_trial(header_of(), TrialOrigin::kMachine, TrialReach::kBehindTheEdge);
  EXPECT_EQ(within.find(" drop"), std::string::npos) << within;
  const std::string datagram = nft_of_trial(header_of(TrialProtocol::kUdp), TrialOrigin::kEdge, TrialReach::kOnlyOurs);
  EXPECT_NE(datagram.find("meta mark 0x48429c40 drop"), std::string::npos) << datagram;
}

TEST(PacketTrial, ARuleIsFoundInTheListingByItsChainAndHandle) {
  const auto rules = rules_of_listing(
      "table ip hanbat { # handle 1\n\tchain ingress_sg_1 { # handle 7\n\t\ttcp dport 80 accept # handle 9\n\t}\n"
      "\tchain egress_sg_1 { # handle 8\n\t\taccept # handle 10\n\t}\n}\n");
  EXPECT_EQ(rules.at({"ingress_sg_1", 9}), "tcp dport 80 accept");
  EXPECT_EQ(rules.at({"egress_sg_1", 10}), "accept");
}

/// A trace of steps: each is (packet, chain, verdict), with the headers at a packet's first.
class Trace {
 public:
  Trace& step(std::uint32_t packet, const std::string& chain, TraceVerdict verdict, std::uint8_t flags = 0) {
    TraceStep& one = steps.emplace_back();
    one.packet = packet;
    one.table = chain.starts_with("last") ? kTrialTable : "hanbat";
    one.chain = chain;
    one.rule = 5;
    one.verdict = verdict;
    one.protocol = packet == 3 ? 1 : 6;
    const bool back = packet == 2;
    one.source_port = back ? 8080 : kPort;
    one.destination_port = back ? kPort : 8080;
    one.tcp_flags = back ? flags : 0x02;
    one.icmp_code = flags;
    return *this;
  }
  TrialView view() const {
    VpcSpec vpc;
    vpc.network_acls.push_back({.id = "acl-0a", .subnet_ids = {}, .entries = {}});
    return judge_trial(steps, vpc, {.port = 8080}, kPort);
  }
  std::vector<TraceStep> steps;
};

TEST(PacketTrace, AnAnswerThatComesBackIsAConnectionAndAResetIsARefusal) {
  Trace trace;
  trace.step(1, "forward_ingress", TraceVerdict::kAccept).step(1, "last_postrouting", TraceVerdict::kAccept);
  EXPECT_FALSE(trace.view().over);
  EXPECT_EQ(trace.view().result.end, TrialEnd::kSilent) << "as long as nothing comes back";
  Trace refused = trace;
  trace.step(2, "last_postrouting", TraceVerdict::kAccept, kSynAck);
  EXPECT_TRUE(trace.view().over);
  EXPECT_EQ(trace.view().result.end, TrialEnd::kAnswered);
  EXPECT_EQ(refused.step(2, "last_postrouting", TraceVerdict::kAccept, kRst).view().result.end, TrialEnd::kRefused);
}

TEST(PacketTrace, TheChainThatDropsNamesWhatStoppedIt) {
  const auto result = [](const char* chain, std::uint32_t packet = 1) {
    return Trace().step(packet, chain, TraceVerdict::kDrop).view().result;
  };
  EXPECT_EQ(result("ingress_of_2").stop, TrialStop::kSecurityGroup);
  EXPECT_EQ(result("ingress_of_2").direction, Direction::kIngress);
  EXPECT_EQ(result("egress_of_0").direction, Direction::kEgress);
  EXPECT_EQ(result("forward_ingress").stop, TrialStop::kOther) << "an address that no interface has";
  EXPECT_EQ(result("acl_ingress_acl_0a").stop, TrialStop::kNetworkAcl);
  EXPECT_EQ(result("acl_ingress_acl_0a").id, "acl-0a");
  EXPECT_EQ(result("leave_rtb_1").stop, TrialStop::kAddress);
  EXPECT_EQ(result("from_machine").stop, TrialStop::kSender);
  EXPECT_TRUE(result("acl_egress_acl_0a", 2).returning);
}

TEST(PacketTrace, WhereNoRuleSeesThePacketAgainRoutingHadNothingForIt) {
  EXPECT_EQ(Trace().step(1, "no_spoofing", TraceVerdict::kAccept).view().result.stop, TrialStop::kRoute);
  Trace told;
  told.step(1, "no_spoofing", TraceVerdict::kAccept).step(3, "output_egress", TraceVerdict::kAccept);
  EXPECT_TRUE(told.view().over) << "the kernel says unreachable";
  EXPECT_EQ(told.view().result.stop, TrialStop::kRoute);
  EXPECT_EQ(Trace().view().result.stop, TrialStop::kOther) << "nothing was seen at all";
}

TEST(PacketTrace, WhatTheTrialItselfStopsHasPassedEverythingElse) {
  const TrialView view = Trace().step(1, "last_postrouting", TraceVerdict::kDrop).view();
  EXPECT_TRUE(view.over);
  EXPECT_EQ(view.result.end, TrialEnd::kPassed);
}

TEST(PacketTrace, BytesThatAreNoTraceAreNoSteps) {
  const std::string bytes(64, '\x01');
  EXPECT_TRUE(read_trace({bytes.data(), bytes.size()}).empty());
  EXPECT_TRUE(read_trace({}).empty());
}

}  // namespace
}  // namespace hanbat::host
