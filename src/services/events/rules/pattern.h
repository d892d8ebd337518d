// Event patterns: which events a rule wants. A pattern has the shape of the event; its leaves are lists of conditions
// of which one must hold. The language is that of the EventBridge user guide ("Comparison operators"); where the guide
// is silent, it is what AWS's published matcher (aws/event-ruler) does: names are flattened with dots, so that "a.b"
// and
// {"a": {"b": …}} are one path in the pattern and in the event, and what is found below one array is found in one
// element.
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

/// Where in its arrays a value lies: the array's number in the event, and the index of the element.
using Elements = std::vector<std::pair<int, int>>;

/// An event as patterns see it: its scalar values by their dotted paths.
class FlatEvent {
 public:
  /// `event` has to live as long as this does.
  explicit FlatEvent(const Json& event);

  struct Value {
    const Json* json;
    Elements elements;
  };
  /// The values at a path, in the event's order; none where the event has no scalar there.
  const std::vector<Value>& at(const std::string& path) const;

 private:
  void add_object(const Json& object, const std::string& prefix, Elements& elements, int depth);
  void add(const Json& value, const std::string& path, Elements& elements, int depth);

  std::map<std::string, std::vector<Value>> values_;
  int arrays_ = 0;
};

class Pattern {
 public:
  /// Reads a pattern. Throws PatternError.
  static Pattern parse(std::string_view text);

  bool matches(const Json& event) const { return matches(FlatEvent(event)); }
  bool matches(const FlatEvent& event) const;

 private:
  using Leaf = std::vector<LeafTest>;          // of which one must hold
  using Leaves = std::map<std::string, Leaf>;  // by dotted path; all must hold

  static void read(const Json& object, const std::string& prefix, bool in_or, int depth, std::vector<Leaves>& branches);

  std::vector<Leaves> branches_;  // of which one must hold: each choice among the pattern's $or
};

}  // namespace hanbat::events
