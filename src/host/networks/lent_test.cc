// Which machines dnsmasq is told of, so that an address goes from one to the next.
#include "host/networks/lent.h"

#include <gtest/gtest.h>

namespace hanbat::host {
namespace {

TEST(Lent, ANewMachineTakesAnAddressFromTheOneThatHadIt) {
  EXPECT_EQ(lend("", "02:00:00:00:00:01,10.1.0.4,one\n"), "02:00:00:00:00:01,10.1.0.4,one\n");
  EXPECT_EQ(lend("02:00:00:00:00:01,10.1.0.4,one\n", "02:00:00:00:00:02,10.1.0.4,two\n"),
            "02:00:00:00:00:01,02:00:00:00:00:02,10.1.0.4,two\n");
}

TEST(Lent, WhatNobodyHasKeepsItsMachineAndLosesItsName) {
  const auto after =
      lend("02:00:00:00:00:01,10.1.0.4,one\n02:00:00:00:00:02,10.1.0.5,two\n", "02:00:00:00:00:02,10.1.0.5,two\n");
  ASSERT_EQ(after, "02:00:00:00:00:01,10.1.0.4,gone-10-1-0-4\n02:00:00:00:00:02,10.1.0.5,two\n");
  EXPECT_EQ(lend(*after, "02:00:00:00:00:02,10.1.0.5,two\n02:00:00:00:00:03,10.1.0.4\n"),
            "02:00:00:00:00:01,02:00:00:00:00:03,10.1.0.4\n02:00:00:00:00:02,10.1.0.5,two\n");
}

TEST(Lent, AMachineThatComesAgainIsTheOneOfToday) {
  EXPECT_EQ(lend("02:00:00:00:00:01,02:00:00:00:00:02,10.1.0.4,two\n", "02:00:00:00:00:01,10.1.0.4,one\n"),
            "02:00:00:00:00:02,02:00:00:00:00:01,10.1.0.4,one\n");
}

TEST(Lent, AMachineWithAnotherAddressThanBeforeNeedsANewBeginning) {
  EXPECT_FALSE(lend("02:00:00:00:00:01,10.1.0.4\n", "02:00:00:00:00:01,10.1.0.5\n"));
}

TEST(Lent, MoreMachinesThanALineHoldsNeedANewBeginning) {
  std::string text;
  int machines = 0;
  for (;; ++machines) {
    const auto after = lend(text, "02:00:00:00:00:" + std::to_string(10 + machines) + ",10.1.0.4,name\n");
    if (!after) break;
    text = *after;
    ASSERT_LT(text.size(), 1025U);
  }
  EXPECT_EQ(machines, 16);
}

}  // namespace
}  // namespace hanbat::host
