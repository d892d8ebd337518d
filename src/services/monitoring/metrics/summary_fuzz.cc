// Statistics by their names over summaries as they are written: a name is refused or its value lies between what there
// is.
#include <stdexcept>

#include "base/fuzzing.h"
#include "services/monitoring/metrics/statistic.h"

using namespace hanbat::monitoring;
using hanbat::fuzzing::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  const auto statistic = Statistic::parse(input.line());
  if (!statistic) return 0;
  // A few values that are taken from the rest, each once or more.
  Summary summary;
  while (!input.empty()) {
    const double value = input.byte() * 3.25;
    summary.add(value, 1 + input.byte() % 4);
  }
  const Summary back = Summary::parse(summary.text());
  require(back.text() == summary.text(), "a summary comes back as it was");
  const auto value = statistic->of(summary);
  if (!value) return 0;
  if (statistic->is_percentile())
    require(*value >= summary.least && *value <= summary.greatest, "a percentile is one of the values");
  require(statistic->of(back) == value, "a statistic is the same of what was kept");
  return 0;
}
