// Values over time.
#pragma once

#include <cstdint>
#include <map>

namespace hanbat::monitoring {

/// A value for each period that has one, by the second in which it begins.
using Values = std::map<std::int64_t, double>;

/// A stretch of time, from `start` (inclusive) to `end`, in seconds.
struct Stretch {
  std::int64_t start = 0;
  std::int64_t end = 0;
};

/// 1, 5, 10, 20 or 30 seconds, or whole minutes, up to a day's or more.
constexpr bool is_period(int seconds) {
  return seconds == 1 || seconds == 5 || seconds == 10 || seconds == 20 || seconds == 30 ||
         (seconds >= 60 && seconds % 60 == 0);
}

}  // namespace hanbat::monitoring
