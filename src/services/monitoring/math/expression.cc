#include "services/monitoring/math/expression.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <utility>

#include "base/text.h"

namespace hanbat::monitoring {
namespace {

constexpr int kDeepestNested = 60;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Sign {
  std::string_view text;
  Operator op;
};

constexpr Sign kOr[] = {{"||", Operator::kOr}, {"OR", Operator::kOr}};
constexpr Sign kAnd[] = {{"&&", Operator::kAnd}, {"AND", Operator::kAnd}};
constexpr Sign kCompare[] = {{"==", Operator::kEqual},       {"!=", Operator::kNotEqual},
                             {"<=", Operator::kLessOrEqual}, {">=", Operator::kGreaterOrEqual},
                             {"<", Operator::kLess},         {">", Operator::kGreater}};
constexpr Sign kSum[] = {{"+", Operator::kAdd}, {"-", Operator::kSubtract}};
constexpr Sign kProduct[] = {{"*", Operator::kMultiply}, {"/", Operator::kDivide}};
/// What binds least comes first.
constexpr std::span<const Sign> kLevels[] = {kOr, kAnd, kCompare, kSum, kProduct};

class Parser {
 public:
  explicit Parser(std::string_view text) : all_(text), rest_(text) {}

  Expression whole() {
    Expression out = level(0);
    skip_blanks();
    if (!rest_.empty()) fail("unexpected '" + std::string(rest_.substr(0, 10)) + "'");
    return out;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw ExpressionError("Error in expression '" + std::string(all_) + "' at position " +
                          std::to_string(all_.size() - rest_.size()) + ": " + what);
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool take(std::string_view sign) {
    skip_blanks();
    if (!rest_.starts_with(sign)) return false;
    // A word ends where its letters do: ORDERS is a name.
    if (is_letter(sign[0]) && rest_.size() > sign.size() &&
        (is_letter(rest_[sign.size()]) || is_digit(rest_[sign.size()])))
      return false;
    rest_.remove_prefix(sign.size());
    return true;
  }

  Expression level(std::size_t which) {
    if (++depth_ > kDeepestNested * static_cast<int>(std::size(kLevels))) fail("it is nested too deeply");
    Expression left = which + 1 < std::size(kLevels) ? level(which + 1) : unary();
    for (bool more = true; more;) {
      more = false;
      for (const Sign& sign : kLevels[which]) {
        if (!take(sign.text)) continue;
        Expression right = which + 1 < std::size(kLevels) ? level(which + 1) : unary();
        left = binary(sign.op, std::move(left), std::move(right));
        more = true;
        break;
      }
    }
    --depth_;
    return left;
  }

  Expression binary(Operator op, Expression left, Expression right) {
    constexpr int kMostParts = 400;
    if (++parts_ > kMostParts) fail("it is too long");
    Expression out;
    out.kind = Expression::Kind::kOperator;
    out.op = op;
    out.parts.push_back(std::move(left));
    out.parts.push_back(std::move(right));
    return out;
  }

  Expression unary() {
    int signs = 0;
    while (take("-")) ++signs;
    Expression inner = power();
    if (signs % 2 == 0) return inner;
    Expression out;
    out.kind = Expression::Kind::kOperator;
    out.op = Operator::kNegate;
    out.parts.push_back(std::move(inner));
    return out;
  }

  Expression power() {
    Expression base = primary();
    if (!take("^")) return base;
    if (++depth_ > kDeepestNested * static_cast<int>(std::size(kLevels))) fail("it is nested too deeply");
    Expression out = binary(Operator::kPower, std::move(base), unary());
    --depth_;
    return out;
  }

  Expression primary() {
    skip_blanks();
    if (rest_.empty()) fail("it ends too early");
    const char c = rest_[0];
    if (take("(")) {
      Expression out = level(0);
      if (!take(")")) fail("')' is missing");
      return out;
    }
    if (take("[")) {
      Expression out;
      out.kind = Expression::Kind::kList;
      out.parts = listed("]");
      return out;
    }
    if (c == '"' || c == '\'') return text(c);
    if (is_digit(c) || c == '.') return number();
    if (is_letter(c)) return word();
    fail("unexpected '" + std::string(1, c) + "'");
  }

  std::vector<Expression> listed(std::string_view end) {
    std::vector<Expression> out;
    if (take(end)) return out;
    do out.push_back(level(0));
    while (take(","));
    if (!take(end)) fail("'" + std::string(end) + "' is missing");
    return out;
  }

  Expression text(char quote) {
    const std::size_t end = rest_.find(quote, 1);
    if (end == rest_.npos) fail("a text has no end");
    Expression out;
    out.kind = Expression::Kind::kText;
    out.text = std::string(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return out;
  }

  Expression number() {
    Expression out;
    const auto result = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out.number);
    if (result.ec != std::errc() || !std::isfinite(out.number)) fail("a number that is none");
    rest_.remove_prefix(static_cast<std::size_t>(result.ptr - rest_.data()));
    return out;
  }

  Expression word() {
    std::size_t size = 0;
    while (size < rest_.size() && (is_letter(rest_[size]) || is_digit(rest_[size]))) ++size;
    Expression out;
    out.kind = Expression::Kind::kName;
    out.text = std::string(rest_.substr(0, size));
    rest_.remove_prefix(size);
    if (!take("(")) return out;
    out.kind = Expression::Kind::kCall;
    out.text = upper(out.text);
    out.parts = listed(")");
    return out;
  }

  static std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    return out;
  }

  std::string_view all_, rest_;
  int depth_ = 0;
  int parts_ = 0;
};

void collect(const Expression& expression, std::vector<std::string>& out) {
  if (expression.kind == Expression::Kind::kName && std::ranges::find(out, expression.text) == out.end())
    out.push_back(expression.text);
  for (const Expression& part : expression.parts) collect(part, out);
}

}  // namespace

Expression parse_expression(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.size() > 6 && iequals(trimmed.substr(0, 6), "SELECT") && trimmed[6] == ' ')
    throw ExpressionNotBuilt("queries of Metrics Insights (SELECT)");
  return Parser(trimmed).whole();
}

std::vector<std::string> names_of(const Expression& expression) {
  std::vector<std::string> out;
  collect(expression, out);
  return out;
}

}  // namespace hanbat::monitoring
