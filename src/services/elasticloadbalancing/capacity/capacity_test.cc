// Capacity units: the highest of four measures of an hour, booked as it rises and never twice.
#include "services/elasticloadbalancing/capacity/capacity.h"

#include <gtest/gtest.h>

#include "host/fake_host.h"
#include "region/usage.h"
#include "services/elasticloadbalancing/testing.h"

namespace hanbat::elasticloadbalancing {
namespace {

using host::Count;
using host::CountKind;
using host::CountSource;

TEST(CapacityUnits, TheHighestOfTheFourMeasuresCounts) {
  EXPECT_EQ(capacity_units({}), 0);
  EXPECT_EQ(capacity_units({.connections = 25 * 3600}), 1'000'000);
  EXPECT_EQ(capacity_units({.active_ms = 3000LL * 3'600'000}), 1'000'000);
  EXPECT_EQ(capacity_units({.bytes = 1LL << 30}), 1'000'000);
  EXPECT_EQ(capacity_units({.evaluations = 3'600'000}), 1'000'000);
  EXPECT_EQ(capacity_units({.connections = 25 * 3600, .bytes = 3LL << 30, .evaluations = 3'600'000}), 3'000'000);
}

class Capacity : public Balancing {
 protected:
  Capacity() : Balancing(&fake) {}
  void SetUp() override {
    Balancing::SetUp();
    listener = make_listener();
    region.run_until_idle();
  }
  Count count(CountKind kind, std::int64_t value) {
    return {.vpc_id = "vpc-1",
            .account = "",
            .region = "",
            .kind = kind,
            .id = std::string(last_part(balancer)),
            .part = std::string(last_part(listener)),
            .epoch = kind == CountKind::kActive ? "" : "e",
            .value = value};
  }
  void look() {
    region.clock.advance(std::chrono::minutes(1));
    region.run_until_idle();
  }
  std::int64_t booked() {
    std::int64_t sum = 0;
    region.db->read([&](store::Tx& tx) {
      for (const auto& line : region::list_usage(tx, std::vector<std::string>{"123456789012"}, {0}, {1LL << 60}))
        if (line.use.usage_type == "LCUUsage") sum += line.use.quantity;
    });
    return sum;
  }
  host::FakeHost fake;
  std::string listener;
};

TEST_F(Capacity, WhatIsReadTwiceIsBookedOnce) {
  auto& counts = fake.counted[CountSource::kBalancers];
  counts = {count(CountKind::kBytes, 1 << 29), count(CountKind::kConnections, 10)};
  look();
  EXPECT_EQ(booked(), 500'000);
  look();
  EXPECT_EQ(booked(), 500'000);
  counts[0].value = 3 << 28;
  look();
  EXPECT_EQ(booked(), 750'000);
}

TEST_F(Capacity, EachHourHasItsOwnHighestMeasure) {
  region.clock.advance(Milliseconds(3'600'000 - region.clock.now().ms % 3'600'000));  // a full hour
  auto& counts = fake.counted[CountSource::kBalancers];
  counts = {count(CountKind::kBytes, 1 << 30), count(CountKind::kConnections, 0)};
  look();
  region.clock.advance(std::chrono::hours(1));
  counts[1].value = 45'000;  // half a unit
  look();
  EXPECT_EQ(booked(), 1'500'000);
}

TEST_F(Capacity, ConnectionsThatStayAreBilledForTheTimeThatTheyAreThere) {
  region.clock.advance(Milliseconds(3'600'000 - region.clock.now().ms % 3'600'000));
  fake.counted[CountSource::kBalancers] = {count(CountKind::kActive, 3000)};
  for (int i = 0; i < 30; ++i) look();
  EXPECT_NEAR(static_cast<double>(booked()), 500'000, 20'000);
}

TEST_F(Capacity, WhatIsGoneIsBookedAndNeedNotBeToldAgain) {
  auto& counts = fake.counted[CountSource::kBalancers];
  counts = {count(CountKind::kBytes, 1 << 28)};
  look();
  region.db->write([&](store::Tx& tx) { remove(tx, *find<LoadBalancer>(tx, balancer)); });
  counts[0].value = 1 << 29;
  counts[0].goes_on = false;
  look();
  EXPECT_EQ(booked(), 500'000);
  EXPECT_TRUE(counts.empty());
  look();
  EXPECT_EQ(booked(), 500'000);
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
