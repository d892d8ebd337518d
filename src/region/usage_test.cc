// The ledger of what is billed: what begins, goes on and ends, and what a rollback takes back.
#include "region/usage.h"

#include <gtest/gtest.h>

#include "region/testing.h"

namespace hanbat::region {
namespace {

const Place kPlace{"123456789012", "ap-northeast-2"};
constexpr std::string_view kArn = "arn:aws:ec2:ap-northeast-2:123456789012:instance/i-1";
const std::vector<std::string> kAccounts{"123456789012"};

Use box(const std::string& type) {
  return {"Amazon Elastic Compute Cloud - Compute", "BoxUsage:" + type, "RunInstances"};
}

class Usage : public testing::Test {
 protected:
  Usage() { test.start(); }
  void say(const std::vector<Use>& uses) {
    test.db->write([&](store::Tx& tx) { meter(tx, test.clock.now(), kPlace, kArn, uses); });
  }
  std::vector<UsageLine> lines() {
    return test.db->read([&](store::Tx& tx) { return list_usage(tx, kAccounts, {0}, {1LL << 60}); });
  }
  TestRegion test;
};

TEST_F(Usage, WhatIsSaidAgainIsNotMeteredTwice) {
  say({box("t3.small")});
  test.clock.advance(Seconds(10));
  say({box("t3.small")});
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_FALSE(lines()[0].ended);
}

TEST_F(Usage, AChangeEndsOneUseAndBeginsAnotherAtTheSameMoment) {
  say({box("t3.small")});
  test.clock.advance(Seconds(10));
  say({box("t3.large")});
  test.clock.advance(Seconds(10));
  say({});
  const auto all = lines();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].use.usage_type, "BoxUsage:t3.small");
  EXPECT_EQ(*all[0].ended, all[1].began);
  EXPECT_EQ(*all[1].ended - all[1].began, Seconds(10));
}

TEST_F(Usage, WhatIsRolledBackWasNotUsed) {
  EXPECT_THROW(test.db->write([&](store::Tx& tx) {
    meter(tx, test.clock.now(), kPlace, kArn, {box("t3.small")});
    throw std::runtime_error("no");
  }),
               std::runtime_error);
  EXPECT_TRUE(lines().empty());
}

TEST_F(Usage, AClockThatWasSetBackEndsNothingBeforeItBegan) {
  say({box("t3.small")});
  const Timestamp began = test.clock.now();
  test.db->write([&](store::Tx& tx) { meter(tx, began - Seconds(60), kPlace, kArn, {}); });
  EXPECT_EQ(*lines().at(0).ended, began);
}

TEST_F(Usage, EventsOfAnHourAreOneLine) {
  const Use put{"Amazon Simple Storage Service", "Requests-Tier1", "PutObject", UsageUnit::kRequests};
  for (const int seconds : {0, 5, 3600})
    test.db->write([&](store::Tx& tx) {
      meter_event(tx, Timestamp{1'600'000'000'000} + Seconds(seconds), kPlace, "arn:aws:s3:::b", put);
    });
  const auto all = lines();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].use.quantity, 2);
  EXPECT_EQ(all[1].use.quantity, 1);
}

TEST_F(Usage, TagsOfWhatIsGoneAreThoseOfItsEnd) {
  say({box("t3.small")});
  const auto tag = [&](const char* value) {
    test.db->write([&](store::Tx& tx) {
      tx.exec("DELETE FROM tags WHERE arn = ?", kArn);
      tx.exec("INSERT INTO tags(arn, key, value) VALUES (?, 'team', ?)", kArn, value);
    });
  };
  tag("one");
  EXPECT_EQ(lines().at(0).tags.at("team"), "one");
  say({});
  tag("two");
  EXPECT_EQ(lines().at(0).tags.at("team"), "one");
}

}  // namespace
}  // namespace hanbat::region
