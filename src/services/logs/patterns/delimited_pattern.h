// Filter patterns over events of fields between blanks: `[ip, ..., status = 5*, bytes > 1000]`. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/logs/patterns/expression.h"

namespace hanbat::logs {

class DelimitedPattern {
 public:
  /// `text` begins with '['. Throws InvalidParameterException.
  explicit DelimitedPattern(std::string_view text);
  /// The event's fields by "$<name>"; nothing when the event does not match. An event has to have as many fields as the
  /// pattern; where that has an ellipsis, at least as many as it names.
  std::optional<std::map<std::string, std::string>> match(std::string_view message) const;

 private:
  struct Field {
    std::string name;
    std::optional<Expression<Comparison>> expression = {};
  };
  static Field require_field(PatternReader& reader);

  std::vector<Field> fields_;
  std::optional<std::size_t> ellipsis_;  // the field before which it stands
};

}  // namespace hanbat::logs
