// Filter patterns over JSON events: `{ $.status >= 500 && $.path = "/api/*" }`. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "services/logs/patterns/expression.h"

namespace hanbat::logs {

/// A step of a selector: a member, an element, or all elements.
struct SelectorStep {
  enum class Kind { kMember, kElement, kEveryElement };

  Kind kind = Kind::kMember;
  std::string name = {};
  std::size_t index = 0;
};

/// "$.requests[0].status", as it was written, and its steps.
struct Selector {
  std::string text;
  std::vector<SelectorStep> steps;
};

/// What a condition asks of what its selector names.
struct JsonCondition {
  enum class Test { kComparison, kIsNull, kIsTrue, kIsFalse, kNotExists };

  Selector selector;
  Test test = Test::kComparison;
  Comparison comparison;
};

/// What a selector ("$.user.id") names in an event; nothing when the event is no JSON or has no such value, or when the
/// text is no selector.
std::optional<std::string> value_named(std::string_view selector, std::string_view message);

class JsonPattern {
 public:
  /// `text` begins with '{'. Throws InvalidParameterException.
  explicit JsonPattern(std::string_view text);
  /// The values that the pattern's selectors name, by the selectors' texts; nothing when the event does not match. An
  /// event that is no JSON object matches nothing, and so does a comparison of what is not there.
  std::optional<std::map<std::string, std::string>> match(std::string_view message) const;

 private:
  Expression<JsonCondition> expression_;
};

}  // namespace hanbat::logs
