#include "services/monitoring/math/gather.h"

#include <algorithm>
#include <cmath>

namespace hanbat::monitoring {

std::optional<double> gather(std::string_view name, const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  if (name == "SUM") return sum;
  if (values.empty()) return std::nullopt;
  if (name == "AVG") return sum / count;
  if (name == "MIN") return *std::ranges::min_element(values);
  if (name == "MAX") return *std::ranges::max_element(values);
  if (name != "STDDEV") return std::nullopt;
  double squares = 0;
  for (const double value : values) squares += (value - sum / count) * (value - sum / count);
  return std::sqrt(squares / count);
}

}  // namespace hanbat::monitoring
