// CloudWatch Logs' filter patterns: which events they match. Pure.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "services/logs/patterns/delimited_pattern.h"
#include "services/logs/patterns/json_pattern.h"

namespace hanbat::logs {

/// All plain terms, and at least one of the `?` terms if there are any, and none of the `-` terms. Terms match anywhere
/// in the message, case counts; an empty pattern matches everything.
class TermPattern {
 public:
  /// Throws InvalidParameterException, and 501 for a regular expression (`%…%`).
  explicit TermPattern(std::string_view text);
  bool matches(std::string_view message) const;

 private:
  std::vector<std::string> all_;
  std::vector<std::string> any_;
  std::vector<std::string> none_;
};

/// A pattern of whichever kind its first character says: `{` JSON, `[` fields between blanks, else terms.
class FilterPattern {
 public:
  /// Throws wire::Error InvalidParameterException, and 501 for a regular expression (`%…%`).
  explicit FilterPattern(std::string_view text);
  bool matches(std::string_view message) const { return match(message).has_value(); }
  /// What the pattern names of an event that matches ("$.status", "$ip"); nothing for one that does not.
  std::optional<std::map<std::string, std::string>> match(std::string_view message) const;

 private:
  std::variant<TermPattern, JsonPattern, DelimitedPattern> pattern_;
};

}  // namespace hanbat::logs
