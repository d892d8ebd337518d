// What the kernel did, beside what was computed.
#include "services/explain/packets/kernels_answer.h"

#include <gtest/gtest.h>

namespace hanbat::explain {
namespace {

using host::TrialEnd;
using host::TrialStop;

const AskedPacket kAsked{.source = "i-1", .destination = "i-2", .protocol = "tcp", .port = 80};
const Json kNone = Json::array();

Json told(const std::string& code, const std::string& direction = "ingress", const std::string& acl = "") {
  return Json::array(
      {Json::object({{"ExplanationCode", code}, {"Direction", direction}, {"Acl", Json::object({{"Id", acl}})}})});
}

Tried ended(TrialEnd end) { return {host::TrialResult{.end = end}, ""}; }
Tried stopped(TrialStop stop, host::Direction direction = host::Direction::kIngress, const std::string& id = "") {
  return {host::TrialResult{.end = TrialEnd::kStopped, .stop = stop, .direction = direction, .id = id}, ""};
}

TEST(KernelsAnswer, AConnectionThatIsAnsweredProvesThePath) {
  const KernelsAnswer answer = kernels_answer(ended(TrialEnd::kAnswered), kNone, kAsked, false);
  EXPECT_EQ(answer.agrees, true);
  EXPECT_EQ(answer.sentence.en, "The kernel agrees: the connection on trial was answered.");
  EXPECT_FALSE(answer.finding);
}

TEST(KernelsAnswer, WhereNothingListensOrAnswersThatIsTheCauseThoughEveryRuleLetsItPass) {
  const KernelsAnswer refused = kernels_answer(ended(TrialEnd::kRefused), kNone, kAsked, false);
  EXPECT_EQ(refused.agrees, true);
  EXPECT_EQ(refused.finding->code, "NOTHING_LISTENS");
  EXPECT_EQ(kernels_answer(ended(TrialEnd::kSilent), kNone, kAsked, false).finding->code, "NO_ANSWER");
  EXPECT_FALSE(kernels_answer(ended(TrialEnd::kRefused), kNone, kAsked, true).finding)
      << "of a load balancer its listeners tell";
}

TEST(KernelsAnswer, TheSameObstacleIsAgreementAndAnotherOneIsNot) {
  const auto agrees = [](const Tried& tried, const Json& explanations) {
    const KernelsAnswer answer = kernels_answer(tried, explanations, kAsked, false);
    EXPECT_EQ(answer.finding.has_value(), !*answer.agrees);
    return *answer.agrees;
  };
  EXPECT_TRUE(agrees(stopped(TrialStop::kSecurityGroup), told("ENI_SG_RULES_MISMATCH")));
  EXPECT_FALSE(agrees(stopped(TrialStop::kSecurityGroup), told("ENI_SG_RULES_MISMATCH", "egress")));
  EXPECT_TRUE(agrees(stopped(TrialStop::kNetworkAcl, host::Direction::kEgress, "acl-1"),
                     told("SUBNET_ACL_RESTRICTION", "egress", "acl-1")));
  EXPECT_FALSE(agrees(stopped(TrialStop::kNetworkAcl, host::Direction::kEgress, "acl-2"),
                      told("SUBNET_ACL_RESTRICTION", "egress", "acl-1")));
  EXPECT_TRUE(agrees(stopped(TrialStop::kRoute), told("NO_ROUTE_TO_DESTINATION")));
  EXPECT_TRUE(agrees(stopped(TrialStop::kAddress), told("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS")));
  EXPECT_FALSE(agrees(stopped(TrialStop::kRoute), kNone));
  EXPECT_FALSE(agrees(ended(TrialEnd::kAnswered), told("ENI_SG_RULES_MISMATCH")));
}

TEST(KernelsAnswer, ADisagreementSaysBothLoudly) {
  const KernelsAnswer answer =
      kernels_answer(stopped(TrialStop::kNetworkAcl, host::Direction::kIngress, "acl-9"), kNone, kAsked, false);
  EXPECT_EQ(answer.finding->code, "KERNEL_DISAGREES");
  EXPECT_NE(answer.sentence.en.find("THE KERNEL DISAGREES: by the region's rows the packet gets there, but in the "
                                    "kernel the network ACL acl-9 (in) dropped the packet"),
            std::string::npos)
      << answer.sentence.en;
  EXPECT_NE(answer.sentence.ko.find("acl-9"), std::string::npos);
}

TEST(KernelsAnswer, WhereNoPacketWasSentNothingIsClaimed) {
  const KernelsAnswer answer = kernels_answer({std::nullopt, "the machine of hb-1 does not run"}, kNone, kAsked, false);
  EXPECT_FALSE(answer.agrees);
  EXPECT_EQ(answer.sentence.en, "The kernel was not asked: the machine of hb-1 does not run.");
  EXPECT_FALSE(answer.finding);
}

}  // namespace
}  // namespace hanbat::explain
