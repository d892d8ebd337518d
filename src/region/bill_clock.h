// The clock of the bill. It is the real one, unless somebody wants to see a day's or month's bill in minutes: then it
// runs faster, from where it was, and everything else in the region keeps the real time.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "base/time.h"
#include "store/database.h"

namespace hanbat::region {

struct BillClock {
  Timestamp began;  // of the real clock
  Timestamp told;   // what it was on the bill's then
  std::int64_t pace = 1;

  Timestamp at(Timestamp real) const { return {told.ms + (real.ms - began.ms) * pace}; }
  /// How long it takes in real time until so much has gone by on the bill: at least half a second.
  Milliseconds wait(Milliseconds on_bill) const;
};

/// The fastest that it can be told to run: a month in less than a minute.
inline constexpr std::int64_t kFastestPace = 100'000;

BillClock find_bill_clock(store::Tx& tx);
/// What time it is on the bill.
Timestamp bill_time(store::Tx& tx, Timestamp real);
/// Goes on from where it is at this pace.
void set_bill_pace(store::Tx& tx, Timestamp now, std::int64_t pace);

/// For who reads bills from outside: {"began", "told", "pace"}.
inline constexpr const char* kBillClockFile = "bill-clock.json";
Json to_json(const BillClock& clock);

}  // namespace hanbat::region
