// Budgets as callers see them.
#include "services/budgets/budgets.h"

#include <algorithm>
#include <cstdlib>

#include "base/arn.h"
#include "region/bill_clock.h"
#include "region/page.h"
#include "region/pick.h"
#include "wire/error.h"

namespace hanbat::budgets {
namespace {

constexpr region::PageSizes kPageSizes{.usual = 100, .most = 1000};

/// Names under which costs are filtered here; Cost Explorer's of them stand in spending.cc.
constexpr std::string_view kFilters[] = {"InstanceType", "LinkedAccount", "Operation", "Region",
                                         "Service",      "TagKeyValue",   "UsageType"};

void check_filters(const region::Request& rq, const Budget& budget) {
  if (!budget.cost_filters) return;
  for (const auto& [name, values] : *budget.cost_filters) {
    if (std::ranges::find(kFilters, name) == std::end(kFilters))
      throw wire::Error::not_implemented(rq.operation.name, "CostFilters " + name);
    for (const std::string& value : values)
      if (name == "TagKeyValue" && (!value.starts_with("user:") || value.find('$') == std::string::npos))
        throw InvalidParameterException("A value of TagKeyValue is user:KEY$VALUE");
  }
}

void check_budget(const region::Request& rq, const Budget& budget) {
  if (budget.budget_type != "COST")
    throw wire::Error::not_implemented(rq.operation.name, "BudgetType " + budget.budget_type);
  if (budget.time_unit == "CUSTOM") throw wire::Error::not_implemented(rq.operation.name, "TimeUnit CUSTOM");
  if (!budget.budget_limit) throw InvalidParameterException("BudgetLimit is required");
  if (budget.budget_limit->unit != "USD") throw InvalidParameterException("The unit of a cost budget is USD");
  if (std::strtod(budget.budget_limit->amount.c_str(), nullptr) <= 0)
    throw InvalidParameterException("The amount of a budget must be greater than 0");
  if (budget.time_period && budget.time_period->start && budget.time_period->end &&
      *budget.time_period->end <= *budget.time_period->start)
    throw InvalidParameterException("The end of the time period must be after its start");
  check_filters(rq, budget);
}

void check_told(const region::Request& rq, const Told& told) {
  if (told.notification.threshold <= 0) throw InvalidParameterException("Threshold must be greater than 0");
  for (const Subscriber& one : told.subscribers)
    if (one.subscription_type == "SNS") throw wire::Error::not_implemented(rq.operation.name, "SubscriptionType SNS");
}

/// As it is kept: with a state, and AWS's usual kind of threshold.
Told fresh(Told told) {
  told.notification.notification_state = "OK";
  if (!told.notification.threshold_type) told.notification.threshold_type = "PERCENTAGE";
  return told;
}

/// What of a bill a budget counts when nobody says. Source: CostTypes in the Budgets API reference.
CostTypes usual_cost_types() {
  CostTypes usual;
  usual.include_tax = usual.include_subscription = usual.include_refund = usual.include_credit = true;
  usual.include_upfront = usual.include_recurring = usual.include_other_subscription = true;
  usual.include_support = usual.include_discount = true;
  usual.use_blended = usual.use_amortized = false;
  return usual;
}

/// What the caller did not say of a budget; `bill` is what time it is on the bill.
void complete(Budget& budget, Timestamp now, Timestamp bill) {
  if (!budget.time_period) budget.time_period.emplace();
  if (!budget.time_period->start) budget.time_period->start = stretch_of(budget, bill).from;
  if (!budget.time_period->end) budget.time_period->end = parse_iso8601("2087-06-15T00:00:00Z");  // as AWS
  if (!budget.cost_types) budget.cost_types = usual_cost_types();
  budget.calculated_spend.reset();
  budget.health_status.reset();
  budget.last_updated_time = now;
}

}  // namespace

Json Told::to_json() const {
  Json out = Json::object({{"notification", wire::to_json(notification)}, {"subscribers", Json::array()}});
  for (const Subscriber& one : subscribers) out["subscribers"].push_back(wire::to_json(one));
  return out;
}

Told Told::from_json(const Json& json) {
  Told out{.notification = wire::from_json<Notification>(json["notification"]), .subscribers = {}};
  for (const Json& one : json["subscribers"].items()) out.subscribers.push_back(wire::from_json<Subscriber>(one));
  return out;
}

std::vector<Told> told_of(const BudgetRow& row) {
  std::vector<Told> out;
  if (row.own.contains("told"))
    for (const Json& one : row.own["told"].items()) out.push_back(Told::from_json(one));
  return out;
}

void put_told(BudgetRow& row, const std::vector<Told>& all) {
  Json list = Json::array();
  for (const Told& one : all) list.push_back(one.to_json());
  row.own["told"] = std::move(list);
}

bool is_same(const Notification& a, const Notification& b) {
  return a.notification_type == b.notification_type && a.comparison_operator == b.comparison_operator &&
         a.threshold == b.threshold &&
         a.threshold_type.value_or("PERCENTAGE") == b.threshold_type.value_or("PERCENTAGE");
}

std::string budget_arn(std::string_view account, std::string_view name) {
  return make_arn("budgets", "", account, "budget/" + std::string(name));
}

wire::Error Budgets::invalid_page_token(const wire::OperationModel&) const {
  return InvalidNextTokenException("The pagination token is invalid.");
}

void Budgets::ask(region::Request& rq, std::string_view action, const std::string& account,
                  const std::string& name) const {
  rq.authorize(action, budget_arn(account, name));
  if (account != rq.account) throw AccessDeniedException("Account " + account + " is not the caller's.");
}

BudgetRow Budgets::require_budget(region::Request& rq, std::string_view action, const std::string& account,
                                  const std::string& name) const {
  ask(rq, action, account, name);
  if (auto found = region::find<Budget>(rq.tx, budget_arn(account, name))) return *std::move(found);
  throw NotFoundException("Unable to get budget: " + name + " - the budget doesn't exist.");
}

CreateBudgetOutput Budgets::create_budget(region::Request& rq, const CreateBudgetInput& in) {
  const std::string& name = in.budget.budget_name;
  ask(rq, "budgets:ModifyBudget", in.account_id, name);

  check_budget(rq, in.budget);
  std::vector<Told> told;
  if (in.notifications_with_subscribers)
    for (const auto& one : *in.notifications_with_subscribers) {
      check_told(rq, {one.notification, one.subscribers});
      told.push_back(fresh({one.notification, one.subscribers}));
    }
  BudgetRow row;
  row.id = budget_arn(in.account_id, name);
  row.place = {in.account_id, ""};
  row.name = name;
  row.created = rq.now();
  row.shape = in.budget;
  complete(row.shape, rq.now(), region::bill_time(rq.tx, rq.now()));
  put_told(row, told);
  try {
    region::insert(rq.tx, row);
  } catch (const store::UniqueViolation&) {
    throw DuplicateRecordException("Error creating budget: " + name + " - the budget already exists.");
  }

  return {};
}

DescribeBudgetOutput Budgets::describe_budget(region::Request& rq, const DescribeBudgetInput& in) {
  BudgetRow row = require_budget(rq, "budgets:ViewBudget", in.account_id, in.budget_name);

  row.shape.calculated_spend = calculate(home_, rq.tx, row);
  return {.budget = row.shape};
}

DescribeBudgetsOutput Budgets::describe_budgets(region::Request& rq, const DescribeBudgetsInput& in) {
  ask(rq, "budgets:ViewBudget", in.account_id, "*");

  const region::Pager pager(rq, in, kPageSizes);
  const auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        return region::list_by_name<Budget>(rq.tx, {in.account_id, ""}, {.after = after, .most = most});
      },
      [](const BudgetRow&) { return true; }, [](const BudgetRow& row) { return *row.name; });
  DescribeBudgetsOutput out;
  out.next_token = page.next_token;
  out.budgets.emplace();
  for (const BudgetRow& row : page.items) {
    out.budgets->push_back(row.shape);
    out.budgets->back().calculated_spend = calculate(home_, rq.tx, row);
  }
  return out;
}

