// Bytes that the host side has counted, on the bill: of whom they are, once each, and of what is gone.
#include "services/ec2/traffic_usage.h"

#include <gmock/gmock.h>

#include <map>

#include "region/usage.h"
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using host::Count;
using host::CountKind;
using host::CountSource;
using ::testing::ElementsAre;
using ::testing::Pair;

class Traffic : public Ec2Test {
 protected:
  static Count count(const std::string& id, CountKind kind, std::int64_t value) {
    return {.vpc_id = "vpc-1",
            .account = "123456789012",
            .region = "ap-northeast-2",
            .kind = kind,
            .id = id,
            .part = "",
            .epoch = "e",
            .value = value};
  }
  void look() {
    test.clock.advance(std::chrono::minutes(1));
    test.run_until_idle();
  }
  /// Bytes by the last part of the resource's ARN and the usage type.
  std::map<std::string, std::int64_t> bytes() {
    std::map<std::string, std::int64_t> out;
    test.db->read([&](store::Tx& tx) {
      for (const auto& line : region::list_usage(tx, std::vector<std::string>{"123456789012"}, {0}, {1LL << 60}))
        if (line.use.unit == region::UsageUnit::kGigabytes)
          out[line.resource.substr(line.resource.rfind(':') + 1) + " " + line.use.usage_type] += line.use.quantity;
    });
    return out;
  }
};

TEST_F(Traffic, AGatewaysBytesAreBookedAsTheyRise) {
  auto& counts = host.counted[CountSource::kVpcs];
  counts = {count("nat-1", CountKind::kNatBytes, 5000), count("nat-1", CountKind::kBytesOut, 700)};
  look();
  look();
  EXPECT_THAT(bytes(), ElementsAre(Pair("natgateway/nat-1 DataTransfer-Out-Bytes", 700),
                                   Pair("natgateway/nat-1 NatGateway-Bytes", 5000)));
  counts[0].value = 5500;
  look();
  EXPECT_EQ(bytes().at("natgateway/nat-1 NatGateway-Bytes"), 5500);
}

TEST_F(Traffic, AnInterfacesBytesAreItsInstancesAlsoWhenThatIsGone) {
  const std::string id = *ec2.run_instances(launch(subnet(vpc(), "10.1.0.0/24"))).instances->front().instance_id;
  test.run_until_idle();
  const std::string interface = *instance(id).network_interfaces->front().network_interface_id;
  auto& counts = host.counted[CountSource::kVpcs];
  counts = {count(interface, CountKind::kBytesOut, 100)};
  look();
  ec2.terminate_instances({.instance_ids = {id}});
  test.run_until_idle();
  counts = {count(interface, CountKind::kBytesOut, 130)};
  counts[0].goes_on = false;
  look();
  EXPECT_THAT(bytes(), ElementsAre(Pair("instance/" + id + " DataTransfer-Out-Bytes", 130)));
  EXPECT_TRUE(counts.empty()) << "it need not be told any more";
  look();
  EXPECT_EQ(bytes().at("instance/" + id + " DataTransfer-Out-Bytes"), 130);
}

TEST_F(Traffic, WhatWasNeverSeenAliveIsBookedAllTheSame) {
  host.counted[CountSource::kVpcs] = {count("eni-1", CountKind::kBytesOut, 9)};
  look();
  EXPECT_THAT(bytes(), ElementsAre(Pair("network-interface/eni-1 DataTransfer-Out-Bytes", 9)));
}

TEST_F(Traffic, WhatPassesBetweenZonesIsBookedAtBothEnds) {
  const std::string id = *ec2.run_instances(launch(subnet(vpc(), "10.1.0.0/24"))).instances->front().instance_id;
  test.run_until_idle();
  const std::string interface = *instance(id).network_interfaces->front().network_interface_id;
  host.counted[CountSource::kVpcs] = {
      count(interface, CountKind::kZoneOut, 100), count(interface, CountKind::kZoneIn, 20),
      count(interface, CountKind::kPublicOut, 3), count("nat-1", CountKind::kZoneIn, 100)};
  look();
  EXPECT_THAT(bytes(), ElementsAre(Pair("instance/" + id + " DataTransfer-Regional-Bytes", 123),
                                   Pair("natgateway/nat-1 DataTransfer-Regional-Bytes", 100)));
  std::map<std::string, std::string> services;
  test.db->read([&](store::Tx& tx) {
    for (const auto& line : region::list_usage(tx, std::vector<std::string>{"123456789012"}, {0}, {1LL << 60}))
      if (line.use.usage_type == "DataTransfer-Regional-Bytes") services[line.use.operation] = line.use.service;
  });
  EXPECT_THAT(services, ElementsAre(Pair("InterZone-In", "EC2 - Other"), Pair("InterZone-Out", "EC2 - Other"),
                                    Pair("PublicIP-Out", "EC2 - Other")));
}

TEST_F(Traffic, TheRegionsOwnIsOnNobodysBill) {
  host.counted[CountSource::kVpcs] = {count("nat-1", CountKind::kNatBytes, 5000)};
  host.counted[CountSource::kVpcs][0].account = host::kOwnAccount;
  look();
  EXPECT_TRUE(bytes().empty());
}

}  // namespace
}  // namespace hanbat::ec2
