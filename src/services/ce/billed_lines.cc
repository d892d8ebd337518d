#include "services/ce/billed_lines.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace hanbat::ce {
namespace {

/// How much of what is free in a month an account has left, as its lines go by.
class Allowances {
 public:
  Allowances(store::Tx& tx, const Period& period) : tx_(tx), period_(period) {}

  /// What of the line is free; the lines come in order of their times.
  std::int64_t take(const region::UsageLine& line, std::int64_t free_of_month) {
    const Timestamp month = month_of(line.began);
    const auto [used, is_new] = used_.try_emplace({line.place.account, line.use.usage_type, month.ms}, 0);
    if (is_new && month < period_.from)
      used->second = region::sum_events(tx_, line.place.account, line.use.usage_type, month, period_.from);
    const std::int64_t free = std::clamp<std::int64_t>(free_of_month - used->second, 0, line.use.quantity);
    used->second += line.use.quantity;
    return free;
  }

 private:
  store::Tx& tx_;
  const Period period_;
  std::map<std::tuple<std::string, std::string, std::int64_t>, std::int64_t> used_;
};

}  // namespace

std::vector<BilledLine> list_billed(store::Tx& tx, std::span<const std::string> accounts, const Period& period,
                                    const Prices& prices) {
  std::vector<BilledLine> out;
  Allowances allowances(tx, period);
  for (region::UsageLine& usage : region::list_usage(tx, accounts, period.from, period.to)) {
    BilledLine& line = out.emplace_back(BilledLine{std::move(usage)});
    const RegionPrices* region = prices.find(line.usage.place.region);
    const std::int64_t free = region ? region->find_free(line.usage.use.service, line.usage.use.usage_type) : 0;
    // Lines of before the period are among them when they ended only just.
    if (free > 0 && line.usage.began >= period.from) line.free = allowances.take(line.usage, free);
  }
  return out;
}

}  // namespace hanbat::ce