UpdateBudgetOutput Budgets::update_budget(region::Request& rq, const UpdateBudgetInput& in) {
  BudgetRow row = require_budget(rq, "budgets:ModifyBudget", in.account_id, in.new_budget.budget_name);

  check_budget(rq, in.new_budget);
  row.shape = in.new_budget;
  complete(row.shape, rq.now(), region::bill_time(rq.tx, rq.now()));
  // Against another amount nothing has been told yet.
  std::vector<Told> told = told_of(row);
  for (Told& one : told) one = fresh(std::move(one));
  put_told(row, told);
  region::update(rq.tx, row);

  return {};
}

DeleteBudgetOutput Budgets::delete_budget(region::Request& rq, const DeleteBudgetInput& in) {
  const BudgetRow row = require_budget(rq, "budgets:ModifyBudget", in.account_id, in.budget_name);

  region::remove(rq.tx, row);

  return {};
}

CreateNotificationOutput Budgets::create_notification(region::Request& rq, const CreateNotificationInput& in) {
  BudgetRow row = require_budget(rq, "budgets:ModifyBudget", in.account_id, in.budget_name);

  constexpr std::size_t kMost = 10;
  check_told(rq, {in.notification, in.subscribers});
  std::vector<Told> told = told_of(row);
  for (const Told& one : told)
    if (is_same(one.notification, in.notification)) throw DuplicateRecordException("The notification already exists.");
  if (told.size() >= kMost) throw CreationLimitExceededException("A budget has at most ten notifications.");
  told.push_back(fresh({in.notification, in.subscribers}));
  put_told(row, told);
  region::update(rq.tx, row);

  return {};
}

