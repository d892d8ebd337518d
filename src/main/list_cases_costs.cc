// The lists of what costs are held against.
#include "main/list_cases.h"

namespace hanbat {

std::vector<ListCase> budget_cases() {
  const std::string budget =
      R"({"AccountId":"$A","Budget":{"BudgetName":"b$P","BudgetType":"COST","TimeUnit":"MONTHLY","BudgetLimit":{"Amount":"1","Unit":"USD"}})";
  const std::string notification =
      R"("Notification":{"NotificationType":"ACTUAL","ComparisonOperator":"GREATER_THAN","Threshold":$N})";
  const std::string subscriber = R"({"SubscriptionType":"EMAIL","Address":")";
  std::string subscribers;
  for (char letter = 'a'; letter < 'a' + 9; ++letter)
    subscribers += (subscribers.empty() ? "" : ",") + subscriber + letter + "@example.com\"}";
  return {
      {"budgets",
       "DescribeBudgets",
       R"({"AccountId":"$A"})",
       {},
       {{"CreateBudget",
         R"({"AccountId":"$A","Budget":{"BudgetName":"b$N","BudgetType":"COST","TimeUnit":"MONTHLY","BudgetLimit":{"Amount":"1","Unit":"USD"}}})"}},
       {{"DeleteBudget", R"({"AccountId":"$A","BudgetName":"b$N"})"}}},
      {"budgets",
       "DescribeNotificationsForBudget",
       R"({"AccountId":"$A","BudgetName":"b$P"})",
       {{"CreateBudget", budget + "}"}},
       {{"CreateNotification", R"({"AccountId":"$A","BudgetName":"b$P",)" + notification + R"(,"Subscribers":[)" +
                                   subscriber + R"(a@example.com"}]})"}},
       {{"DeleteNotification", R"({"AccountId":"$A","BudgetName":"b$P",)" + notification + "}"}}},
      {"budgets",
       "DescribeSubscribersForNotification",
       R"({"AccountId":"$A","BudgetName":"b$P","Notification":{"NotificationType":"ACTUAL","ComparisonOperator":"GREATER_THAN","Threshold":80}})",
       {{"CreateBudget",
         budget +
             R"(,"NotificationsWithSubscribers":[{"Notification":{"NotificationType":"ACTUAL","ComparisonOperator":"GREATER_THAN","Threshold":80},"Subscribers":[)" +
             subscribers + "]}]}"}},
       {},
       {}},
  };
}

}  // namespace hanbat
