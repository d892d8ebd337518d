// CloudWatch Logs' unstructured filter patterns: which messages they match. Pure.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hanbat::logs {

/// All plain terms, and at least one of the `?` terms if there are any, and none of the `-` terms. Terms match anywhere
/// in the message, case counts; an empty pattern matches everything.
class FilterPattern {
 public:
  /// Throws wire::Error InvalidParameterException, or 501 for the kinds of pattern that are not built.
  explicit FilterPattern(std::string_view text);
  bool matches(std::string_view message) const;

 private:
  std::vector<std::string> all_;
  std::vector<std::string> any_;
  std::vector<std::string> none_;
};

}  // namespace hanbat::logs
