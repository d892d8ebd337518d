// What the log tells of refusals that come again and again.
#include "services/iam/authorization/refusals.h"

#include <gtest/gtest.h>

namespace hanbat::iam {
namespace {

const Timestamp kStart{1'764'400'000'000};

TEST(Refusals, WhatComesAgainIsCountedAndNotToldEachTime) {
  Refusals refusals;
  std::vector<std::string> told;
  for (int i = 0; i < 250; ++i)
    if (auto line = refusals.line_for("User: a is not authorized", kStart + Milliseconds(3000 * i)))
      told.push_back(*line);
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0], "User: a is not authorized");
  EXPECT_EQ(told[1], "User: a is not authorized (10 times since " + iso8601(kStart) + ")");
  EXPECT_EQ(told[2], "User: a is not authorized (100 times since " + iso8601(kStart) + ")");
}

TEST(Refusals, AnotherMessageIsToldAndOneThatWasLongAwayIsNew) {
  Refusals refusals;
  EXPECT_EQ(refusals.line_for("a", kStart), "a");
  EXPECT_EQ(refusals.line_for("b", kStart), "b");
  EXPECT_FALSE(refusals.line_for("a", kStart + Milliseconds(3'599'000)));
  EXPECT_EQ(refusals.line_for("a", kStart + Milliseconds(2 * 3'600'000)), "a");
}

TEST(Refusals, AsManyMessagesAsAStrangerCanThinkOfAreNotKept) {
  Refusals refusals;
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(refusals.line_for("m" + std::to_string(i), kStart));
  EXPECT_EQ(refusals.line_for("m0", kStart), "m0");
}

}  // namespace
}  // namespace hanbat::iam
