// GetCostAndUsage: costs and amounts, by time, in groups.
// Source: https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html
#include <algorithm>
#include <array>

#include "services/ce/ce.h"
#include "services/ce/expression.h"
#include "services/ce/refusal.h"
#include "wire/error.h"

namespace hanbat::ce {
namespace {

constexpr std::size_t kMostGroups = 2;

/// What is paid is the list's price, so all of AWS's costs are one.
constexpr std::string_view kCosts[] = {"AmortizedCost", "BlendedCost", "NetAmortizedCost", "NetUnblendedCost",
                                       "UnblendedCost"};

/// The metrics asked for, by the names that the answer has.
std::vector<std::string> require_metrics(std::string_view operation, const std::vector<std::string>& asked) {
  // Callers write them in both ways.
  static constexpr std::pair<std::string_view, std::string_view> kOtherNames[] = {
      {"AMORTIZED_COST", "AmortizedCost"},
      {"BLENDED_COST", "BlendedCost"},
      {"NET_AMORTIZED_COST", "NetAmortizedCost"},
      {"NET_UNBLENDED_COST", "NetUnblendedCost"},
      {"UNBLENDED_COST", "UnblendedCost"},
      {"USAGE_QUANTITY", "UsageQuantity"},
      {"NORMALIZED_USAGE_AMOUNT", "NormalizedUsageAmount"}};
  if (asked.empty()) throw invalid("Metrics must not be empty");
  std::vector<std::string> out;
  for (const std::string& metric : asked) {
    std::string name = metric;
    for (const auto& [other, ours] : kOtherNames)
      if (metric == other) name = ours;
    if (name == "NormalizedUsageAmount") throw wire::Error::not_implemented(operation, "metric NormalizedUsageAmount");
    if (name != "UsageQuantity" && std::ranges::find(kCosts, name) == std::end(kCosts))
      throw invalid("Metric " + metric + " is not valid");
    out.push_back(name);
  }
  return out;
}

/// Costs and amounts put together.
struct Sum {
  double cost = 0;
  double amount = 0;
  std::string_view unit;  // "N/A" once amounts of several units are in it

  void add(const Charge& charge) {
    unit = unit.empty() || unit == charge.unit ? charge.unit : "N/A";
    cost += charge.cost;
    amount += charge.amount;
  }
  std::map<std::string, MetricValue> metrics(const std::vector<std::string>& names) const {
    std::map<std::string, MetricValue> out;
    for (const std::string& name : names) {
      MetricValue& value = out[name];
      const bool is_amount = name == "UsageQuantity";
      value.amount = decimal(is_amount ? amount : cost);
      value.unit = is_amount ? std::string(unit.empty() ? "N/A" : unit) : "USD";
    }
    return out;
  }
};

using Keys = std::vector<std::string>;

/// What a line is put under.
class Grouping {
 public:
  Grouping(std::string_view operation, const std::optional<std::vector<GroupDefinition>>& asked)
      : definitions_(asked.value_or(std::vector<GroupDefinition>{})) {
    if (definitions_.size() > kMostGroups) throw invalid("At most two groups can be asked for");
    for (const GroupDefinition& one : definitions_) {
      if (one.type == "COST_CATEGORY") throw wire::Error::not_implemented(operation, "GroupBy COST_CATEGORY");
      if (!one.key || one.key->empty()) throw invalid("A group has a Key");
      if (one.type.value_or("DIMENSION") == "DIMENSION") require_dimension(operation, *one.key);
    }
  }

  bool asked() const { return !definitions_.empty(); }
  const std::vector<GroupDefinition>& definitions() const { return definitions_; }
  bool by(BillDimension dimension) const {
    return std::ranges::any_of(definitions_, [&](const GroupDefinition& one) {
      return one.type.value_or("DIMENSION") == "DIMENSION" && *one.key == word_of(dimension);
    });
  }
  Keys keys_of(const region::UsageLine& line, const Prices& prices) const {
    Keys keys;
    for (const GroupDefinition& one : definitions_) {
      if (one.type.value_or("DIMENSION") == "DIMENSION") {
        keys.push_back(value_of(line, require_word<BillDimension>(*one.key), prices));
        continue;
      }
      const auto tag = line.tags.find(*one.key);
      keys.push_back(*one.key + "$" + (tag == line.tags.end() ? "" : tag->second));
    }
    return keys;
  }

