#include "services/explain/packets/kernels_answer.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace hanbat::explain {
namespace {

using host::TrialEnd;
using host::TrialStop;

/// Whether the analyzer's explanation is what stopped the packet in the kernel.
bool tells(const Json& explanation, const host::TrialResult& result) {
  const std::string code = explanation.text("ExplanationCode");
  const bool same_way = explanation.text("Direction") == word_of(result.direction);
  switch (result.stop) {
    case TrialStop::kSecurityGroup:
      return code == "ENI_SG_RULES_MISMATCH" && same_way;
    case TrialStop::kNetworkAcl:
      return code == "SUBNET_ACL_RESTRICTION" && same_way && explanation["Acl"].text("Id") == result.id;
    case TrialStop::kRoute:
      return code == "NO_ROUTE_TO_DESTINATION" || code == "BAD_STATE_ROUTE" || code == "BAD_STATE";
    case TrialStop::kAddress:
      return code == "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS";
    case TrialStop::kSender:
      return code == "ENI_SOURCE_DEST_CHECK_RESTRICTION";
    case TrialStop::kNothing:
    case TrialStop::kOther:
      return code == "NO_POSSIBLE_DESTINATION" || code == "BAD_STATE";
  }
  return false;
}

/// "the network ACL acl-0a dropped the answer"
Text what_stopped(const host::TrialResult& result) {
  const bool in = result.direction == host::Direction::kIngress;
  Text what;
  switch (result.stop) {
    case TrialStop::kSecurityGroup:
      what = in ? Text{.en = "the receiver's security groups", .ko = "받는 쪽의 보안 그룹"}
                : Text{.en = "the sender's security groups", .ko = "보내는 쪽의 보안 그룹"};
      break;
    case TrialStop::kNetworkAcl:
      what = {.en = "the network ACL " + result.id + (in ? " (in)" : " (out)"),
              .ko = "네트워크 ACL " + result.id + (in ? "(인바운드)" : "(아웃바운드)")};
      break;
    case TrialStop::kRoute:
      what = {.en = "routing, which has no way for it,", .ko = "길이 없는 라우팅"};
      break;
    case TrialStop::kAddress:
      what = {.en = "the internet gateway, for want of a public address,",
              .ko = "퍼블릭 주소가 없어 인터넷 게이트웨이"};
      break;
    case TrialStop::kSender:
      what = {.en = "the source/destination check", .ko = "출발지/목적지 확인"};
      break;
    case TrialStop::kNothing:
    case TrialStop::kOther:
      what = {.en = "a rule of the VPC's own", .ko = "VPC 자체의 규칙"};
      break;
  }
  return {.en = what.en + " dropped " + (result.returning ? "the answer" : "the packet"),
          .ko = what.ko + "이(가) " + (result.returning ? "응답을" : "패킷을") + " 버렸습니다"};
}

Text what_happened(const host::TrialResult& result, const AskedPacket& asked) {
  switch (result.end) {
    case TrialEnd::kAnswered:
      return {.en = "the connection on trial was answered", .ko = "시험 연결에 응답이 왔습니다"};
    case TrialEnd::kRefused:
      return {.en = "the packet was delivered, and refused there", .ko = "패킷이 전달되었고 그곳에서 거절되었습니다"};
    case TrialEnd::kSilent:
      return {.en = "the packet was delivered, and no answer came", .ko = "패킷이 전달되었으나 응답이 없었습니다"};
    case TrialEnd::kPassed:
      if (asked.protocol == "udp" && asked.destination != "internet")
        return {.en = "every rule let the datagram pass; it was stopped before it was delivered",
                .ko = "모든 규칙이 데이터그램을 통과시켰고, 전달되기 전에 멈추었습니다"};
      return {.en = "every rule let the packet pass; it was stopped before it left the region",
              .ko = "모든 규칙이 패킷을 통과시켰고, 리전을 나가기 전에 멈추었습니다"};
    case TrialEnd::kStopped:
      break;
  }
  return what_stopped(result);
}

/// The rows say one thing and the kernel does another.
Finding disagreement(const Text& happened, bool computed_to_pass, const AskedPacket& asked) {
  const Text rows = computed_to_pass
                        ? Text{.en = "by the region's rows the packet gets there", .ko = "행으로는 패킷이 도착하지만"}
                        : Text{.en = "by the region's rows it does not get there for what is told here",
                               .ko = "행으로는 여기 적힌 이유로 도착하지 않지만"};
  return {
      .code = "KERNEL_DISAGREES",
      .subject = asked.source + " " + asked.destination + ":" + std::to_string(asked.port),
      .sentence = {.en = "THE KERNEL DISAGREES: " + rows.en + ", but in the kernel " + happened.en + ".",
                   .ko = "커널은 다르게 말합니다: " + rows.ko + ", 커널에서는 " + happened.ko + "."},
      .remedy = {.en = "A change takes a moment to reach the kernel: ask again. If it stays so, hanbat doctor tells "
                       "whether the network is whole; else it is a fault of Hanbat's.",
                 .ko = "변경이 커널에 닿기까지 잠깐 걸립니다: 다시 물어보십시오. 그대로이면 hanbat doctor가 네트워크가 "
                       "온전한지 알려 줍니다. 그것도 정상이면 한밭의 결함입니다."},
      .command = "hanbat doctor"};
}

Finding nothing_listens(const AskedPacket& asked) {
  const std::string port = std::to_string(asked.port);
  return {.code = "NOTHING_LISTENS",
          .subject = asked.destination + ":" + port,
          .sentence = {.en = "The network lets the packet pass, but nothing on " + asked.destination +
                             " listens on port " + port + ".",
                       .ko = "네트워크는 패킷을 통과시키지만 " + asked.destination + "에서 포트 " + port +
                             "을(를) 듣는 것이 없습니다."},
          .remedy = {.en = "Start the program, and have it listen on 0.0.0.0:" + port +
                           " and not on 127.0.0.1 alone (ss -ltnp on the instance).",
                     .ko = "프로그램을 시작하고 127.0.0.1만이 아니라 0.0.0.0:" + port +
                           "에서 듣게 하십시오(인스턴스에서 ss -ltnp)."}};
}

Finding no_answer(const AskedPacket& asked) {
  return {.code = "NO_ANSWER",
          .subject = asked.destination + ":" + std::to_string(asked.port),
          .sentence = {.en = "The network lets the packet pass, and " + asked.destination +
                             " does not answer it: most likely a firewall of its own drops it.",
                       .ko = "네트워크는 패킷을 통과시키지만 " + asked.destination +
                             "이(가) 응답하지 않습니다: 대개 그 안의 방화벽이 버립니다."},
          .remedy = {.en = "Look at the machine's own rules: nft list ruleset, iptables -S, ufw status, firewall-cmd "
                           "--list-all.",
                     .ko = "그 기기 자체의 규칙을 보십시오: nft list ruleset, iptables -S, ufw status, firewall-cmd "
                           "--list-all."}};
}

}  // namespace

