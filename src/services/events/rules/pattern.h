// Event patterns: which events a rule wants. A pattern has the shape of the event; its leaves are lists of conditions
// of which one must hold. The language is that of the EventBridge user guide ("Comparison operators").
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"

namespace hanbat::events {

/// A pattern that is none; the message is what AWS puts after "Event pattern is not valid. Reason: ".
struct PatternError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A text that a condition compares with, and how.
struct TextTest {
  enum class How { kEquals, kPrefix, kSuffix, kEqualsIgnoreCase, kPrefixIgnoreCase, kSuffixIgnoreCase, kWildcard };
  How how;
  std::string text;

  bool holds(std::string_view value) const;
};

/// A network in CIDR notation, IPv4 or IPv6; addresses are held as 16 or 4 bytes.
struct Network {
  std::string bytes;
  int bits = 0;

  bool contains(std::string_view address) const;
};
std::optional<Network> parse_network(std::string_view text);

/// One entry of a leaf's list.
struct LeafTest {
  enum class Kind { kValue, kText, kNumeric, kAnythingBut, kAnythingButText, kExists, kAbsent, kCidr };
  Kind kind;
  std::vector<Json> values;                             // kValue: one; kAnythingBut: all that are excluded
  std::vector<TextTest> texts;                          // kText: one; kAnythingButText: none may hold
  std::vector<std::pair<std::string, double>> numeric;  // all must hold
  Network network;

  /// Whether a value of the event (no array, no object) satisfies this. Not for kAbsent.
  bool holds(const Json& value) const;
};

class Pattern {
 public:
  /// Reads a pattern. Throws PatternError.
  static Pattern parse(std::string_view text);

  bool matches(const Json& event) const { return matches_fields(event); }

 private:
  struct Field {
    std::string name;
    std::vector<LeafTest> conditions;  // of a leaf
    std::shared_ptr<const Pattern> nested;
  };

  static Pattern read(const Json& object, int depth);
  bool matches_fields(const Json& event) const;
  static bool matches_leaf(const std::vector<LeafTest>& conditions, const Json* value);

  std::vector<Field> fields_;
  std::vector<std::vector<Pattern>> either_;  // each $or: one of the alternatives must match
};

}  // namespace hanbat::events
