// The part of metric math that finds metrics and picks from many: SEARCH, SORT, SLICE.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "services/monitoring/math/evaluation.h"
#include "services/monitoring/math/gather.h"
#include "services/monitoring/metrics/statistic.h"

namespace hanbat::monitoring {
namespace {

constexpr int kLongestPeriod = 31'536'000;

}  // namespace

/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html
Result Evaluation::search(const Expression& expression) {
  const auto& parts = expression.parts;
  const bool fine = (parts.size() == 2 || parts.size() == 3) && parts[0].kind == Expression::Kind::kText &&
                    parts[1].kind == Expression::Kind::kText &&
                    (parts.size() == 2 || parts[2].kind == Expression::Kind::kNumber);
  if (!fine) throw ExpressionError("SEARCH takes what is looked for, a statistic and perhaps a period.");
  if (!Statistic::parse(parts[1].text)) throw ExpressionError("SEARCH by no statistic: " + parts[1].text);
  const double period = parts.size() == 3 ? parts[2].number : period_;
  if (period != std::floor(period) || period > kLongestPeriod || !is_period(static_cast<int>(period)))
    throw ExpressionError("SEARCH by no period: it is 1, 5, 10, 20, 30 or a multiple of 60.");
  std::vector<Series> found = search_(MetricSearch::parse(parts[0].text), parts[1].text, static_cast<int>(period));
  for (const Series& one : found) count(one.values.size());
  return Result::of_list(std::move(found));
}

/// SORT(metrics, AVG, DESC, 10): the first ten of them.
Result Evaluation::sorted(const Expression& expression) {
  const auto& parts = expression.parts;
  const bool words = (parts.size() == 3 || parts.size() == 4) && parts[1].kind == Expression::Kind::kName &&
                     parts[2].kind == Expression::Kind::kName;
  const std::string by = words ? parts[1].text : "", order = words ? parts[2].text : "";
  if (!(by == "AVG" || by == "MIN" || by == "MAX" || by == "SUM") || !(order == "ASC" || order == "DESC"))
    throw ExpressionError(
        "SORT takes metrics, one of AVG, MIN, MAX and SUM, one of ASC and DESC, and perhaps a limit.");
  Result over = evaluate(parts[0]);
  if (over.kind != Result::Kind::kSeries && over.kind != Result::Kind::kList)
    throw ExpressionError("SORT takes metrics.");
  std::size_t limit = over.series.size();
  if (parts.size() == 4) {
    const Result most = evaluate(parts[3]);
    if (most.kind != Result::Kind::kNumber || most.number < 1)
      throw ExpressionError("SORT's limit is a number from 1 on.");
    if (most.number < static_cast<double>(limit)) limit = static_cast<std::size_t>(most.number);
  }
  std::vector<std::pair<std::optional<double>, Series>> all;
  for (Series& one : over.series) {
    std::vector<double> values;
    for (const auto& [when, value] : one.values) values.push_back(value);
    all.emplace_back(values.empty() ? std::nullopt : gather(by, values), std::move(one));
  }
  using Gathered = std::pair<std::optional<double>, Series>;
  std::ranges::stable_sort(all, [&](const Gathered& a, const Gathered& b) {
    if (!a.first || !b.first) return a.first.has_value() && !b.first.has_value();  // what has no value comes last
    return order == "ASC" ? a.first.value() < b.first.value() : a.first.value() > b.first.value();
  });
  std::vector<Series> out;
  for (std::size_t i = 0; i < limit; ++i) out.push_back(std::move(all[i].second));
  return Result::of_list(std::move(out));
}

/// SLICE(metrics, 0, 10): some of them; SLICE(metrics, 3): one.
Result Evaluation::sliced(const std::vector<Result>& parts) {
  const bool fine = (parts.size() == 2 || parts.size() == 3) && parts[0].kind == Result::Kind::kList &&
                    std::all_of(parts.begin() + 1, parts.end(),
                                [](const Result& one) { return one.kind == Result::Kind::kNumber && one.number >= 0; });
  if (!fine) throw ExpressionError("SLICE takes an array of metrics and one or two positions from 0 on.");
  const auto most = static_cast<double>(parts[0].series.size());
  const auto begin = static_cast<std::ptrdiff_t>(std::min(parts[1].number, most));
  const auto end = parts.size() == 3 ? static_cast<std::ptrdiff_t>(std::min(parts[2].number, most))
                                     : std::min(begin + 1, static_cast<std::ptrdiff_t>(most));
  if (begin >= end) return Result::of_list({});
  return Result::of_list({parts[0].series.begin() + begin, parts[0].series.begin() + end});
}

}  // namespace hanbat::monitoring
