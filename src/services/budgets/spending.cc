// What a budget's costs come to, and the looks at it that tell when a threshold is passed.
#include <fmt/format.h>

#include <cstdlib>

#include "gen/ce/client.h"
#include "region/bill_clock.h"
#include "services/budgets/budgets.h"

namespace hanbat::budgets {
namespace {

constexpr std::string_view kPrincipal = "budgets.amazonaws.com";
constexpr std::string_view kLook = "budgets.look";
constexpr Milliseconds kEvery = std::chrono::minutes(1);
constexpr std::int64_t kDayMs = 24 * 3'600'000LL;

constexpr std::pair<std::string_view, const char*> kDimensions[] = {{"InstanceType", "INSTANCE_TYPE"},
                                                                    {"LinkedAccount", "LINKED_ACCOUNT"},
                                                                    {"Operation", "OPERATION"},
                                                                    {"Region", "REGION"},
                                                                    {"Service", "SERVICE"},
                                                                    {"UsageType", "USAGE_TYPE"}};

double amount_of(const Spend& spend) { return std::strtod(spend.amount.c_str(), nullptr); }

Spend usd(double amount) { return {.amount = fmt::format("{:.10g}", amount), .unit = "USD"}; }

Timestamp day_of(Timestamp at) { return {at.ms - at.ms % kDayMs}; }
std::string date(Timestamp at) { return format_utc(at, "%Y-%m-%d"); }

/// Each filter as Cost Explorer writes it.
std::vector<ce::Expression> expressions_of(const Budget& budget) {
  std::vector<ce::Expression> out;
  if (!budget.cost_filters) return out;
  for (const auto& [name, values] : *budget.cost_filters) {
    ce::Expression& one = out.emplace_back();
    for (const auto& [ours, theirs] : kDimensions)
      if (name == ours) one.dimensions = ce::DimensionValues{.key = theirs, .values = values};
    if (one.dimensions) continue;
    // "user:team$red": the tag's key and value.
    std::vector<ce::Expression> tags;
    for (const std::string& value : values) {
      const std::size_t dollar = value.find('$');
      tags.emplace_back().tags = ce::TagValues{.key = value.substr(5, dollar - 5),
                                               .values = std::vector<std::string>{value.substr(dollar + 1)}};
    }
    if (tags.size() == 1)
      one = tags.front();
    else
      one.or_ = std::move(tags);
  }
  return out;
}

std::optional<ce::Expression> filter_of(const Budget& budget) {
  std::vector<ce::Expression> all = expressions_of(budget);
  if (all.empty()) return std::nullopt;
  if (all.size() == 1) return std::move(all.front());
  ce::Expression both;
  both.and_ = std::move(all);
  return both;
}

}  // namespace

Stretch stretch_of(const Budget& budget, Timestamp now) {
  if (budget.time_unit == "DAILY") return {day_of(now), {day_of(now).ms + kDayMs}};
  const int months = budget.time_unit == "MONTHLY" ? 1 : budget.time_unit == "QUARTERLY" ? 3 : 12;
  const int year = std::atoi(format_utc(now, "%Y").c_str()), month = std::atoi(format_utc(now, "%m").c_str()) - 1;
  const auto first_of = [&](int count) {
    return *parse_iso8601(fmt::format("{:04}-{:02}-01T00:00:00Z", year + count / 12, count % 12 + 1));
  };
  const int begin = month - month % months;
  return {first_of(begin), first_of(begin + months)};
}

CalculatedSpend calculate(region::Region& home, store::Tx& tx, const BudgetRow& row) {
  const region::Caller self = home.identity().service_caller(row.place.account, kPrincipal);
  const ce::Client costs(home.as(tx, self, home.settings.default_region));
  const Timestamp now = region::bill_time(tx, home.clock.now());
  const Stretch stretch = stretch_of(row.shape, now);
  const std::optional<ce::Expression> filter = filter_of(row.shape);

  const auto so_far =
      costs.get_cost_and_usage({.filter = filter,
                                .granularity = "MONTHLY",
                                .metrics = {"UnblendedCost"},
                                .time_period = {.end = date({day_of(now).ms + kDayMs}), .start = date(stretch.from)}});
  double actual = 0;
  for (const auto& part : *so_far.results_by_time)
    actual += std::strtod(part.total->at("UnblendedCost").amount->c_str(), nullptr);
  const auto to_come = costs.get_cost_forecast({.filter = filter,
                                                .granularity = "MONTHLY",
                                                .metric = "UNBLENDED_COST",
                                                .time_period = {.end = date(stretch.to), .start = date(day_of(now))}});
  return {.actual_spend = usd(actual),
          .forecasted_spend = usd(actual + std::strtod(to_come.total->amount->c_str(), nullptr))};
}

bool is_passed(const Notification& notification, const Budget& budget, const CalculatedSpend& spend) {
  const double amount =
      amount_of(notification.notification_type == "FORECASTED" ? *spend.forecasted_spend : spend.actual_spend);
  const bool percent = notification.threshold_type.value_or("PERCENTAGE") == "PERCENTAGE";
  const double threshold =
      percent ? amount_of(*budget.budget_limit) * notification.threshold / 100 : notification.threshold;
  if (notification.comparison_operator == "GREATER_THAN") return amount > threshold;
  if (notification.comparison_operator == "LESS_THAN") return amount < threshold;
  return amount == threshold;
}

void tell(region::Region& home, store::Tx& tx, BudgetRow row) {
  std::vector<Told> all = told_of(row);
  if (all.empty()) return;
  const CalculatedSpend spend = calculate(home, tx, row);
  bool changed = false;
  for (Told& one : all) {
    const char* state = is_passed(one.notification, row.shape, spend) ? "ALARM" : "OK";
    if (one.notification.notification_state == state) continue;
    one.notification.notification_state = state;
    changed = true;
    if (std::string_view(state) == "OK") continue;
    Json subscribers = Json::array();
    for (const Subscriber& each : one.subscribers) subscribers.push_back(each.address);
    home.publish(tx, row.place.account, home.settings.default_region,
                 {.source = "hanbat.budgets",
                  .detail_type = "Budget Notification",
                  .resources = {row.id},
                  .detail = Json::object({{"budgetName", *row.name},
                                          {"limit", row.shape.budget_limit->amount},
                                          {"actualSpend", spend.actual_spend.amount},
                                          {"forecastedSpend", spend.forecasted_spend->amount},
                                          {"unit", "USD"},
                                          {"notification", wire::to_json(one.notification)},
                                          {"subscribers", subscribers}})});
  }
  if (!changed) return;
  put_told(row, all);
  region::update(tx, row);
}

void Budgets::start() {
  home_.tasks.handle(std::string(kLook), [this](store::TaskRun& run) {
    const region::BillClock bill = home_.db.read([](store::Tx& tx) { return region::find_bill_clock(tx); });
    run.again(bill.wait(kEvery), [this](store::Tx& tx) {
      for (BudgetRow& row : region::list_all<Budget>(tx)) tell(home_, tx, std::move(row));
    });
  });
  home_.db.write([this](store::Tx& tx) {
    home_.tasks.add(tx, {.kind = std::string(kLook), .key = "all", .body = Json::object()});
  });
}

}  // namespace hanbat::budgets
