// What lines of the ledger come to: rounding as AWS bills, shares of months, what goes on, and what has no price.
#include "services/ce/charges.h"

#include <gtest/gtest.h>

#include "os/files.h"

namespace hanbat::ce {
namespace {

Timestamp moment(const char* text) { return *parse_iso8601(text); }

region::UsageLine line(region::UsageUnit unit, const char* from, const char* to, std::int64_t quantity = 1) {
  region::UsageLine out{
      {"123456789012", "ap-northeast-2"}, "arn", {"s", "t", "o", unit, quantity}, moment(from), {}, {}};
  if (to) out.ended = moment(to);
  return out;
}

const Period kNovember{moment("2026-11-01T00:00:00Z"), moment("2026-12-01T00:00:00Z")};
const Timestamp kLater = moment("2026-12-05T00:00:00Z");
constexpr std::int64_t kGigabyte = 1LL << 30;

TEST(Charges, SecondsCountAsTheyAreButAMinuteAtLeast) {
  using enum region::UsageUnit;
  EXPECT_DOUBLE_EQ(amount_in(line(kSeconds, "2026-11-02T10:00:00Z", "2026-11-02T10:30:00Z"), kNovember, kLater), 0.5);
  EXPECT_DOUBLE_EQ(amount_in(line(kSeconds, "2026-11-02T10:00:00Z", "2026-11-02T10:00:01Z"), kNovember, kLater),
                   1 / 60.0);
}

TEST(Charges, AnHourThatIsBegunCountsWhole) {
  using enum region::UsageUnit;
  EXPECT_DOUBLE_EQ(amount_in(line(kHours, "2026-11-02T10:50:00Z", "2026-11-02T11:10:00Z"), kNovember, kLater), 2);
  EXPECT_DOUBLE_EQ(amount_in(line(kHours, "2026-11-02T10:00:00Z", "2026-11-02T11:00:00Z"), kNovember, kLater), 1);
  EXPECT_DOUBLE_EQ(amount_in(line(kHours, "2026-11-02T10:00:00Z", "2026-11-02T10:00:00Z"), kNovember, kLater), 1);
}

TEST(Charges, StorageIsItsShareOfTheMonthThatItLies) {
  using enum region::UsageUnit;
  // Three of November's thirty days, and one of December's 31.
  const auto stored = line(kGigabyteMonths, "2026-11-28T00:00:00Z", "2026-12-02T00:00:00Z", 8 * kGigabyte);
  EXPECT_DOUBLE_EQ(amount_in(stored, kNovember, kLater), 8 * 3 / 30.0);
  EXPECT_DOUBLE_EQ(amount_in(stored, {kNovember.from, kLater}, kLater), 8 * (3 / 30.0 + 1 / 31.0));
}

TEST(Charges, WhatGoesOnCountsUpToNowAndInAForecastToItsEnd) {
  using enum region::UsageUnit;
  const auto open = line(kSeconds, "2026-11-02T10:00:00Z", nullptr);
  const Timestamp now = moment("2026-11-02T12:00:00Z");
  EXPECT_DOUBLE_EQ(amount_in(open, kNovember, now), 2);
  const Period rest{now, moment("2026-11-03T00:00:00Z")};
  EXPECT_DOUBLE_EQ(amount_in(open, rest, now, Until::kEnd), 12);
}

TEST(Charges, PeriodsAddUpToTheWhole) {
  using enum region::UsageUnit;
  for (const auto unit : {kSeconds, kHours, kGigabyteMonths, kMonths}) {
    const auto used = line(unit, "2026-11-29T22:17:05Z", "2026-12-01T03:00:09Z", 3);
    const Timestamp middle = moment("2026-11-30T00:00:00Z");
    EXPECT_NEAR(
        amount_in(used, {moment("2026-11-29T00:00:00Z"), middle}, kLater) + amount_in(used, {middle, kLater}, kLater),
        amount_in(used, {moment("2026-11-29T00:00:00Z"), kLater}, kLater), 1e-12);
  }
}

TEST(Charges, EventsCountInTheHourTheyHappened) {
  using enum region::UsageUnit;
  const auto requests = line(kRequests, "2026-11-30T23:00:00Z", "2026-12-01T00:00:00Z", 7);
  EXPECT_DOUBLE_EQ(amount_in(requests, kNovember, kLater), 7);
  EXPECT_DOUBLE_EQ(amount_in(requests, {kNovember.to, kLater}, kLater), 0);
}

TEST(Charges, AmountsAreWrittenWithoutNoise) {
  EXPECT_EQ(decimal(0), "0");
  EXPECT_EQ(decimal(12), "12");
  EXPECT_EQ(decimal(0.1), "0.1");
  EXPECT_EQ(decimal(1.0 / 3), "0.3333333333");
}

TEST(Prices, SeoulsComeWithTheProgramAndAFileTakesTheirPlace) {
  const TemporaryFolder folder;
  const Prices usual(folder.path());
  ASSERT_TRUE(usual.find("ap-northeast-2"));
  EXPECT_EQ(usual.find("ap-northeast-2")->prefix(), "APN2-");
  EXPECT_DOUBLE_EQ(*usual.find("ap-northeast-2")->find("Amazon Elastic Compute Cloud - Compute", "BoxUsage:t3.small"),
                   0.026);
  EXPECT_FALSE(usual.find("ap-northeast-2")->find("Amazon Elastic Compute Cloud - Compute", "BoxUsage:c7a.medium"));
  EXPECT_FALSE(usual.find("us-east-1"));

  make_folders(folder.path() + "/prices");
  write_file_atomic(folder.path() + "/prices/us-east-1.json",
                    R"({"prefix":"","sources":{"me":{}},"services":{"s":{"t":{"usd":2,"source":"me"}}}})");
  const Prices mine(folder.path());
  EXPECT_DOUBLE_EQ(*mine.find("us-east-1")->find("s", "t"), 2);
  EXPECT_TRUE(mine.find("ap-northeast-2"));
}

TEST(Prices, AFileThatIsNoneIsNamed) {
  const TemporaryFolder folder;
  make_folders(folder.path() + "/prices");
  write_file_atomic(folder.path() + "/prices/eu-west-1.json", R"({"services":{"s":{"t":{"usd":2,"source":"me"}}}})");
  try {
    const Prices prices(folder.path());
    FAIL() << "taken";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("eu-west-1.json: s, t: \"source\""), std::string::npos) << error.what();
  }
}

TEST(Prices, WhatIsBilledByTheHourHasNothingFree) {
  const Json file = Json::parse(
      R"({"prefix":"","sources":{"me":{}},"services":{"s":{"t":{"usd":2,"per":"hour","free":1,"source":"me"}}}})");
  EXPECT_THROW(RegionPrices{file}, std::runtime_error);
}

TEST(Charges, WhatHasNoPriceIsCountedAndCostsNothing) {
  const TemporaryFolder folder;
  const auto charge = charge_in(line(region::UsageUnit::kHours, "2026-11-02T10:00:00Z", "2026-11-02T11:00:00Z"),
                                kNovember, kLater, Prices(folder.path()));
  ASSERT_TRUE(charge);
  EXPECT_FALSE(charge->priced);
  EXPECT_DOUBLE_EQ(charge->amount, 1);
  EXPECT_DOUBLE_EQ(charge->cost, 0);
  EXPECT_EQ(charge->usage_type, "APN2-t");
}

}  // namespace
}  // namespace hanbat::ce
