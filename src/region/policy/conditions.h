// The condition block of a statement: operators, quantifiers and policy variables against the keys of a request.
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Variables".
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "region/policy/document.h"

namespace hanbat::region::policy {

/// What is known about a request, by condition key. Keys compare without regard to case.
class Context {
 public:
  /// A key as it was spelled, and its values; those of binary keys are base64.
  struct Entry {
    std::string key;
    std::vector<std::string> values;
  };

  void set(std::string_view key, std::string value);
  void set(std::string_view key, std::vector<std::string> values);
  /// The key's values, or null when the request has no such key.
  const std::vector<std::string>* find(std::string_view key) const;
  /// All keys, by lower-cased name.
  const std::map<std::string, Entry>& entries() const { return entries_; }

 private:
  std::map<std::string, Entry> entries_;
};

enum class Variables { kReplaced, kLiteral };

/// Whether every condition holds. Names of keys that were asked for and absent are added to `missing`.
bool conditions_hold(const std::vector<Condition>& conditions, const Context& context, Variables variables,
                     std::set<std::string>& missing);

/// Whether a pattern with `*`, `?` and policy variables matches the whole text. What a variable stands for is literal;
/// a pattern with a variable that has neither value nor default matches nothing.
bool pattern_matches(std::string_view pattern, std::string_view text, const Context& context, Variables variables);

/// Whether an address lies in "203.0.113.0/24", "2001:db8::/32" or is that one address.
bool address_in(std::string_view address, std::string_view block);

}  // namespace hanbat::region::policy
