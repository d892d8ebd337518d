// What the fates of packets say of the way out.
#include "host/networks/probe.h"

#include <gtest/gtest.h>

namespace hanbat::host {
namespace {

using Kind = Fate::Kind;

TEST(WayOut, AnAnswerToTheEdgeProvesItWhateverElseIsSaid) {
  const Finding finding =
      judge_way_out({Kind::kAnswered, "192.0.2.1"}, {}, {"the chain FORWARD of ip filter (Docker)"});
  EXPECT_EQ(finding.severity, Severity::kOk);
  EXPECT_EQ(finding.what, "way out (192.0.2.1 answers the region's packets)");
}

TEST(WayOut, SilenceWhereTheHostIsAnsweredIsACutAndItsCauseIsNamedWhenItIsKnown) {
  const Fate host{Kind::kAnswered, "192.0.2.1"};
  const Finding known = judge_way_out({Kind::kSilent, ""}, host, {"the chain FORWARD of ip filter (Docker)"});
  EXPECT_EQ(known.severity, Severity::kMissing);
  EXPECT_NE(known.detail.find("the chain FORWARD of ip filter (Docker) stops them"), std::string::npos);
  const Finding unknown = judge_way_out({Kind::kSilent, ""}, host, {});
  EXPECT_EQ(unknown.severity, Severity::kMissing);
  EXPECT_NE(unknown.remedy.find("nft list ruleset"), std::string::npos);
}

TEST(WayOut, ARejectionByTheHostIsACutEvenWhereNobodyAnswersTheHost) {
  EXPECT_EQ(judge_way_out({Kind::kRejected, "198.18.254.1"}, {Kind::kSilent, ""}, {}).severity, Severity::kMissing);
}

TEST(WayOut, WhereTheHostIsNotAnsweredEitherNothingIsClaimed) {
  EXPECT_EQ(judge_way_out({Kind::kSilent, ""}, {Kind::kSilent, ""}, {}).severity, Severity::kNote);
  EXPECT_EQ(judge_way_out({Kind::kSilent, ""}, {Kind::kNoRoute, ""}, {}).severity, Severity::kNote);
}

}  // namespace
}  // namespace hanbat::host