 private:
  std::vector<GroupDefinition> definitions_;
};

}  // namespace

std::vector<BilledLine> Ce::lines_of(region::Request& rq, const Period& period,
                                     const std::optional<Expression>& filter) const {
  std::vector<std::string> accounts = limits_.paid_by(rq.tx, rq.account);
  std::vector<BilledLine> lines = list_billed(rq.tx, accounts, period, prices_);
  if (filter) std::erase_if(lines, [&](const auto& line) { return !matches(*filter, line.usage, prices_); });
  return lines;
}

template <class Out, class In>
Out Ce::cost_and_usage(region::Request& rq, const In& in, const std::vector<std::string>& metrics) const {
  // All groups are told on one page, so no token was ever given.
  if (in.next_page_token) throw InvalidNextTokenException("The pagination token is invalid.");
  const std::string granularity = in.granularity;
  const Grouping grouping(rq.operation.name, in.group_by);
  const std::vector<Period> parts = parts_of(require_period(in.time_period, granularity), granularity);
  const Timestamp now = bill_now(rq);
  const auto lines = lines_of(rq, {parts.front().from, parts.back().to}, in.filter);

  Out out;
  out.results_by_time.emplace();
  std::map<std::string, bool> accounts;
  for (const Period& part : parts) {
    Sum total;
    std::map<Keys, Sum> groups;
    for (const auto& [usage, free] : lines) {
      const auto charge = charge_in(usage, part, now, prices_, Until::kNow, free);
      if (!charge) continue;
      total.add(*charge);
      if (grouping.asked()) groups[grouping.keys_of(usage, prices_)].add(*charge);
      accounts[usage.place.account] = true;
    }
    ResultByTime& result = out.results_by_time->emplace_back();
    result.time_period = interval_of(part, granularity);
    result.estimated = part.to > month_of(now);
    result.groups.emplace();
    result.total.emplace();
    if (!grouping.asked()) result.total = total.metrics(metrics);
    for (const auto& [keys, sum] : groups) result.groups->push_back({.keys = keys, .metrics = sum.metrics(metrics)});
  }
  if (grouping.asked()) out.group_definitions = grouping.definitions();
  out.dimension_value_attributes.emplace();
  if (grouping.by(BillDimension::kLinkedAccount))
    for (const auto& [account, seen] : accounts) out.dimension_value_attributes->push_back({.value = account});
  return out;
}

GetCostAndUsageOutput Ce::get_cost_and_usage(region::Request& rq, const GetCostAndUsageInput& in) {
  rq.authorize("ce:GetCostAndUsage", "*");

  if (in.filter) check(rq.operation.name, *in.filter);
  for (const GroupDefinition& one : in.group_by.value_or(std::vector<GroupDefinition>{}))
    if (one.key == "RESOURCE_ID") throw invalid("RESOURCE_ID is for GetCostAndUsageWithResources");
  const auto metrics = require_metrics(rq.operation.name, in.metrics);

  return cost_and_usage<GetCostAndUsageOutput>(rq, in, metrics);
}

GetCostAndUsageWithResourcesOutput Ce::get_cost_and_usage_with_resources(region::Request& rq,
                                                                         const GetCostAndUsageWithResourcesInput& in) {
  rq.authorize("ce:GetCostAndUsageWithResources", "*");

  check(rq.operation.name, in.filter);
  const auto metrics =
      require_metrics(rq.operation.name, in.metrics.value_or(std::vector<std::string>{"UnblendedCost"}));

  return cost_and_usage<GetCostAndUsageWithResourcesOutput>(rq, in, metrics);
}

}  // namespace hanbat::ce
