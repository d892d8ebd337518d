// Cost Explorer over a ledger: periods, groups, filters, forecasts, whose bill it is, and the limit of an account.
#include "services/ce/ce.h"

#include <gmock/gmock.h>

#include "services/ce/testing.h"

namespace hanbat::ce {
namespace {

using testing::ElementsAre;

TEST_F(CostExplorer, AnInstanceCostsItsHours) {
  use("2026-11-10T08:00:00Z", "i-1", {box("t3.small")});
  use("2026-11-10T10:00:00Z", "i-1", {});
  const auto out = client().get_cost_and_usage(november());
  ASSERT_EQ(out.results_by_time->size(), 1u);
  const auto& total = *out.results_by_time->front().total;
  EXPECT_EQ(total.at("UnblendedCost").amount, "0.052");
  EXPECT_EQ(total.at("UnblendedCost").unit, "USD");
  EXPECT_EQ(total.at("UsageQuantity").amount, "2");
  EXPECT_EQ(total.at("UsageQuantity").unit, "Hrs");
}

TEST_F(CostExplorer, WhatGoesOnCostsUpToNow) {
  use("2026-11-10T11:00:00Z", "i-1", {box("t3.small")});
  auto in = november();
  in.granularity = "HOURLY";
  in.time_period = {.end = "2026-11-10T13:00:00Z", .start = "2026-11-10T10:00:00Z"};
  test.clock.advance(std::chrono::minutes(30));
  const auto out = client().get_cost_and_usage(in);
  std::vector<std::string> costs;
  for (const auto& one : *out.results_by_time) costs.push_back(*one.total->at("UnblendedCost").amount);
  EXPECT_THAT(costs, ElementsAre("0", "0.026", "0.013"));
}

TEST_F(CostExplorer, GroupsAreOfTypesTagsAndAccounts) {
  test.db->write(
      [&](store::Tx& tx) { tx.exec("INSERT INTO tags(arn, key, value) VALUES (?, 'team', 'red')", arn("i-1")); });
  use("2026-11-10T11:00:00Z", "i-1", {box("t3.small")});
  use("2026-11-10T11:00:00Z", "i-2", {box("t3.micro")}, kMember);
  const auto keys = [&](const char* type, const char* key) {
    auto in = november();
    in.group_by = {GroupDefinition{.key = key, .type = type}};
    std::vector<std::string> out;
    const auto answer = client().get_cost_and_usage(in);
    for (const auto& group : *answer.results_by_time->front().groups)
      out.push_back(group.keys->front() + " " + *group.metrics->at("UnblendedCost").amount);
    return out;
  };
  EXPECT_THAT(keys("DIMENSION", "SERVICE"), ElementsAre(kCompute + " 0.039"));
  EXPECT_THAT(keys("DIMENSION", "USAGE_TYPE"),
              ElementsAre("APN2-BoxUsage:t3.micro 0.013", "APN2-BoxUsage:t3.small 0.026"));
  EXPECT_THAT(keys("DIMENSION", "LINKED_ACCOUNT"), ElementsAre("123456789012 0.026", kMember + " 0.013"));
  EXPECT_THAT(keys("TAG", "team"), ElementsAre("team$ 0.013", "team$red 0.026"));
}

TEST_F(CostExplorer, AMemberSeesItsOwnBillOnly) {
  use("2026-11-10T11:00:00Z", "i-1", {box("t3.small")});
  use("2026-11-10T11:00:00Z", "i-2", {box("t3.micro")}, kMember);
  test.user.account = kMember;
  const auto out = client().get_cost_and_usage(november());
  EXPECT_EQ(out.results_by_time->front().total->at("UnblendedCost").amount, "0.013");
}

TEST_F(CostExplorer, FiltersCombine) {
  use("2026-11-10T11:00:00Z", "i-1", {box("t3.small")});
  use("2026-11-10T11:00:00Z", "i-2", {box("t3.micro")});
  const auto dimension = [](const char* key, const char* value) {
    Expression out;
    out.dimensions = DimensionValues{.key = key, .values = std::vector<std::string>{value}};
    return out;
  };
  const auto cost = [&](const Expression& filter) {
    auto in = november();
    in.filter = filter;
    return *client().get_cost_and_usage(in).results_by_time->front().total->at("UnblendedCost").amount;
  };
  EXPECT_EQ(cost(dimension("INSTANCE_TYPE", "t3.small")), "0.026");
  EXPECT_EQ(cost(dimension("SERVICE", "no such")), "0");
  Expression both;
  both.or_ = {dimension("INSTANCE_TYPE", "t3.small"), dimension("INSTANCE_TYPE", "t3.micro")};
  EXPECT_EQ(cost(both), "0.039");
  Expression neither;
  neither.not_ = dimension("INSTANCE_TYPE", "t3.small");
  EXPECT_EQ(cost(neither), "0.013");
  Expression absent;
  absent.tags = TagValues{.key = "team", .match_options = std::vector<std::string>{"ABSENT"}};
  EXPECT_EQ(cost(absent), "0.039");
}

TEST_F(CostExplorer, ResourcesAreToldByTheirIds) {
  use("2026-11-10T11:00:00Z", "i-1", {box("t3.small")});
  GetCostAndUsageWithResourcesInput in;
  in.granularity = "DAILY";
  in.time_period = {.end = "2026-11-11", .start = "2026-11-10"};
  in.filter.dimensions = DimensionValues{.key = "SERVICE", .values = std::vector<std::string>{kCompute}};
  in.group_by = {GroupDefinition{.key = "RESOURCE_ID", .type = "DIMENSION"}};
  const auto out = client().get_cost_and_usage_with_resources(in);
  EXPECT_THAT(*out.results_by_time->front().groups->front().keys, ElementsAre("i-1"));
}

TEST_F(CostExplorer, WhatABillCanBeAskedByIsListed) {
  test.db->write(
      [&](store::Tx& tx) { tx.exec("INSERT INTO tags(arn, key, value) VALUES (?, 'team', 'red')", arn("i-1")); });
  use("2026-11-10T11:00:00Z", "i-1", {box("t3.small")});
  const auto values = client().get_dimension_values(
      {.dimension = "INSTANCE_TYPE", .time_period = {.end = "2026-11-11", .start = "2026-11-10"}});
  ASSERT_EQ(values.dimension_values.size(), 1u);
  EXPECT_EQ(values.dimension_values[0].value, "t3.small");
  const auto tags = client().get_tags({.time_period = {.end = "2026-11-11", .start = "2026-11-10"}});
  EXPECT_THAT(tags.tags, ElementsAre("team"));
  const auto of_key =
      client().get_tags({.tag_key = "team", .time_period = {.end = "2026-11-11", .start = "2026-11-10"}});
  EXPECT_THAT(of_key.tags, ElementsAre("red"));
}

TEST_F(CostExplorer, AForecastIsWhatRunsGoingOn) {
  use("2026-11-10T11:00:00Z", "i-1", {box("t3.small")});
  use("2026-11-10T10:00:00Z", "i-2", {box("t3.small")});
  use("2026-11-10T11:30:00Z", "i-2", {});
  const auto out = client().get_cost_forecast({.granularity = "DAILY",
                                               .metric = "UNBLENDED_COST",
                                               .time_period = {.end = "2026-11-12", .start = "2026-11-10"}});
  ASSERT_EQ(out.forecast_results_by_time->size(), 2u);
  EXPECT_EQ(out.forecast_results_by_time->at(0).mean_value, "0.312");  // twelve hours are left of today
  EXPECT_EQ(out.forecast_results_by_time->at(1).mean_value, "0.624");
  EXPECT_EQ(out.total->amount, "0.936");
}

TEST_F(CostExplorer, WhatCannotBeMeantIsRefused) {
  const auto refused = [&](const std::function<void(GetCostAndUsageInput&)>& change) {
    auto in = november();
    change(in);
    return code([&] { client().get_cost_and_usage(in); });
  };
  EXPECT_EQ(refused([](auto& in) { in.metrics = {"Cost"}; }), "ValidationException");
  EXPECT_EQ(refused([](auto& in) { in.metrics = {"NormalizedUsageAmount"}; }), "NotImplemented");
  EXPECT_EQ(refused([](auto& in) { in.time_period = {.end = "2026-11-01", .start = "2026-11-01"}; }),
            "ValidationException");
  EXPECT_EQ(refused([](auto& in) { in.time_period.start = "2026-13-01"; }), "ValidationException");
  EXPECT_EQ(refused([](auto& in) { in.granularity = "HOURLY"; }), "ValidationException");
  EXPECT_EQ(refused([](auto& in) { in.next_page_token = "x"; }), "InvalidNextTokenException");
  EXPECT_EQ(refused([](auto& in) { in.group_by = {GroupDefinition{.key = "AZ", .type = "DIMENSION"}}; }),
            "NotImplemented");
  EXPECT_EQ(refused([](auto& in) { in.group_by = {GroupDefinition{.key = "NONE", .type = "DIMENSION"}}; }),
            "ValidationException");
  EXPECT_EQ(refused([](auto& in) { in.filter = Expression{}; }), "ValidationException");
}

TEST_F(CostExplorer, AnAccountAtItsLimitMayNotBeginToSpend) {
  const auto room = [&] {
    return code([&] { test.db->read([&](store::Tx& tx) { limits.require_room(tx, kMember); }); });
  };
  use("2026-11-10T11:00:00Z", "i-2", {box("t3.micro")}, kMember);
  EXPECT_EQ(room(), "fine");
  organization.tags[kMember] = {{"hanbat:cost-limit", "0.02"}};
  EXPECT_EQ(room(), "fine");
  test.clock.advance(std::chrono::hours(1));
  EXPECT_EQ(room(), "CostLimitExceeded");
  organization.tags[kMember] = {{"hanbat:cost-limit", "1"}};
  EXPECT_EQ(room(), "fine");
  organization.tags[kMember] = {{"hanbat:cost-limit", "ten"}};
  EXPECT_EQ(room(), "CostLimitExceeded");
}

TEST_F(CostExplorer, TheLimitsShareIsToldOnce) {
  std::vector<std::string> told;
  test.home.ask_before_publishing([&](store::Tx&, const Json& event) {
    if (event.text("source") == "hanbat.costs")
      told.push_back(event.text("account") + " " + std::to_string(event["detail"].integer("threshold")));
    return false;
  });
  organization.tags[kMember] = {{"hanbat:cost-limit", "0.02"}};
  use("2026-11-10T11:00:00Z", "i-2", {box("t3.micro")}, kMember);
  test.run_until_idle();
  EXPECT_THAT(told, ElementsAre());
  for (int i = 0; i < 45; ++i) {
    test.clock.advance(std::chrono::minutes(1));
    test.run_until_idle();
  }
  EXPECT_THAT(told, ElementsAre(kMember + " 80", "123456789012 80", kMember + " 100", "123456789012 100"));
}

}  // namespace
}  // namespace hanbat::ce
