// AWS Budgets: amounts that costs are held against, and what is told when they near them. One method per operation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gen/budgets/operations.h"
#include "region/region.h"
#include "region/resources.h"

namespace hanbat::region {

/// A budget by its account and name; its id is its ARN. What is to be told of it, and to whom, lies in its own part.
template <>
struct KindOf<budgets::Budget> {
  static constexpr std::string_view kRows = "budgets/budget";
  static std::string arn(const Resource<budgets::Budget>& row) { return row.id; }
};

}  // namespace hanbat::region

namespace hanbat::budgets {

using BudgetRow = region::Resource<Budget>;

/// A notification of a budget with those whom it is for.
struct Told {
  Notification notification;
  std::vector<Subscriber> subscribers;

  Json to_json() const;
  static Told from_json(const Json& json);
};

std::vector<Told> told_of(const BudgetRow& row);
void put_told(BudgetRow& row, const std::vector<Told>& all);
/// Whether they are the same but for their state.
bool is_same(const Notification& a, const Notification& b);

class Budgets final : public Operations {
 public:
  explicit Budgets(region::Region& home) : home_(home) {}

  /// Registers the task that looks every minute which thresholds are passed.
  void start() override;
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;

#include "gen/budgets/methods.inc"

 private:
  /// Asks for the action on the caller's budget of that name. Throws AccessDeniedException for another's account.
  void ask(region::Request& rq, std::string_view action, const std::string& account, const std::string& name) const;
  /// The same, and the budget. Throws NotFoundException.
  BudgetRow require_budget(region::Request& rq, std::string_view action, const std::string& account,
                           const std::string& name) const;

  region::Region& home_;
};

std::string budget_arn(std::string_view account, std::string_view name);

/// The stretch of the budget's time that `now` lies in: a day, month, quarter or year (UTC).
struct Stretch {
  Timestamp from;
  Timestamp to;
};
Stretch stretch_of(const Budget& budget, Timestamp now);

/// What the budget's costs come to: so far in its stretch, and with what runs going on to its end. Asks Cost Explorer,
/// as the budgets service and for the budget's account.
CalculatedSpend calculate(region::Region& home, store::Tx& tx, const BudgetRow& row);

/// Whether the notification's threshold is passed.
bool is_passed(const Notification& notification, const Budget& budget, const CalculatedSpend& spend);

/// Looks at a budget's notifications: those that passed their threshold since the last look are published.
void tell(region::Region& home, store::Tx& tx, BudgetRow row);

}  // namespace hanbat::budgets
