// An account's bucket of requests.
#include "region/request_rates.h"

#include <gtest/gtest.h>

#include "os/files.h"

namespace hanbat::region {
namespace {

constexpr Timestamp kNow{1'700'000'000'000};

int taken(RequestRates& rates, const std::string& account, int tries, Timestamp now) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += rates.take(account, Load::kCall, now);
  return count;
}

TEST(RequestRates, AnAccountHasItsBurstAndThenWhatItsBucketGetsBack) {
  RequestRates rates({.requests_per_second = 10, .burst = 30}, "111111111111");
  EXPECT_EQ(taken(rates, "222222222222", 100, kNow), 30);
  EXPECT_EQ(taken(rates, "222222222222", 100, Timestamp{kNow.ms + 500}), 5);
  EXPECT_EQ(taken(rates, "222222222222", 100, Timestamp{kNow.ms + 3600'000}), 30);
}

TEST(RequestRates, AnotherAccountAndTheOperatorHaveNothingToDoWithIt) {
  RequestRates rates({.requests_per_second = 10, .burst = 30}, "111111111111");
  taken(rates, "222222222222", 100, kNow);
  EXPECT_EQ(taken(rates, "333333333333", 100, kNow), 30);
  EXPECT_EQ(taken(rates, "111111111111", 1000, kNow), 1000);
}

TEST(RequestRates, AClockThatIsSetBackGivesNothing) {
  RequestRates rates({.requests_per_second = 10, .burst = 5}, "");
  EXPECT_EQ(taken(rates, "2", 9, kNow), 5);
  EXPECT_EQ(taken(rates, "2", 9, Timestamp{kNow.ms - 60'000}), 0);
}

TEST(RequestRates, WhatMovesDataTakesATenthOfACall) {
  RequestRates rates({.requests_per_second = 10, .burst = 5}, "");
  int count = 0;
  for (int i = 0; i < 100; ++i) count += rates.take("2", Load::kData, kNow);
  EXPECT_GE(count, 49);
  EXPECT_LE(count, 50);
}

TEST(RequestRates, TheOperatorsFileSaysThemAndAWrongOneIsTold) {
  const TemporaryFolder folder;
  EXPECT_EQ(AccountLimits::of(folder.path()).requests_per_second, 50);
  write_file_atomic(folder.path() + "/limits.json",
                    R"({"requests_per_second": 7, "burst": 9, "vcpus": 4, "memory_gib": 8})");
  EXPECT_EQ(AccountLimits::of(folder.path()).requests_per_second, 7);
  EXPECT_EQ(AccountLimits::of(folder.path()).burst, 9);
  EXPECT_EQ(AccountLimits::of(folder.path()).vcpus, 4);
  EXPECT_EQ(AccountLimits::of(folder.path()).memory_gib, 8);
  for (const char* text : {R"({"burst": 0})", R"({"bursts": 1})", R"({"burst": "many"})", "x"}) {
    write_file_atomic(folder.path() + "/limits.json", text);
    EXPECT_THROW(AccountLimits::of(folder.path()), std::runtime_error) << text;
  }
}

}  // namespace
}  // namespace hanbat::region