KernelsAnswer kernels_answer(const Tried& tried, const Json& explanations, const AskedPacket& asked, bool is_balancer) {
  KernelsAnswer out;
  if (!tried.result) {
    out.sentence = {.en = "The kernel was not asked: " + tried.reason + ".",
                    .ko = "커널에 물어보지 못했습니다: " + tried.reason + "."};
    return out;
  }
  const host::TrialResult& result = *tried.result;
  const Text happened = what_happened(result, asked);
  const bool computed_to_pass = !explanations.is_array() || explanations.empty();
  const bool stopped = result.end == TrialEnd::kStopped;
  const auto any = [&](const auto& holds) {
    return !computed_to_pass && std::ranges::any_of(explanations.items(), holds);
  };
  // What carries no private addresses is the internet, to which nothing is sent on trial.
  if (result.end == TrialEnd::kPassed && any([](const Json& one) {
        return one.text("ExplanationCode") == "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS";
      })) {
    out.sentence = {.en = "In the kernel " + happened.en + ".", .ko = "커널에서는 " + happened.ko + "."};
    return out;
  }
  out.agrees = computed_to_pass ? !stopped : stopped && any([&](const Json& one) { return tells(one, result); });
  if (!*out.agrees) {
    out.finding = disagreement(happened, computed_to_pass, asked);
    out.sentence = out.finding->sentence;
    return out;
  }
  out.sentence = {.en = "The kernel agrees: " + happened.en + ".", .ko = "커널도 같습니다: " + happened.ko + "."};
  if (result.end == TrialEnd::kRefused && !is_balancer) out.finding = nothing_listens(asked);
  if (result.end == TrialEnd::kSilent) out.finding = no_answer(asked);
  return out;
}

}  // namespace hanbat::explain
