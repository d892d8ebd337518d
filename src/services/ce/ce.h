// AWS Cost Explorer: what things cost, by time, by what they are and by their tags. One method per operation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gen/ce/operations.h"
#include "region/bill_clock.h"
#include "region/region.h"
#include "services/ce/billed_lines.h"
#include "services/ce/charges.h"
#include "services/ce/limits/limits.h"
#include "services/ce/prices.h"

namespace hanbat::ce {

class Ce final : public Operations {
 public:
  /// The prices and limits outlive it.
  Ce(region::Region& home, const Prices& prices, CostLimits& limits) : home_(home), prices_(prices), limits_(limits) {}

  std::span<const store::Migration> migrations() const override;
  /// Has the bill's clock run as the operator says, and registers the task that looks every minute which account nears
  /// its limit. Throws std::runtime_error for a pace that is none.
  void start() override;

#include "gen/ce/methods.inc"

 private:
  /// What time it is on the bill.
  Timestamp bill_now(region::Request& rq) const { return region::bill_time(rq.tx, rq.now()); }
  /// Tells of an account what is news of its limit.
  void watch(store::Tx& tx, const std::string& account);
  /// The lines of the caller's account, and of those that it pays for, within the period, as the filter wants them.
  std::vector<BilledLine> lines_of(region::Request& rq, const Period& period,
                                   const std::optional<Expression>& filter) const;
  /// What GetCostAndUsage and GetCostAndUsageWithResources have in common.
  template <class Out, class In>
  Out cost_and_usage(region::Request& rq, const In& in, const std::vector<std::string>& metrics) const;

  region::Region& home_;
  const Prices& prices_;
  CostLimits& limits_;
};

/// The period that a call asks about. Throws ValidationException for what is none: other than whole days, or whole
/// seconds where hours are asked for, or an end that is not after its start.
Period require_period(const DateInterval& interval, std::string_view granularity);
/// The parts of the period that are answered one by one; the first and the last may be less than a whole one.
std::vector<Period> parts_of(const Period& period, std::string_view granularity);
/// As the call wrote it: days, or moments where hours are asked for.
DateInterval interval_of(const Period& period, std::string_view granularity);

}  // namespace hanbat::ce
