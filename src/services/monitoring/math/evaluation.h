// What an expression comes to: a number, a series of values over time, or several series.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "services/monitoring/math/expression.h"
#include "services/monitoring/math/search.h"
#include "services/monitoring/metrics/values.h"

namespace hanbat::monitoring {

struct Series {
  std::string label;
  int period = 60;  // seconds
  Values values;
};

struct Result {
  enum class Kind { kNumber, kSeries, kList, kText };

  Kind kind = Kind::kNumber;
  double number = 0;
  std::string text;
  std::vector<Series> series;  // one of kSeries

  static Result of_number(double number);
  static Result of_series(Series series);
  static Result of_list(std::vector<Series> list);
};

/// Evaluates the expressions of one question.
class Evaluation {
 public:
  /// What a name stands for; it throws ExpressionError for one that there is not.
  using Look = std::function<Result(const std::string& id)>;
  /// The series of all metrics (not expressions) whose ids hold the text.
  using Metrics = std::function<std::vector<Series>(const std::string& part)>;

  /// The series of all metrics that a search finds: of a statistic that there is, by a period that there is.
  using Search = std::function<std::vector<Series>(const MetricSearch& search, const std::string& stat, int period)>;

  /// `stretch` and `period` are of what the question asks for; TIME_SERIES and FILL fill them.
  Evaluation(Stretch stretch, int period, Look look, Metrics metrics, Search search)
      : stretch_(stretch),
        period_(period),
        look_(std::move(look)),
        metrics_(std::move(metrics)),
        search_(std::move(search)) {}

  /// Throws ExpressionError and ExpressionNotBuilt.
  Result evaluate(const Expression& expression);

 private:
  Result call(const Expression& expression);
  Result binary(Operator op, const Result& left, const Result& right);
  Result choose(const std::vector<Result>& parts);
  Result fill(const std::vector<Result>& parts, const Expression& expression);
  Result each(const Result& over, const std::function<Values(const Series&)>& change);
  Result search(const Expression& expression);
  Result sorted(const Expression& expression);
  Result sliced(const std::vector<Result>& parts);
  Result gathered(const std::string& name, const Result& over);
  /// Counts values that were made: throws ExpressionError when there are too many.
  void count(std::size_t values);
  std::vector<std::int64_t> moments(int period) const;

  const Stretch stretch_;
  const int period_;
  const Look look_;
  const Metrics metrics_;
  const Search search_;
  std::size_t made_ = 0;
};

}  // namespace hanbat::monitoring
