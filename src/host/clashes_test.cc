// Routes and sockets of people's machines, as ip and ss print them.
#include "host/clashes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hanbat::host {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Clashes, ANetworkThatOverlapsWithTheEdgeIsNamedWithItsLink) {
  const Range edge = EdgeRange().whole();
  EXPECT_THAT(find_overlaps(Json::parse(R"([{"dst":"198.18.0.0/16","dev":"Meta","flags":[]}])"), edge),
              ElementsAre("198.18.0.0/16 by Meta"));
  EXPECT_THAT(find_overlaps(Json::parse(R"([{"dst":"198.0.0.0/8","gateway":"10.0.0.1","dev":"wg0"}])"), edge),
              ElementsAre("198.0.0.0/8 by wg0"));
  EXPECT_THAT(find_overlaps(Json::parse(R"([{"type":"local","dst":"198.19.7.7","dev":"tun0","table":"local"}])"), edge),
              ElementsAre("198.19.7.7/32 by tun0"));
}

TEST(Clashes, TheRegionsOwnRoutesDefaultsAndWhatLeadsNowhereAreNone) {
  EXPECT_THAT(find_overlaps(Json::parse(R"([{"dst":"default","dev":"eth0"},{"dst":"128.0.0.0/1","dev":"tun0"},
      {"dst":"198.18.0.0/16","dev":"hb-edge"},{"type":"blackhole","dst":"198.18.0.0/15"},{"dst":"fe80::/64","dev":"x"},
      {"type":"broadcast","dst":"198.18.0.255","dev":"tun0"},{"dst":"10.0.0.0/8","dev":"eth0"}])"),
                            EdgeRange().whole()),
              IsEmpty());
  EXPECT_THAT(find_overlaps(Json(), EdgeRange().whole()), IsEmpty());
}

TEST(Clashes, WhatIsProposedIsFreeItself) {
  EXPECT_EQ(find_free_range(Json::array())->text(), "198.18.0.0/15");
  EXPECT_EQ(
      find_free_range(Json::parse(R"([{"dst":"198.18.0.0/16","dev":"a"},{"dst":"10.0.0.0/8","dev":"b"}])"))->text(),
      "100.96.0.0/15");
  EXPECT_FALSE(find_free_range(Json::parse(
      R"([{"dst":"198.18.0.0/16","dev":"a"},{"dst":"10.0.0.0/8","dev":"b"},{"dst":"100.64.0.0/10","dev":"tailscale0"},
          {"dst":"172.16.0.0/12","dev":"c"}])")));
}

TEST(Clashes, AListenerIsKnownByPortAndAddress) {
  const std::string sockets =
      "udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* users:((\"systemd-resolve\",pid=88,fd=12))\n"
      "tcp   LISTEN 0      128    0.0.0.0:4566      0.0.0.0:*    users:((\"localstack\",pid=812,fd=3))\n"
      "tcp   LISTEN 0      128    [::]:1053      [::]:*\n"
      "tcp   LISTEN 0      128    198.18.254.1:1054      0.0.0.0:*\n";
  EXPECT_EQ(find_listener(sockets, "127.0.0.1", 4566), "localstack (process 812)");
  EXPECT_EQ(find_listener(sockets, "", 1053), "a program");
  EXPECT_EQ(find_listener(sockets, "127.0.0.53", 53), "systemd-resolve (process 88)");
  EXPECT_EQ(find_listener(sockets, "", 53), std::nullopt);
  EXPECT_EQ(find_listener(sockets, "", 1054), std::nullopt);
  EXPECT_EQ(find_listener("", "", 53), std::nullopt);
}

}  // namespace
}  // namespace hanbat::host
