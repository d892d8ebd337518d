// Reports of costs: put together over time, the dearest first, what has no price named.
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

TEST(CostReport, WhatHasNoPriceIsNamed) {
  const std::string table = cost_table({{"EC2", "box", 0, 3, "Hrs"}}, "SERVICE");
  EXPECT_NE(table.find("no price"), std::string::npos);
  EXPECT_NE(table.find("is in no sum"), std::string::npos);
  EXPECT_EQ(cost_json({{"EC2", "box", 0, 3, "Hrs"}}).items()[0]["priced"], Json(false));
}

TEST(CostReport, WhatIsFreeHasAPrice) {
  EXPECT_EQ(cost_table({{"EC2", "APN2-DataTransfer-Out-Bytes", 0, 3, "GB"}}, "SERVICE").find("no price"),
            std::string::npos);
  EXPECT_NE(cost_table({{"EC2", "DataTransfer-Out-Bytes", 0, 3, "GB"}}, "SERVICE").find("no price"), std::string::npos);
}

}  // namespace
}  // namespace hanbat::cli
