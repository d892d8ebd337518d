// Budgets without a ledger: their stretches of time, their thresholds, and what is refused.
#include "services/budgets/budgets.h"

#include <gtest/gtest.h>

#include "gen/budgets/client.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat::budgets {
namespace {

using wire::code_of;

Budget budget(const char* unit = "MONTHLY") {
  Budget out;
  out.budget_name = "b";
  out.budget_type = "COST";
  out.time_unit = unit;
  out.budget_limit = Spend{.amount = "10", .unit = "USD"};
  return out;
}

TEST(BudgetsTime, AStretchIsTheDayMonthQuarterOrYear) {
  const Timestamp now = *parse_iso8601("2026-11-30T03:00:00Z");
  const auto text = [&](const char* unit) {
    const Stretch stretch = stretch_of(budget(unit), now);
    return format_utc(stretch.from, "%Y-%m-%d") + " " + format_utc(stretch.to, "%Y-%m-%d");
  };
  EXPECT_EQ(text("DAILY"), "2026-11-30 2026-12-01");
  EXPECT_EQ(text("MONTHLY"), "2026-11-01 2026-12-01");
  EXPECT_EQ(text("QUARTERLY"), "2026-10-01 2027-01-01");
  EXPECT_EQ(text("ANNUALLY"), "2026-01-01 2027-01-01");
}

TEST(BudgetsThresholds, AreSharesOfTheLimitOrAmountsOfWhatWasOrWillBeSpent) {
  const CalculatedSpend spend{.actual_spend = {.amount = "8.5", .unit = "USD"},
                              .forecasted_spend = Spend{.amount = "20", .unit = "USD"}};
  const auto passed = [&](const char* kind, double threshold, const char* type) {
    Notification one;
    one.notification_type = kind;
    one.comparison_operator = "GREATER_THAN";
    one.threshold = threshold;
    one.threshold_type = type;
    return is_passed(one, budget(), spend);
  };
  EXPECT_TRUE(passed("ACTUAL", 80, "PERCENTAGE"));
  EXPECT_FALSE(passed("ACTUAL", 90, "PERCENTAGE"));
  EXPECT_TRUE(passed("FORECASTED", 150, "PERCENTAGE"));
  EXPECT_TRUE(passed("ACTUAL", 8, "ABSOLUTE_VALUE"));
  EXPECT_FALSE(passed("ACTUAL", 80, "ABSOLUTE_VALUE"));
}

class Refusals : public testing::Test {
 protected:
  Refusals() : client(test.home, test.user, test.region) {
    test.add<Budgets>();
    test.start();
  }
  std::string code(const std::function<void(Budget&)>& change) {
    Budget one = budget();
    change(one);
    return code_of([&] { client.create_budget({.account_id = "123456789012", .budget = one}); });
  }
  region::TestRegion test;
  Client client;
};

TEST_F(Refusals, ABudgetIsOneOfCostsWithAnAmount) {
  EXPECT_EQ(code([](Budget&) {}), "");
  EXPECT_EQ(code([](Budget&) {}), "DuplicateRecordException");
  EXPECT_EQ(code([](Budget& one) { one.budget_type = "USAGE"; }), "NotImplemented");
  EXPECT_EQ(code([](Budget& one) { one.time_unit = "CUSTOM"; }), "NotImplemented");
  EXPECT_EQ(code([](Budget& one) { one.budget_limit.reset(); }), "InvalidParameterException");
  EXPECT_EQ(code([](Budget& one) { one.budget_limit->unit = "KRW"; }), "InvalidParameterException");
  EXPECT_EQ(code([](Budget& one) { one.budget_limit->amount = "0"; }), "InvalidParameterException");
  EXPECT_EQ(code([](Budget& one) { one.cost_filters.emplace()["BudgetEntity"] = {"x"}; }), "NotImplemented");
  EXPECT_EQ(code([](Budget& one) { one.cost_filters.emplace()["TagKeyValue"] = {"team"}; }),
            "InvalidParameterException");
}

TEST_F(Refusals, AnotherAccountsBudgetsAreNobodysBusiness) {
  EXPECT_EQ(code_of([&] { client.create_budget({.account_id = "210987654321", .budget = budget()}); }),
            "AccessDeniedException");
  EXPECT_EQ(code_of([&] { client.describe_budget({.account_id = "123456789012", .budget_name = "none"}); }),
            "NotFoundException");
}

TEST_F(Refusals, NotificationsAreOnceEachAndNotForTopics) {
  client.create_budget({.account_id = "123456789012", .budget = budget()});
  const auto add = [&](const char* type) {
    CreateNotificationInput in;
    in.account_id = "123456789012";
    in.budget_name = "b";
    in.notification.notification_type = "ACTUAL";
    in.notification.comparison_operator = "GREATER_THAN";
    in.notification.threshold = 80;
    in.subscribers = {{.address = "a@example.com", .subscription_type = type}};
    return code_of([&] { client.create_notification(in); });
  };
  EXPECT_EQ(add("SNS"), "NotImplemented");
  EXPECT_EQ(add("EMAIL"), "");
  EXPECT_EQ(add("EMAIL"), "DuplicateRecordException");
}

}  // namespace
}  // namespace hanbat::budgets
