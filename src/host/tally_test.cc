// Counts over sources that come and end; count_book_test.cc has those of one source after another.
#include "host/tally.h"

#include <gtest/gtest.h>

namespace hanbat::host {
namespace {

TEST(Tally, AnOldSourceCountsOnBesideTheNewOne) {
  Tally tally;
  tally.observe("old", {{"a", 100}});
  tally.observe("new", {{"a", 3}});
  tally.observe("old", {{"a", 102}});
  tally.observe("new", {{"a", 5}});
  EXPECT_EQ(tally.totals().at("a"), 107);
}

TEST(Tally, WhatAnEndedSourceCountedStaysAndOneOfItsNameBeginsAtNothing) {
  Tally tally;
  tally.observe("one", {{"a", 100}});
  EXPECT_TRUE(tally.keep({"two"}));
  EXPECT_FALSE(tally.keep({"two"}));
  tally.observe("one", {{"a", 150}});
  EXPECT_EQ(tally.totals().at("a"), 250);
}

TEST(Tally, SaysWhetherAnythingIsOtherThanBefore) {
  Tally tally;
  EXPECT_TRUE(tally.observe("one", {{"a", 0}}));
  EXPECT_FALSE(tally.observe("one", {{"a", 0}}));
  EXPECT_TRUE(tally.observe("one", {{"a", 1}}));
  EXPECT_TRUE(tally.drop([](const std::string& name) { return name == "a"; }));
  EXPECT_TRUE(tally.totals().empty());
}

}  // namespace
}  // namespace hanbat::host
