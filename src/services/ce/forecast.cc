// GetCostForecast: what runs now goes on as it is. There is no history to learn from in a region that is days old, so
// what happens once (requests, builds) is not foretold, and no interval of prediction is given.
#include "services/ce/ce.h"
#include "services/ce/expression.h"
#include "services/ce/refusal.h"
#include "wire/error.h"

namespace hanbat::ce {
GetCostForecastOutput Ce::get_cost_forecast(region::Request& rq, const GetCostForecastInput& in) {
  rq.authorize("ce:GetCostForecast", "*");

  if (in.filter) check(rq.operation.name, *in.filter);
  if (in.metric == "USAGE_QUANTITY" || in.metric == "NORMALIZED_USAGE_AMOUNT")
    throw invalid("A forecast of costs has a metric of costs");
  if (in.granularity == "HOURLY") throw wire::Error::not_implemented(rq.operation.name, "Granularity HOURLY");
  const Period period = require_period(in.time_period, in.granularity);
  const Timestamp now = bill_now(rq);
  if (period.from.ms < now.ms - now.ms % kDayMs) throw invalid("Start date must not be in the past");

  // The rest of today only: what it has cost so far is no forecast.
  const Period rest{std::max(period.from, now), period.to};
  const auto lines = lines_of(rq, rest, in.filter);
  GetCostForecastOutput out;
  out.forecast_results_by_time.emplace();
  double total = 0;
  for (const Period& part : parts_of(period, in.granularity)) {
    const Period to_come{std::max(part.from, now), part.to};
    double cost = 0;
    for (const auto& line : lines)
      if (!line.usage.ended)
        if (const auto charge = charge_in(line.usage, to_come, now, prices_, Until::kEnd, line.free))
          cost += charge->cost;
    total += cost;
    ForecastResult& result = out.forecast_results_by_time->emplace_back();
    result.time_period = interval_of(part, in.granularity);
    result.mean_value = decimal(cost);
  }
  MetricValue& sum = out.total.emplace();
  sum.amount = decimal(total);
  sum.unit = "USD";
  return out;
}

}  // namespace hanbat::ce
