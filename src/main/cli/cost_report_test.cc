// Reports of costs: put together over time, the dearest first, what costs nothing explained.
#include "main/cli/cost_report.h"

#include <gtest/gtest.h>

namespace hanbat::cli {
namespace {

Json group(const char* name, const char* type, const char* cost, const char* amount) {
  return Json::object(
      {{"Keys", Json::array({name, type})},
       {"Metrics", Json::object({{"UnblendedCost", Json::object({{"Amount", cost}, {"Unit", "USD"}})},
                                 {"UsageQuantity", Json::object({{"Amount", amount}, {"Unit", "Hrs"}})}})}});
}

TEST(CostReport, PartsOfTheTimeArePutTogetherTheDearestFirst) {
  const auto part = [](const Json& groups) { return Json::object({{"Groups", groups}}); };
  const Json answer =
      Json::object({{"ResultsByTime",
                     Json::array({part(Json::array({group("EC2", "box", "0.5", "1"), group("NAT", "hour", "2", "4")})),
                                  part(Json::array({group("EC2", "box", "0.25", "2")}))})}});
  const auto lines = cost_lines(answer);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].name, "NAT");
  EXPECT_DOUBLE_EQ(lines[1].cost, 0.75);
  EXPECT_DOUBLE_EQ(lines[1].amount, 3);
  EXPECT_DOUBLE_EQ(sum_of(lines), 2.75);
}

TEST(CostReport, WhatCostsNothingIsSaidToBeFreeOrWithoutAPrice) {
  const std::string table = cost_table({{"EC2", "box", 0, 3, "Hrs"}}, "SERVICE");
  EXPECT_NE(table.find("none  3 Hrs"), std::string::npos) << table;
  EXPECT_NE(table.find("none: free so far this month, or without a price"), std::string::npos) << table;
  EXPECT_EQ(cost_table({{"EC2", "box", 1, 3, "Hrs"}}, "SERVICE").find("none"), std::string::npos);
}

}  // namespace
}  // namespace hanbat::cli
