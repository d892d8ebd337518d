// Lines of the ledger as a bill tells them: amounts and costs of a stretch of time. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "region/usage.h"
#include "services/ce/prices.h"

namespace hanbat::ce {

inline constexpr std::int64_t kHourMs = 3'600'000;
inline constexpr std::int64_t kDayMs = 24 * kHourMs;

/// From `from` up to, not including, `to`.
struct Period {
  Timestamp from;
  Timestamp to;
};

/// What a line comes to in a period.
struct Charge {
  double amount = 0;       // in units of `unit`
  double cost = 0;         // USD; 0 when no price is known
  bool priced = true;      // whether a price is known
  std::string_view unit;   // "Hrs", "GB-Mo"
  std::string usage_type;  // with the region's prefix: "APN2-BoxUsage:t3.small"
};

/// What of a line is free of charge.
struct Free {
  double share = 0;           // of an event's quantity
  std::vector<Period> times;  // in which what goes on is free
};

/// How much of its unit the line comes to in the period, as seen at `now`: what goes on is counted up to then, or, when
/// the period ends later, as if it went on until its end (`Until::kEnd`).
enum class Until { kNow, kEnd };
double amount_in(const region::UsageLine& line, const Period& period, Timestamp now, Until until = Until::kNow);

/// Whether the unit is of what happens at moments, and not of what goes on.
bool is_of_events(region::UsageUnit unit);

/// Nothing when it comes to nothing in the period. Its amount is the whole one, its cost that of what is not free.
std::optional<Charge> charge_in(const region::UsageLine& line, const Period& period, Timestamp now,
                                const Prices& prices, Until until = Until::kNow, const Free& free = {});

/// Midnight (UTC) of the month's first day.
Timestamp month_of(Timestamp at);
Timestamp next_month(Timestamp at);

/// "0.0123456789": at most ten digits behind the point, as Cost Explorer writes amounts.
std::string decimal(double value);

}  // namespace hanbat::ce
