#include "main/cli/cost.h"

#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <optional>

#include "base/text.h"
#include "base/time.h"
#include "main/cli/cost_report.h"
#include "main/cli/task/account.h"
#include "os/files.h"
#include "region/bill_clock.h"

namespace hanbat::cli {
namespace {

constexpr const char* kLimitTag = "hanbat:cost-limit";
// As AWS's calculator has it.
constexpr int kHoursOfMonth = 730;

/// How the bill's clock goes, when it is not the real one.
std::optional<region::BillClock> find_clock(const Home& home) {
  const auto text = find_file(home.root / region::kBillClockFile);
  if (!text) return std::nullopt;
  const Json told = Json::parse(*text);
  return region::BillClock{{told.integer("began")}, {told.integer("told")}, told.integer("pace")};
}

Json days(Timestamp from, Timestamp to) {
  return Json::object({{"Start", format_utc(from, "%Y-%m-%d")}, {"End", format_utc(to, "%Y-%m-%d")}});
}

Json dimension(const std::string& key, const std::string& value) {
  return Json::object({{"Dimensions", Json::object({{"Key", key}, {"Values", Json::array({value})}})}});
}

Json group(const std::string& type, const std::string& key) { return Json::object({{"Type", type}, {"Key", key}}); }

Timestamp first_of_month(Timestamp at) { return *parse_iso8601(format_utc(at, "%Y-%m-01T00:00:00Z")); }
Timestamp next_month(Timestamp at) { return first_of_month(first_of_month(at) + std::chrono::hours(24 * 32)); }

/// This month so far, today included.
Json this_month(Timestamp now) { return days(first_of_month(now), now + std::chrono::hours(24)); }

/// A question about costs so far.
Json question(const CostFlags& flags, Timestamp now) {
  Json out = Json::object({{"Granularity", "MONTHLY"},
                           {"Metrics", Json::array({"UnblendedCost", "UsageQuantity"})},
                           {"TimePeriod", this_month(now)}});
  if (!flags.account.empty()) out["Filter"] = dimension("LINKED_ACCOUNT", flags.account);
  return out;
}

std::vector<CostLine> lines_so_far(RegionApi& api, const CostFlags& flags, Timestamp now) {
  Json in = question(flags, now);
  if (flags.by == "hour") {
    const Timestamp hour{now.ms - now.ms % 3'600'000};
    in["Granularity"] = "HOURLY";
    in["TimePeriod"] = Json::object(
        {{"Start", iso8601(hour - std::chrono::hours(23))}, {"End", iso8601(hour + std::chrono::hours(1))}});
    return cost_lines_by_time(api.call("ce", "GetCostAndUsage", in));
  }
  if (flags.by == "resource") {
    in["GroupBy"] = Json::array({group("DIMENSION", "RESOURCE_ID"), group("DIMENSION", "USAGE_TYPE")});
    if (!in.contains("Filter")) in["Filter"] = dimension("RECORD_TYPE", "Usage");
    return cost_lines(api.call("ce", "GetCostAndUsageWithResources", in));
  }
  if (flags.by == "tag") {
    if (flags.key.empty()) {
      const auto keys = api.call("ce", "GetTags", Json::object({{"TimePeriod", this_month(now)}})).texts("Tags");
      throw Failure("say which tag, with --key: " + (keys.empty() ? "no resource had one" : join(keys, ", ")));
    }
    in["GroupBy"] = Json::array({group("TAG", flags.key)});
    return cost_lines(api.call("ce", "GetCostAndUsage", in));
  }
  in["GroupBy"] = Json::array({group("DIMENSION", "SERVICE"), group("DIMENSION", "USAGE_TYPE")});
  return cost_lines(api.call("ce", "GetCostAndUsage", in));
}

/// What runs now, for a month of 730 hours: by service, asked of the whole month that comes next, as what is free in a
/// month is gone after its first days.
std::vector<CostLine> lines_of_month(RegionApi& api, const CostFlags& flags, Timestamp now) {
  const auto services =
      api.call("ce", "GetDimensionValues", Json::object({{"Dimension", "SERVICE"}, {"TimePeriod", this_month(now)}}));
  std::vector<CostLine> out;
  for (const Json& one : services["DimensionValues"].items()) {
    Json filter = dimension("SERVICE", one.text("Value"));
    if (!flags.account.empty())
      filter = Json::object({{"And", Json::array({filter, dimension("LINKED_ACCOUNT", flags.account)})}});
    const Timestamp from = next_month(now), to = next_month(from);
    const Json answer = api.call("ce", "GetCostForecast",
                                 Json::object({{"Granularity", "MONTHLY"},
                                               {"Metric", "UNBLENDED_COST"},
                                               {"Filter", filter},
                                               {"TimePeriod", days(from, to)}}));
    const double hours = static_cast<double>((to - from).count()) / 3'600'000;
    const double cost = std::strtod(answer["Total"].text("Amount").c_str(), nullptr);
    if (cost > 0) out.push_back({.name = one.text("Value"), .cost = cost / hours * kHoursOfMonth, .unit = "N/A"});
  }
  return out;
}

/// "limit 10 USD", or "" when the account has none.
std::string limit_text(RegionApi& api, const std::string& account) {
  try {
    const Json tags = api.organizations("ListTagsForResource", Json::object({{"ResourceId", account}}));
    for (const Json& tag : tags["Tags"].items())
      if (tag.text("Key") == kLimitTag) return "limit " + tag.text("Value") + " USD";
  } catch (const ApiError&) {
    // No organization, or the account is in none: nobody has bounded it.
  }
  return "";
}

}  // namespace

void print_cost(const Home& home, const CostFlags& flags) {
  task::Management management(home, flags.region);
  const auto clock = find_clock(home);
  const Timestamp real = SystemClock().now(), now = clock ? clock->at(real) : real;
  const auto lines =
      flags.month ? lines_of_month(management.api(), flags, now) : lines_so_far(management.api(), flags, now);
  const std::string limit = flags.account.empty() ? "" : limit_text(management.api(), flags.account);
  if (flags.json) {
    Json out = Json::object({{"lines", cost_json(lines)}, {"usd", sum_of(lines)}});
    if (!limit.empty()) out["limit"] = limit;
    if (clock) out["bill_clock"] = Json::object({{"now", iso8601(now)}, {"pace", clock->pace}});
    std::cout << out.pretty() << "\n";
    return;
  }
  if (lines.empty()) {
    std::cout << (flags.month ? "nothing runs that costs\n" : "nothing has cost anything\n");
  } else {
    std::cout << cost_table(lines, flags.month             ? "A MONTH OF SERVICE"
                                   : flags.by == "hour"    ? "HOUR"
                                   : flags.by == "tag"     ? "TAG"
                                   : flags.by == "service" ? "SERVICE"
                                                           : "RESOURCE");
  }
  if (!limit.empty()) std::cout << limit << "\n";
  if (clock)
    std::cout << fmt::format("on the bill's clock it is {}; it runs {} times as fast as the real one\n", iso8601(now),
                             clock->pace);
}

}  // namespace hanbat::cli
