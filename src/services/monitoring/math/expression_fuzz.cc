// Metric math of callers: an expression is refused or comes to finite values, the same each time.
#include <cmath>

#include "base/fuzzing.h"
#include "services/monitoring/math/evaluation.h"

using namespace hanbat::monitoring;
using hanbat::fuzzing::require;

namespace {

Result look(const std::string& id) {
  if (id == "m1") return Result::of_series({.label = "m1", .period = 60, .values = {{0, 1}, {60, 0}, {180, -3.5}}});
  if (id == "m2") return Result::of_series({.label = "m2", .period = 60, .values = {{60, 2}, {120, 4}}});
  throw ExpressionError("no " + id);
}

std::map<std::int64_t, double> evaluated(const Expression& expression) {
  Evaluation evaluation(
      {0, 300}, 60, &look,
      [](const std::string&) { return std::vector<Series>{look("m1").series.front(), look("m2").series.front()}; },
      [](const MetricSearch& search, const std::string&, int) {
        std::vector<Series> found;
        for (const char* name : {"CPUUtilization", "CustomCount1"})
          if (search.fits("AWS/EC2", name, {{"InstanceId", "i-0123abc"}})) found.push_back(look("m1").series.front());
        return found;
      });
  const Result result = evaluation.evaluate(expression);
  std::map<std::int64_t, double> all;
  for (const Series& series : result.series)
    for (const auto& [when, value] : series.values) {
      require(std::isfinite(value), "a value is a number");
      all[when] += value;
    }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (size > 2048) return 0;  // the model's limit
  try {
    const Expression expression = parse_expression(text);
    require(evaluated(expression) == evaluated(parse_expression(text)), "an expression comes to the same each time");
  } catch (const ExpressionError& error) {
    require(*error.what() != 0, "a refusal has a reason");
  } catch (const ExpressionNotBuilt&) {
  }
  return 0;
}
