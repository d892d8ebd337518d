#include "services/monitoring/math/evaluation.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <iterator>
#include <optional>
#include <utility>

#include "services/monitoring/math/gather.h"

namespace hanbat::monitoring {
namespace {

constexpr std::size_t kMostCalculated = 5'000'000;

/// AWS's functions that are not built.
constexpr std::string_view kNotBuilt[] = {"ANOMALY_DETECTION_BAND", "DB_PERF_INSIGHTS", "INSIGHT_RULE_METRIC", "LAMBDA",
                                          "SERVICE_QUOTA"};

double applied(Operator op, double a, double b) {
  switch (op) {
    case Operator::kAdd:
      return a + b;
    case Operator::kSubtract:
      return a - b;
    case Operator::kMultiply:
      return a * b;
    case Operator::kDivide:
      return a / b;
    case Operator::kPower:
      return std::pow(a, b);
    case Operator::kNegate:
      return -a;
    case Operator::kEqual:
      return a == b;
    case Operator::kNotEqual:
      return a != b;
    case Operator::kLess:
      return a < b;
    case Operator::kLessOrEqual:
      return a <= b;
    case Operator::kGreater:
      return a > b;
    case Operator::kGreaterOrEqual:
      return a >= b;
    case Operator::kAnd:
      return a != 0 && b != 0;
    case Operator::kOr:
      return a != 0 || b != 0;
  }
  return 0;
}

/// A value that is no number is none: that of a division by zero.
void put_value(Values& values, std::int64_t at, double value) {
  if (std::isfinite(value)) values[at] = value;
}

/// The value of a number always, of a series where it has one.
std::optional<double> at(const Result& result, std::int64_t when) {
  if (result.kind == Result::Kind::kNumber) return result.number;
  const auto found = result.series.front().values.find(when);
  if (found == result.series.front().values.end()) return std::nullopt;
  return found->second;
}

/// MINUTE, HOUR and the like of a moment; nothing for another name.
std::optional<double> part_of_time(std::string_view name, std::int64_t when) {
  const std::time_t seconds = when;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  if (name == "EPOCH") return static_cast<double>(when);
  if (name == "MINUTE") return utc.tm_min;
  if (name == "HOUR") return utc.tm_hour;
  if (name == "DAY") return utc.tm_wday == 0 ? 7 : utc.tm_wday;  // 1 is Monday
  if (name == "DATE") return utc.tm_mday;
  if (name == "MONTH") return utc.tm_mon + 1;
  if (name == "YEAR") return utc.tm_year + 1900;
  return std::nullopt;
}

/// A function of each value alone; nothing for another name.
std::optional<double (*)(double)> by_value(std::string_view name) {
  if (name == "ABS") return [](double x) { return std::fabs(x); };
  if (name == "CEIL") return [](double x) { return std::ceil(x); };
  if (name == "FLOOR") return [](double x) { return std::floor(x); };
  if (name == "LOG") return [](double x) { return std::log(x); };
  if (name == "LOG10") return [](double x) { return std::log10(x); };
  return std::nullopt;
}

/// A function of how values follow on each other; nothing for another name.
std::optional<Values> by_sequence(std::string_view name, const Series& series) {
  Values out;
  if (name == "RUNNING_SUM") {
    double sum = 0;
    for (const auto& [when, value] : series.values) put_value(out, when, sum += value);
    return out;
  }
  if (name != "DIFF" && name != "DIFF_TIME" && name != "RATE") return std::nullopt;
  const std::pair<const std::int64_t, double>* last = nullptr;
  for (const auto& now : series.values) {
    if (last) {
      const auto seconds = static_cast<double>(now.first - last->first);
      const double more = now.second - last->second;
      put_value(out, now.first, name == "DIFF" ? more : name == "RATE" ? more / seconds : seconds);
    }
    last = &now;
  }
  return out;
}

}  // namespace

Result Result::of_number(double number) { return {.kind = Kind::kNumber, .number = number, .text = {}, .series = {}}; }
Result Result::of_series(Series series) {
  Result out{.kind = Kind::kSeries, .number = 0, .text = {}, .series = {}};
  out.series.push_back(std::move(series));
  return out;
}
Result Result::of_list(std::vector<Series> list) {
  return {.kind = Kind::kList, .number = 0, .text = {}, .series = std::move(list)};
}

void Evaluation::count(std::size_t values) {
  made_ += values;
  if (made_ > kMostCalculated) throw ExpressionError("The expressions come to more than 5000000 values.");
}

std::vector<std::int64_t> Evaluation::moments(int period) const {
  std::vector<std::int64_t> out;
  for (std::int64_t when = stretch_.start; when < stretch_.end; when += period) out.push_back(when);
  return out;
}

Result Evaluation::evaluate(const Expression& expression) {
  switch (expression.kind) {
    case Expression::Kind::kNumber:
      return Result::of_number(expression.number);
    case Expression::Kind::kText:
      return {.kind = Result::Kind::kText, .number = 0, .text = expression.text, .series = {}};
    case Expression::Kind::kName: {
      Result out = look_(expression.text);
      for (const Series& one : out.series) count(one.values.size());
      return out;
    }
    case Expression::Kind::kList: {
      std::vector<Series> all;
      for (const Expression& part : expression.parts) {
        Result one = evaluate(part);
        if (one.kind != Result::Kind::kSeries && one.kind != Result::Kind::kList)
          throw ExpressionError("An array holds metrics.");
        std::move(one.series.begin(), one.series.end(), std::back_inserter(all));
      }
      return Result::of_list(std::move(all));
    }
    case Expression::Kind::kOperator:
      break;
    case Expression::Kind::kCall:
      return call(expression);
  }
  const Result left = evaluate(expression.parts.front());
  if (expression.op == Operator::kNegate) return binary(Operator::kMultiply, Result::of_number(-1), left);
  return binary(expression.op, left, evaluate(expression.parts.back()));
}

Result Evaluation::binary(Operator op, const Result& left, const Result& right) {
  if (left.kind == Result::Kind::kText || right.kind == Result::Kind::kText)
    throw ExpressionError("A text is no operand.");
  if (left.kind == Result::Kind::kNumber && right.kind == Result::Kind::kNumber)
    return Result::of_number(applied(op, left.number, right.number));
  if (left.kind == Result::Kind::kList && right.kind == Result::Kind::kList)
    throw ExpressionError("Two arrays of metrics are no operands of one operation.");
  if (left.kind == Result::Kind::kList || right.kind == Result::Kind::kList) {
    const bool on_left = left.kind == Result::Kind::kList;
    std::vector<Series> all;
    for (const Series& one : (on_left ? left : right).series) {
      Result each = on_left ? binary(op, Result::of_series(one), right) : binary(op, left, Result::of_series(one));
      each.series.front().label = one.label;
      all.push_back(std::move(each.series.front()));
    }
    return Result::of_list(std::move(all));
  }
  const Series& lead = (left.kind == Result::Kind::kSeries ? left : right).series.front();
  Series out{.label = {}, .period = lead.period, .values = {}};
  for (const auto& [when, value] : lead.values) {
    const auto a = at(left, when), b = at(right, when);
    if (a && b) put_value(out.values, when, applied(op, *a, *b));
  }
  count(out.values.size());
  return Result::of_series(std::move(out));
}

Result Evaluation::each(const Result& over, const std::function<Values(const Series&)>& change) {
  if (over.series.empty() && over.kind != Result::Kind::kList) throw ExpressionError("The function takes metrics.");
  Result out = over;
  for (Series& one : out.series) {
    one.values = change(one);
    count(one.values.size());
  }
  return out;
}

Result Evaluation::gathered(const std::string& name, const Result& over) {
  if (over.kind == Result::Kind::kNumber) return over;
  if (over.kind == Result::Kind::kSeries) {
    std::vector<double> values;
    for (const auto& [when, value] : over.series.front().values) values.push_back(value);
    return Result::of_number(gather(name, values).value_or(0));
  }
  std::map<std::int64_t, std::vector<double>> by_time;
  Series out{.label = {}, .period = period_, .values = {}};
  for (const Series& one : over.series) {
    out.period = one.period;
    count(one.values.size());
    for (const auto& [when, value] : one.values) by_time[when].push_back(value);
  }
  for (const auto& [when, values] : by_time) put_value(out.values, when, gather(name, values).value_or(0));
  return Result::of_series(std::move(out));
}

Result Evaluation::choose(const std::vector<Result>& parts) {
  if (parts.size() < 2 || parts.size() > 3) throw ExpressionError("IF takes a condition and one or two values.");
  for (const Result& part : parts)
    if (part.kind == Result::Kind::kList || part.kind == Result::Kind::kText)
      throw ExpressionError("IF takes metrics and numbers.");
  const Result& condition = parts[0];
  if (condition.kind == Result::Kind::kNumber) {
    if (condition.number != 0) return parts[1];
    if (parts.size() == 3) return parts[2];
    return Result::of_series({.label = {}, .period = period_, .values = {}});
  }
  Series out{.label = {}, .period = condition.series.front().period, .values = {}};
  for (const auto& [when, value] : condition.series.front().values) {
    if (value == 0 && parts.size() < 3) continue;
    if (const auto chosen = at(value != 0 ? parts[1] : parts[2], when)) put_value(out.values, when, *chosen);
  }
  count(out.values.size());
  return Result::of_series(std::move(out));
}

Result Evaluation::fill(const std::vector<Result>& parts, const Expression& expression) {
  if (expression.parts.size() != 2) throw ExpressionError("FILL takes metrics and what they are filled with.");
  const Expression& how = expression.parts[1];
  const bool repeat = how.kind == Expression::Kind::kName && how.text == "REPEAT";
  const bool linear = how.kind == Expression::Kind::kName && how.text == "LINEAR";
  const Result with = repeat || linear ? Result::of_number(0) : evaluate(how);
  if (with.kind != Result::Kind::kNumber && with.kind != Result::Kind::kSeries)
    throw ExpressionError("FILL fills with a number, a metric, REPEAT or LINEAR.");
  return each(parts.front(), [&](const Series& series) {
    Values out = series.values;
    for (const std::int64_t when : moments(series.period)) {
      const auto next = series.values.lower_bound(when);
      if (next != series.values.end() && next->first == when) continue;
      const auto before = next == series.values.begin() ? series.values.end() : std::prev(next);
      if (repeat) {
        if (before != series.values.end()) out[when] = before->second;
      } else if (linear) {
        if (before == series.values.end() || next == series.values.end()) continue;
        const double share =
            static_cast<double>(when - before->first) / static_cast<double>(next->first - before->first);
        out[when] = before->second + share * (next->second - before->second);
      } else if (const auto value = at(with, when)) {
        out[when] = *value;
      }
    }
    return out;
  });
}

Result Evaluation::call(const Expression& expression) {
  const std::string& name = expression.text;
  if (std::ranges::find(kNotBuilt, name) != std::end(kNotBuilt)) throw ExpressionNotBuilt("the function " + name);
  if (name == "METRICS") {
    if (expression.parts.empty()) return Result::of_list(metrics_(""));
    if (expression.parts.size() != 1 || expression.parts[0].kind != Expression::Kind::kText)
      throw ExpressionError("METRICS takes nothing or a text.");
    return Result::of_list(metrics_(expression.parts[0].text));
  }
  if (name == "SEARCH") return search(expression);
  if (name == "SORT") return sorted(expression);
  std::vector<Result> parts;
  for (std::size_t i = 0; i < expression.parts.size(); ++i)
    if (name != "FILL" || i == 0) parts.push_back(evaluate(expression.parts[i]));
  if (parts.empty()) throw ExpressionError("The function " + name + " takes an argument.");
  if (name == "IF") return choose(parts);
  if (name == "FILL") return fill(parts, expression);
  if (name == "SLICE") return sliced(parts);
  // MAX([a, b]) is written as MAX(a, b), too.
  if (parts.size() > 1 && (name == "MIN" || name == "MAX" || name == "SUM" || name == "AVG" || name == "STDDEV")) {
    std::vector<Series> all;
    for (Result& part : parts) std::move(part.series.begin(), part.series.end(), std::back_inserter(all));
    if (all.size() < parts.size()) throw ExpressionError("The function " + name + " takes metrics.");
    return gathered(name, Result::of_list(std::move(all)));
  }
  if (parts.size() > 1) throw ExpressionError("The function " + name + " takes one argument.");
  const Result& over = parts.front();
  if (over.kind == Result::Kind::kText) throw ExpressionError("The function " + name + " takes no text.");
  if (gather(name, {1})) return gathered(name, over);
  if (const auto change = by_value(name)) {
    if (over.kind == Result::Kind::kNumber) return Result::of_number((*change)(over.number));
    return each(over, [&](const Series& series) {
      Values out;
      for (const auto& [when, value] : series.values) put_value(out, when, (*change)(value));
      return out;
    });
  }
  if (by_sequence(name, {})) return each(over, [&](const Series& series) { return *by_sequence(name, series); });
  if (part_of_time(name, 0))
    return each(over, [&](const Series& series) {
      Values out;
      for (const auto& [when, value] : series.values) out[when] = *part_of_time(name, when);
      return out;
    });
  if (name == "TIME_SERIES") {
    if (over.kind != Result::Kind::kNumber) throw ExpressionError("TIME_SERIES takes a number.");
    Series out{.label = {}, .period = period_, .values = {}};
    for (const std::int64_t when : moments(period_)) put_value(out.values, when, over.number);
    count(out.values.size());
    return Result::of_series(std::move(out));
  }
  if (over.kind == Result::Kind::kNumber) throw ExpressionError("The function " + name + " takes metrics.");
  if (name == "METRIC_COUNT") return Result::of_number(static_cast<double>(over.series.size()));
  if (name == "DATAPOINT_COUNT") {
    std::size_t values = 0;
    for (const Series& one : over.series) values += one.values.size();
    return Result::of_number(static_cast<double>(values));
  }
  if (name == "PERIOD") return Result::of_number(over.series.empty() ? period_ : over.series.front().period);
  if (name == "REMOVE_EMPTY") {
    std::vector<Series> all = over.series;
    std::erase_if(all, [](const Series& one) { return one.values.empty(); });
    return Result::of_list(std::move(all));
  }
  if (name == "FIRST" || name == "LAST") {
    if (over.series.empty()) throw ExpressionError(name + " of no metrics.");
    return Result::of_series(name == "FIRST" ? over.series.front() : over.series.back());
  }
  throw ExpressionError("There is no function " + name + ".");
}

}  // namespace hanbat::monitoring
