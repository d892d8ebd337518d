#include "services/ce/billed_lines.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace hanbat::ce {
namespace {

constexpr double kBytesOfGigabyte = 1024.0 * 1024 * 1024;

/// So much of the unit, as the ledger counts it.
double in_quantity(region::UsageUnit unit, double amount) {
  const bool bytes = unit == region::UsageUnit::kGigabytes || unit == region::UsageUnit::kGigabyteMonths;
  return bytes ? amount * kBytesOfGigabyte : amount;
}

/// How much of what is free in a month an account has left, as its lines go by.
class Allowances {
 public:
  Allowances(store::Tx& tx, const Period& period) : tx_(tx), period_(period) {}

  /// What of the line is free, of so much in its unit; the lines come in order of their times.
  Free take(const region::UsageLine& line, double free_of_month) {
    return is_of_events(line.use.unit) ? Free{.share = take_event(line, free_of_month), .times = {}}
                                       : Free{.share = 0, .times = times_of(line, free_of_month)};
  }

 private:
  /// Events' amounts are used up one after the other, over all services that have the usage type.
  double take_event(const region::UsageLine& line, double free_of_month) {
    const Timestamp month = month_of(line.began);
    const auto [used, is_new] = used_.try_emplace({line.place.account, line.use.usage_type, month.ms}, 0);
    if (is_new && month < period_.from)
      used->second =
          static_cast<double>(region::sum_events(tx_, line.place.account, line.use.usage_type, month, period_.from));
    const auto quantity = static_cast<double>(line.use.quantity);
    const double free = std::clamp(in_quantity(line.use.unit, free_of_month) - used->second, 0.0, quantity);
    used->second += quantity;
    return quantity > 0 ? free / quantity : 0;
  }

  /// What goes on is free until the account's of that kind has come to so much, in each month.
  std::vector<Period> times_of(const region::UsageLine& line, double free_of_month) {
    std::vector<Period> out;
    const Timestamp to = std::min(period_.to, line.ended.value_or(period_.to));
    for (Timestamp month = month_of(std::max(period_.from, line.began)); month < to; month = next_month(month)) {
      const auto [known, is_new] =
          times_.try_emplace({line.place.account, line.use.service, line.use.usage_type, month.ms});
      if (is_new) {
        const auto lines =
            region::list_uses(tx_, line.place.account, line.use.service, line.use.usage_type, month, next_month(month));
        known->second = free_time(lines, month, free_of_month);
      }
      out.push_back(known->second);
    }
    return out;
  }

  store::Tx& tx_;
  const Period period_;
  std::map<std::tuple<std::string, std::string, std::int64_t>, double> used_;
  std::map<std::tuple<std::string, std::string, std::string, std::int64_t>, Period> times_;
};

}  // namespace

Period free_time(std::span<const region::UsageLine> lines, Timestamp month, double free) {
  const Timestamp end = next_month(month);
  const double whole = static_cast<double>(end.ms - month.ms);
  if (lines.empty()) return {month, end};
  // How much is used at a time changes where lines begin and end.
  std::map<std::int64_t, double> changes;
  for (const region::UsageLine& line : lines) {
    const Timestamp from = std::max(line.began, month), to = std::min(line.ended.value_or(end), end);
    if (from >= to) continue;
    changes[from.ms] += static_cast<double>(line.use.quantity);
    changes[to.ms] -= static_cast<double>(line.use.quantity);
  }
  const double most = in_quantity(lines.front().use.unit, free) * whole;
  double used = 0, rate = 0;
  std::int64_t at = month.ms;
  for (const auto& [when, change] : changes) {
    const double more = rate * static_cast<double>(when - at);
    if (used + more > most && rate > 0) return {month, {at + static_cast<std::int64_t>((most - used) / rate)}};
    used += more;
    rate += change;
    at = when;
  }
  return {month, end};
}

std::vector<BilledLine> list_billed(store::Tx& tx, std::span<const std::string> accounts, const Period& period,
                                    const Prices& prices) {
  std::vector<BilledLine> out;
  Allowances allowances(tx, period);
  for (region::UsageLine& usage : region::list_usage(tx, accounts, period.from, period.to)) {
    BilledLine& line = out.emplace_back(BilledLine{std::move(usage), {}});
    const RegionPrices* region = prices.find(line.usage.place.region);
    const double free = region ? region->find_free(line.usage.use.service, line.usage.use.usage_type) : 0;
    if (free <= 0) continue;
    // Lines of before the period are among them when they ended only just.
    if (is_of_events(line.usage.use.unit) && line.usage.began < period.from) continue;
    line.free = allowances.take(line.usage, free);
  }
  return out;
}

}  // namespace hanbat::ce
