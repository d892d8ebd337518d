// Metric math as it is written: "100*(errors/requests)", "IF(m1 > 3, FILL(m2, 0))", "SUM(METRICS())".
// Source: CloudWatch User Guide, "Using math expressions with CloudWatch metrics".
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace hanbat::monitoring {

/// What is wrong with an expression, in words for its author.
struct ExpressionError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A function or a form of AWS's that is not built: its name.
struct ExpressionNotBuilt : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Operator {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kPower,
  kNegate,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kAnd,
  kOr,
};

struct Expression {
  enum class Kind { kNumber, kText, kName, kOperator, kCall, kList };

  Kind kind = Kind::kNumber;
  double number = 0;
  std::string text;  // of a text, a name, or the function that is called, in capitals
  Operator op = Operator::kAdd;
  std::vector<Expression> parts;  // operands, arguments, elements
};

/// Throws ExpressionError for what is none, ExpressionNotBuilt for queries of Metrics Insights.
Expression parse_expression(std::string_view text);

/// The ids that it names, each once.
std::vector<std::string> names_of(const Expression& expression);

}  // namespace hanbat::monitoring
