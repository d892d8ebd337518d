// Conditions joined by && and ||, in parentheses where the pattern has some. Pure.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "services/logs/patterns/comparison.h"

namespace hanbat::logs {

/// Either a condition (no parts) or its parts, of which all or any have to hold.
template <class Condition>
struct Expression {
  enum class Join { kAll, kAny };

  Condition condition = {};
  Join join = Join::kAll;
  std::vector<Expression> parts = {};

  template <class Holds>
  bool holds(const Holds& of_condition) const {
    if (parts.empty()) return of_condition(condition);
    const auto part_holds = [&](const Expression& part) { return part.holds(of_condition); };
    return join == Join::kAll ? std::all_of(parts.begin(), parts.end(), part_holds)
                              : std::any_of(parts.begin(), parts.end(), part_holds);
  }
  template <class Visit>
  void visit(const Visit& visitor) const {
    if (parts.empty()) visitor(condition);
    for (const Expression& part : parts) part.visit(visitor);
  }
};

/// How deep parentheses may lie in each other.
inline constexpr int kMostParentheses = 32;

/// Reads conditions with `read(reader)`. && binds closer than ||. Throws InvalidParameterException.
template <class Condition, class Read>
Expression<Condition> read_expression(PatternReader& reader, const Read& read, int depth = 0) {
  using One = Expression<Condition>;
  if (depth > kMostParentheses) throw invalid_pattern();
  const auto read_part = [&]() -> One {
    if (!reader.take("(")) return {.condition = read(reader)};
    One inner = read_expression<Condition>(reader, read, depth + 1);
    reader.require(")");
    return inner;
  };
  const auto joined = [&](const char* sign, typename One::Join join, const auto& read_one) {
    One all{.join = join};
    all.parts.push_back(read_one());
    while (reader.take(sign)) all.parts.push_back(read_one());
    if (all.parts.size() > 1) return all;
    One only = std::move(all.parts.front());
    return only;
  };
  return joined("||", One::Join::kAny, [&] { return joined("&&", One::Join::kAll, read_part); });
}

}  // namespace hanbat::logs
