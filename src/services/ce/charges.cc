#include "services/ce/charges.h"

#include <fmt/format.h>

#include <algorithm>

namespace hanbat::ce {
namespace {

constexpr double kGigabyte = 1024.0 * 1024 * 1024;
constexpr double kMillion = 1e6;
constexpr std::int64_t kMinuteMs = 60'000;

std::string_view unit_name(region::UsageUnit unit) {
  switch (unit) {
    case region::UsageUnit::kSeconds:
    case region::UsageUnit::kHours:
      return "Hrs";
    case region::UsageUnit::kGigabyteMonths:
      return "GB-Mo";
    case region::UsageUnit::kMonths:
      return "Months";
    case region::UsageUnit::kGigabytes:
      return "GB";
    case region::UsageUnit::kRequests:
      return "Requests";
    case region::UsageUnit::kMinutes:
      return "Minutes";
    case region::UsageUnit::kCapacityUnits:
      return "LCU-Hrs";
  }
  throw std::logic_error("a unit of usage without a name");
}

double overlap_ms(Period stretch, const Period& period) {
  return static_cast<double>(
      std::max<std::int64_t>(0, std::min(stretch.to.ms, period.to.ms) - std::max(stretch.from.ms, period.from.ms)));
}

/// The share of each month that the stretch covers within the period, added up.
double months_in(Period stretch, const Period& period) {
  const Period within{std::max(stretch.from, period.from), std::min(stretch.to, period.to)};
  double months = 0;
  for (Timestamp month = month_of(within.from); month < within.to; month = next_month(month)) {
    const Period whole{month, next_month(month)};
    months += overlap_ms(within, whole) / static_cast<double>(whole.to.ms - whole.from.ms);
  }
  return months;
}

}  // namespace

Timestamp month_of(Timestamp at) { return *parse_iso8601(format_utc(at, "%Y-%m-01T00:00:00Z")); }

Timestamp next_month(Timestamp at) { return month_of(month_of(at) + std::chrono::hours(24 * 32)); }

double amount_in(const region::UsageLine& line, const Period& period, Timestamp now, Until until) {
  const Timestamp seen_to = until == Until::kEnd ? std::max(now, period.to) : now;
  Period stretch{line.began, line.ended.value_or(std::max(line.began, seen_to))};
  const auto quantity = static_cast<double>(line.use.quantity);
  switch (line.use.unit) {
    case region::UsageUnit::kSeconds:
      stretch.to = std::max(stretch.to, stretch.from + Milliseconds(kMinuteMs));
      return quantity * overlap_ms(stretch, period) / kHourMs;
    case region::UsageUnit::kHours:
      stretch.from.ms -= stretch.from.ms % kHourMs;
      stretch.to.ms = std::max((stretch.to.ms + kHourMs - 1) / kHourMs * kHourMs, stretch.from.ms + kHourMs);
      return quantity * overlap_ms(stretch, period) / kHourMs;
    case region::UsageUnit::kGigabyteMonths:
      return quantity / kGigabyte * months_in(stretch, period);
    case region::UsageUnit::kMonths:
      return quantity * months_in(stretch, period);
    case region::UsageUnit::kGigabytes:
    case region::UsageUnit::kRequests:
    case region::UsageUnit::kMinutes:
    case region::UsageUnit::kCapacityUnits: {
      // What happened lies in the hour that it is kept under.
      const bool happened = line.began >= period.from && line.began < period.to;
      if (!happened) return 0;
      if (line.use.unit == region::UsageUnit::kGigabytes) return quantity / kGigabyte;
      return line.use.unit == region::UsageUnit::kCapacityUnits ? quantity / kMillion : quantity;
    }
  }
  throw std::logic_error("a unit of usage that nobody counts");
}

bool is_of_events(region::UsageUnit unit) {
  switch (unit) {
    case region::UsageUnit::kSeconds:
    case region::UsageUnit::kHours:
    case region::UsageUnit::kGigabyteMonths:
    case region::UsageUnit::kMonths:
      return false;
    case region::UsageUnit::kGigabytes:
    case region::UsageUnit::kRequests:
    case region::UsageUnit::kMinutes:
    case region::UsageUnit::kCapacityUnits:
      return true;
  }
  throw std::logic_error("a unit of usage that is neither");
}

std::optional<Charge> charge_in(const region::UsageLine& line, const Period& period, Timestamp now,
                                const Prices& prices, Until until, const Free& free) {
  const double amount = amount_in(line, period, now, until);
  if (amount <= 0) return std::nullopt;
  const RegionPrices* region = prices.find(line.place.region);
  const auto price = region ? region->find(line.use.service, line.use.usage_type) : std::nullopt;
  double paid = amount * (1 - free.share);
  for (const Period& one : free.times) {
    const Period both{std::max(one.from, period.from), std::min(one.to, period.to)};
    if (both.from < both.to) paid -= amount_in(line, both, now, until);
  }
  return Charge{.amount = amount,
                .cost = std::max(paid, 0.0) * price.value_or(0),
                .priced = price.has_value(),
                .unit = unit_name(line.use.unit),
                .usage_type = (region ? region->prefix() : "") + line.use.usage_type};
}

std::string decimal(double value) {
  std::string text = fmt::format("{:.10f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace hanbat::ce
