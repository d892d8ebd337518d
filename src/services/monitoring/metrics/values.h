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

}  // namespace hanbat::monitoring
