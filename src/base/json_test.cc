// What the JSON reader refuses, and what it keeps.
#include "base/json.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace hanbat {
namespace {

TEST(Json, RefusesANumberThatNoDoubleHolds) {
  EXPECT_THROW(Json::parse("1e400"), JsonError);
  EXPECT_THROW(Json::parse("[-1" + std::string(400, '0') + "]"), JsonError);
  EXPECT_EQ(Json::parse("1e-400").as_double(), 0.0);
  EXPECT_EQ(Json::parse("18446744073709551616").as_double(), 18446744073709551616.0);
}

TEST(Json, HoldsTheLargestIntegersAndRefusesOneThatWouldChangeItsSign) {
  const auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Json(largest).dump(), "9223372036854775807");
  EXPECT_EQ(Json::parse("9223372036854775807").as_int(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(Json::parse("-9223372036854775808").as_int(), std::numeric_limits<std::int64_t>::min());
  EXPECT_THROW(Json(largest + 1), JsonError);
  EXPECT_THROW(static_cast<void>(Json(std::numeric_limits<std::uint64_t>::max())), JsonError);
  EXPECT_THROW(Json::parse("9223372036854775808").as_int(), JsonError);
}

TEST(Json, KeepsTheFirstPlaceAndTheLastValueOfARepeatedName) {
  EXPECT_EQ(Json::parse(R"({"b":1,"a":2,"b":3,"c":4,"a":5})").dump(), R"({"b":3,"a":5,"c":4})");
}

TEST(Json, ReadsAnObjectOfVeryManyMembersAtOnce) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(Json::parse(text + "}").size(), 200'000u);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
}

TEST(Json, WritesUtf8WhateverAStringHolds) {
  EXPECT_EQ(Json("a\xFFz").dump(), "\"a\xEF\xBF\xBDz\"");
  EXPECT_EQ(Json("\xC3\xA9").dump(), "\"\xC3\xA9\"");
}

}  // namespace
}  // namespace hanbat
