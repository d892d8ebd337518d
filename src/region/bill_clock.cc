#include "region/bill_clock.h"

#include <algorithm>

namespace hanbat::region {

Milliseconds BillClock::wait(Milliseconds on_bill) const { return std::max(on_bill / pace, Milliseconds(500)); }

BillClock find_bill_clock(store::Tx& tx) {
  const auto row = tx.find("SELECT began, told, pace FROM bill_clock WHERE one = 1");
  if (!row) return {};
  return {row->timestamp(0), row->timestamp(1), row->integer(2)};
}

Timestamp bill_time(store::Tx& tx, Timestamp real) { return find_bill_clock(tx).at(real); }

void set_bill_pace(store::Tx& tx, Timestamp now, std::int64_t pace) {
  const BillClock clock = find_bill_clock(tx);
  if (clock.pace == pace) return;
  tx.exec("INSERT OR REPLACE INTO bill_clock(one, began, told, pace) VALUES (1, ?, ?, ?)", now, clock.at(now), pace);
}

Json to_json(const BillClock& clock) {
  return Json::object({{"began", clock.began.ms}, {"told", clock.told.ms}, {"pace", clock.pace}});
}

}  // namespace hanbat::region
