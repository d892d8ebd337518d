// If-Range, as RFC 9110 13.1.5 has it.
#include "region/range_condition.h"

#include <gtest/gtest.h>

namespace hanbat::region {
namespace {

const wire::Headers kAnswer = {{"ETag", "\"a\""}, {"Last-Modified", "Thu, 01 Jan 1970 00:00:10 GMT"}};

bool holds(std::string_view condition, Timestamp now = {60'000}) {
  return range_condition_holds(condition, kAnswer, now);
}

TEST(RangeCondition, AnEntityTagIsComparedStrongly) {
  EXPECT_TRUE(holds("\"a\""));
  EXPECT_TRUE(holds(" \"a\" "));
  EXPECT_FALSE(holds("\"b\""));
  EXPECT_FALSE(holds("W/\"a\""));
  EXPECT_FALSE(holds("\"\""));
}

TEST(RangeCondition, ADateIsThatOfTheChangeAndNoneNearIt) {
  EXPECT_TRUE(holds("Thu, 01 Jan 1970 00:00:10 GMT"));
  EXPECT_FALSE(holds("Thu, 01 Jan 1970 00:00:09 GMT"));
  EXPECT_FALSE(holds("Thu, 01 Jan 1970 00:00:11 GMT"));
  EXPECT_FALSE(holds("Thu, 01 Jan 1970 00:00:10 GMT", {10'500})) << "it may change once more within that second";
}

TEST(RangeCondition, WhatIsNoConditionNeverHolds) {
  for (const char* text : {"", "a", "*", "yesterday"}) EXPECT_FALSE(holds(text)) << text;
  EXPECT_FALSE(range_condition_holds("\"a\"", {}, {60'000}));
}

TEST(RangeCondition, ItGoesWithTheRangeOfAGet) {
  const wire::Headers both = {{"Range", "bytes=0-1"}, {"If-Range", "\"a\""}};
  EXPECT_TRUE(has_range_condition({.method = "GET", .path = "/", .query = "", .headers = both}));
  EXPECT_FALSE(has_range_condition({.method = "HEAD", .path = "/", .query = "", .headers = both}));
  EXPECT_FALSE(has_range_condition({.method = "GET", .path = "/", .query = "", .headers = {both[1]}}));
}

}  // namespace
}  // namespace hanbat::region
