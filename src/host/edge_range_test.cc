// Where the edge's addresses are, and what it cannot be.
#include "host/edge_range.h"

#include <gtest/gtest.h>

#include "host/error.h"

namespace hanbat::host {
namespace {

TEST(EdgeRange, TheDefaultsAddressesAreTheWellKnownOnes) {
  const EdgeRange edge;
  EXPECT_EQ(edge.text(), "198.18.0.0/15");
  EXPECT_EQ(edge.endpoint(), "198.18.0.1");
  EXPECT_EQ(edge.host(), "198.18.254.1");
  EXPECT_EQ(edge.edge(), "198.18.254.2");
  EXPECT_EQ(edge.link(1), "198.18.128.1");
  EXPECT_EQ(edge.own().text(), "198.18.0.0/16");
  EXPECT_EQ(edge.public_range().text(), "198.19.0.0/16");
  EXPECT_EQ(edge.builds(), "198.19.255.254");
}

TEST(EdgeRange, AnotherRangeMovesAllOfThem) {
  const EdgeRange edge = EdgeRange::require("10.230.0.0/15");
  EXPECT_EQ(edge.endpoint(), "10.230.0.1");
  EXPECT_EQ(edge.link(300), "10.230.129.44");
  EXPECT_EQ(edge.public_range().text(), "10.231.0.0/16");
}

TEST(EdgeRange, WhatIsNoFifteenOrIsTheRegionsOwnInsideIsRefused) {
  for (const char* text : {"10.231.0.0/15", "10.0.0.0/8", "10.230.0.0/16", "10.230.0.0", "", "x/15", "172.30.0.0/15",
                           "100.64.0.0/15", "127.0.0.0/15", "169.254.0.0/15", "224.0.0.0/15", "240.0.0.0/15"})
    EXPECT_THROW(EdgeRange::require(text), HostError) << text;
}

}  // namespace
}  // namespace hanbat::host