DescribeNotificationsForBudgetOutput Budgets::describe_notifications_for_budget(
    region::Request& rq, const DescribeNotificationsForBudgetInput& in) {
  const BudgetRow row = require_budget(rq, "budgets:ViewBudget", in.account_id, in.budget_name);

  auto page = region::Pager(rq, in, {.usual = 100, .most = 100}).cut(told_of(row), [](const Told& one) {
    return one.to_json()["notification"].dump();
  });
  DescribeNotificationsForBudgetOutput out;
  out.next_token = std::move(page.next_token);
  out.notifications.emplace();
  for (const Told& one : page.items) out.notifications->push_back(one.notification);
  return out;
}

DescribeSubscribersForNotificationOutput Budgets::describe_subscribers_for_notification(
    region::Request& rq, const DescribeSubscribersForNotificationInput& in) {
  const BudgetRow row = require_budget(rq, "budgets:ViewBudget", in.account_id, in.budget_name);

  const region::Pager pager(rq, in, {.usual = 100, .most = 100});
  for (const Told& one : told_of(row)) {
    if (!is_same(one.notification, in.notification)) continue;
    auto page = pager.cut(one.subscribers, [](const Subscriber& each) { return each.address; });
    return {.next_token = std::move(page.next_token), .subscribers = std::move(page.items)};
  }
  throw NotFoundException("The notification doesn't exist.");
}

DeleteNotificationOutput Budgets::delete_notification(region::Request& rq, const DeleteNotificationInput& in) {
  BudgetRow row = require_budget(rq, "budgets:ModifyBudget", in.account_id, in.budget_name);

  std::vector<Told> told = told_of(row);
  if (std::erase_if(told, [&](const Told& one) { return is_same(one.notification, in.notification); }) == 0)
    throw NotFoundException("The notification doesn't exist.");
  put_told(row, told);
  region::update(rq.tx, row);

  return {};
}

}  // namespace hanbat::budgets
