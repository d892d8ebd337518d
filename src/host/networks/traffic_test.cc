// The rules that count what a VPC carries, and the names by which the counts are told.
#include "host/networks/traffic.h"

#include <gmock/gmock.h>

namespace hanbat::host {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

VpcSpec counted_vpc() {
  VpcSpec out;
  out.id = "vpc-1";
  out.account = "123456789012";
  out.region = "ap-northeast-2";
  out.nat_gateways = {{.id = "nat-0a", .subnet_id = "s", .private_ip = "10.0.0.9", .public_ip = "198.19.0.9"}};
  Interface with{.id = "eni-0b", .subnet_id = "s", .private_ip = "10.0.0.5"};
  with.public_ip = "198.19.0.5";
  with.secondaries = {{"10.0.0.6", "198.19.0.6"}};
  out.interfaces = {with, {.id = "eni-0c", .subnet_id = "s", .private_ip = "10.0.0.7"}};
  return out;
}

TEST(Traffic, WhatHasAPublicAddressAndEachGatewayIsCounted) {
  EXPECT_THAT(traffic_counters(counted_vpc()), ElementsAre("nat_nat_0a", "out_eni_0b", "out_nat_0a", "publicin_eni_0b",
                                                           "publicin_nat_0a", "publicout_eni_0b", "publicout_nat_0a"));
  const std::string rules = nft_of_traffic(counted_vpc());
  EXPECT_THAT(rules,
              HasSubstr("198.19.0.5 : \"out_eni_0b\", 198.19.0.6 : \"out_eni_0b\", 198.19.0.9 : \"out_nat_0a\""));
  EXPECT_THAT(rules, HasSubstr("nat_of { 198.19.0.9 : \"nat_nat_0a\" }"));
  EXPECT_EQ(rules.find("delete table"), rules.npos) << "counters outlive a change of the rules";
}

/// Machines in two zones, and the gateway beside the second.
VpcSpec vpc_of_two_zones() {
  VpcSpec out = counted_vpc();
  out.subnets = {{"s", "10.0.0.0/24", "rtb", "ap-northeast-2a"}, {"t", "10.0.1.0/24", "rtb", "ap-northeast-2c"}};
  for (Interface& one : out.interfaces) one.attachment = Attachment::kMachine;
  out.interfaces[1].subnet_id = out.nat_gateways[0].subnet_id = "t";
  out.interfaces.push_back({.id = "eni-0d", .attachment = Attachment::kBalancer, .subnet_id = "t"});
  return out;
}

TEST(Traffic, WhatPassesBetweenZonesIsCountedAtBothEnds) {
  const std::string rules = nft_of_traffic(vpc_of_two_zones());
  EXPECT_THAT(rules, HasSubstr("zone_ap_northeast_2a { \"hb-0b\" }"));
  EXPECT_THAT(rules, HasSubstr("iifname @zone_ap_northeast_2a oifname @zoned oifname != @zone_ap_northeast_2a counter "
                               "name iifname map @zoneout_of"));
  EXPECT_THAT(rules, HasSubstr("iifname @zoned iifname != @zone_ap_northeast_2c ct reply ip daddr 198.19.0.9 counter "
                               "name \"zonein_nat_0a\""));
  const auto counters = traffic_counters(vpc_of_two_zones());
  for (const char* one : {"zoneout_eni_0b", "zonein_eni_0b", "zoneout_eni_0c", "zonein_eni_0c", "zoneout_nat_0a"})
    EXPECT_TRUE(counters.contains(one)) << one;
  EXPECT_FALSE(counters.contains("zoneout_eni_0d")) << "a balancer's are free of charge";
}

TEST(Traffic, InOneZoneNothingPassesBetweenZones) {
  VpcSpec spec = vpc_of_two_zones();
  for (Subnet& one : spec.subnets) one.zone = "ap-northeast-2a";
  for (const std::string& one : traffic_counters(spec)) EXPECT_FALSE(one.starts_with("zone")) << one;
  EXPECT_EQ(nft_of_traffic(spec).find("@zone_"), std::string::npos);
}

TEST(Traffic, ACountersNameSaysOfWhatItIs) {
  const Count count = count_of_counter(counter_name(CountKind::kNatBytes, "nat-0a1b"));
  EXPECT_EQ(count.kind, CountKind::kNatBytes);
  EXPECT_EQ(count.id, "nat-0a1b");
}

TEST(Traffic, CountersAreReadAsTheKernelListsThem) {
  const auto counters = read_traffic_counters(
      R"({"nftables": [{"metainfo": {"version": "1.0.6"}}, {"counter": {"family": "ip", "name": "out_eni_0b", )"
      R"("table": "hanbat_traffic", "handle": 1, "packets": 3, "bytes": 4200}}]})");
  EXPECT_THAT(counters, ElementsAre(std::pair<const std::string, std::int64_t>("out_eni_0b", 4200)));
  EXPECT_THROW(read_traffic_counters("none"), JsonError);
}

}  // namespace
}  // namespace hanbat::host
