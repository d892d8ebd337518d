// What several values are as one.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace hanbat::monitoring {

/// AVG, SUM, MIN, MAX, STDDEV of some values; nothing for another name, or of no values (SUM is 0).
std::optional<double> gather(std::string_view name, const std::vector<double>& values);

}  // namespace hanbat::monitoring
