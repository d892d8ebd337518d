// Counters that the host side keeps, booked exactly once: what was booked of each is written in the transaction that
// writes the bill.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"
#include "store/database.h"

namespace hanbat::region {

/// A counter as it was read. Within an epoch its value only rises.
struct CounterReading {
  std::string name;
  std::string epoch;
  std::int64_t value = 0;
};

/// By how much the counter has risen since it was booked last, in its whole epoch when this is another one; from now on
/// it is booked. `about` is kept with it. Throws store::DatabaseError.
std::int64_t book_counter(store::Tx& tx, std::string_view family, const CounterReading& reading, const Json& about);

/// What was kept with the counter when it was booked last.
std::optional<Json> find_about_counter(store::Tx& tx, std::string_view family, std::string_view name);

/// Forgets all counters of the family but these.
void keep_counters(store::Tx& tx, std::string_view family, const std::set<std::string>& names);

}  // namespace hanbat::region
