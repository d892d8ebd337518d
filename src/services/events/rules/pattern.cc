#include "services/events/rules/pattern.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace hanbat::events {
namespace {

constexpr int kDeepest = 50;
constexpr std::size_t kMostBranches = 1000;  // AWS: combinations of $or in a pattern
constexpr double kLargestNumber = 5e9;

// '*' is any run; "\*" and "\\" are the characters themselves.
bool wildcard_holds(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
      continue;
    }
    const std::size_t at = p < pattern.size() && pattern[p] == '\\' && p + 1 < pattern.size() ? p + 1 : p;
    if (at < pattern.size() && pattern[at] == text[t]) {
      p = at + 1;
      ++t;
      continue;
    }
    if (star == std::string_view::npos) return false;
    p = star + 1;
    t = ++mark;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::optional<std::string> address_bytes(std::string_view text) {
  const std::string copy(text);
  char out[16];
  if (inet_pton(AF_INET, copy.c_str(), out) == 1) return std::string(out, 4);
  if (inet_pton(AF_INET6, copy.c_str(), out) == 1) return std::string(out, 16);
  return std::nullopt;
}

std::string require_text(const Json& value, std::string_view operation) {
  if (value.is_string()) return value.as_string();
  throw PatternError(std::string(operation) + " match pattern must be a string");
}

TextTest text_test(std::string_view operation, const Json& value) {
  using How = TextTest::How;
  const bool prefix = operation == "prefix";
  if ((prefix || operation == "suffix") && value.is_object()) {
    if (value.size() != 1 || !value.contains("equals-ignore-case"))
      throw PatternError(std::string(operation) + " match pattern must be a string");
    return {prefix ? How::kPrefixIgnoreCase : How::kSuffixIgnoreCase,
            require_text(value["equals-ignore-case"], operation)};
  }
  const std::string text = require_text(value, operation);
  if (prefix) return {How::kPrefix, text};
  if (operation == "suffix") return {How::kSuffix, text};
  if (operation == "equals-ignore-case") return {How::kEqualsIgnoreCase, text};
  if (text.find("**") != std::string::npos)
    throw PatternError("Consecutive wildcard characters at pos " + std::to_string(text.find("**")));
  return {How::kWildcard, text};
}

bool is_text_operation(std::string_view name) {
  return name == "prefix" || name == "suffix" || name == "equals-ignore-case" || name == "wildcard";
}

double bound_of(const Json& value, const std::string& sign) {
  if (!value.is_number()) throw PatternError("Value of " + (sign == "=" ? "equals" : sign) + " must be numeric");
  const double number = value.as_double();
  if (!(std::abs(number) <= kLargestNumber))
    throw PatternError("Value must be between -5000000000 and 5000000000, inclusive");
  return number;
}

LeafTest numeric(const Json& value) {
  if (!value.is_array()) throw PatternError("Value of numeric must be an array.");
  const auto& items = value.items();
  if (items.empty() || !items[0].is_string())
    throw PatternError("Invalid member in numeric match: " + (items.empty() ? "]" : items[0].dump()));
  const std::string& sign = items[0].as_string();
  const bool lower = sign == ">" || sign == ">=";
  if (!lower && sign != "=" && sign != "<" && sign != "<=")
    throw PatternError("Unrecognized numeric range operator: " + sign);
  const double first = bound_of(items.size() > 1 ? items[1] : Json(), sign);
  LeafTest condition{.kind = LeafTest::Kind::kNumeric, .numeric = {{sign, first}}};
  if (items.size() == 2) return condition;

  if (!lower) throw PatternError("Too many elements in numeric expression");
  if (!items[2].is_string()) throw PatternError("Bad value in numeric range: " + items[2].dump());
  const std::string& upper = items[2].as_string();
  if (upper != "<" && upper != "<=") throw PatternError("Bad numeric range operator: " + upper);
  const double second = bound_of(items.size() > 3 ? items[3] : Json(), upper);
  if (items.size() > 4) throw PatternError("Too many terms in numeric range expression");
  if (first >= second) throw PatternError("Bottom must be less than top");
  condition.numeric.emplace_back(upper, second);
  return condition;
}

TextTest excluded_text(const std::string& operation, const Json& value) {
  const bool end = operation == "prefix" || operation == "suffix";
  if (!value.is_string())
    throw PatternError(end ? "prefix/suffix match pattern must be a string"
                           : "Inside anything-but/" + operation + " list, number|start|null|boolean is not supported.");
  if (end && value.as_string().empty()) throw PatternError("Null prefix/suffix not allowed");
  return text_test(operation, value);
}

LeafTest anything_but(const Json& value) {
  if (value.is_object()) {
    if (value.empty()) throw PatternError("Anything-But expression name not found");
    const auto& [operation, operand] = value.members().front();
    if (!is_text_operation(operation)) throw PatternError("Unsupported anything-but pattern: " + operation);
    if (value.size() != 1) throw PatternError("Only one key allowed in match expression");
    LeafTest condition{.kind = LeafTest::Kind::kAnythingButText};
    if (operand.is_array()) {
      if (operand.empty()) throw PatternError("Empty arrays are not allowed");
      for (const Json& item : operand.items()) condition.texts.push_back(excluded_text(operation, item));
    } else {
      condition.texts.push_back(excluded_text(operation, operand));
    }
    return condition;
  }
  LeafTest condition{.kind = LeafTest::Kind::kAnythingBut};
  if (!value.is_array()) {
    if (!value.is_string() && !value.is_number())
      throw PatternError("Value of anything-but must be an array or single string/number value.");
    condition.values.push_back(value);
    return condition;
  }
  const auto& items = value.items();
  for (const Json& item : items)
    if (!item.is_string() && !item.is_number())
      throw PatternError("Inside anything but list, start|null|boolean is not supported.");
  if (items.empty() || std::any_of(items.begin(), items.end(),
                                   [&](const Json& item) { return item.is_string() != items.front().is_string(); }))
    throw PatternError("Inside anything but list, either all values are number or string, mixed type is not supported");
  condition.values.assign(items.begin(), items.end());
  return condition;
}

LeafTest cidr(const Json& value) {
  const std::string text = require_text(value, "prefix");  // AWS names that operation here, too
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || text.find('/', slash + 1) != std::string::npos)
    throw PatternError("Malformed CIDR, one '/' required");
  const auto bits = parse_int(text.substr(slash + 1));
  if (!bits) throw PatternError("Malformed CIDR, mask bits must be an integer");
  if (*bits < 0) throw PatternError("Malformed CIDR, mask bits must not be negative");
  const auto network = parse_network(text);
  if (network && *bits < static_cast<int>(network->bytes.size() * 8))
    return {.kind = LeafTest::Kind::kCidr, .network = *network};
  const auto bytes = address_bytes(text.substr(0, slash));
  if (!bytes) throw PatternError("Nonstandard IP address: " + text.substr(0, slash));
  throw PatternError(bytes->size() == 4 ? "IPv4 mask bits must be < 32" : "IPv6 mask bits must be < 128");
}

LeafTest read_condition(const Json& entry) {
  if (entry.is_array()) throw PatternError("Match value must be String, number, true, false, or null");
  if (!entry.is_object()) return {.kind = LeafTest::Kind::kValue, .values = {entry}};
  if (entry.empty()) throw PatternError("Match expression name not found");
  if (entry.size() != 1) throw PatternError("Only one key allowed in match expression");
  const auto& [operation, operand] = entry.members().front();
  if (is_text_operation(operation)) return {.kind = LeafTest::Kind::kText, .texts = {text_test(operation, operand)}};
  if (operation == "numeric") return numeric(operand);
  if (operation == "anything-but") return anything_but(operand);
  if (operation == "exists") {
    if (!operand.is_bool()) throw PatternError("exists match pattern must be either true or false.");
    return {.kind = operand.as_bool() ? LeafTest::Kind::kExists : LeafTest::Kind::kAbsent};
  }
  if (operation == "cidr") return cidr(operand);
  throw PatternError("Unrecognized match type " + operation);
}

bool same(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) return a.as_double() == b.as_double();
  return a == b;
}

bool number_holds(const std::pair<std::string, double>& test, double value) {
  const auto& [sign, bound] = test;
  if (sign == "=") return value == bound;
  if (sign == "<") return value < bound;
  if (sign == "<=") return value <= bound;
  if (sign == ">") return value > bound;
  return value >= bound;
}

}  // namespace

bool TextTest::holds(std::string_view value) const {
  switch (how) {
    case How::kEquals:
      return value == text;
    case How::kPrefix:
      return value.starts_with(text);
    case How::kSuffix:
      return value.ends_with(text);
    case How::kEqualsIgnoreCase:
      return iequals(value, text);
    case How::kPrefixIgnoreCase:
      return value.size() >= text.size() && iequals(value.substr(0, text.size()), text);
    case How::kSuffixIgnoreCase:
      return value.size() >= text.size() && iequals(value.substr(value.size() - text.size()), text);
    case How::kWildcard:
      return wildcard_holds(text, value);
  }
  return false;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto bytes = address_bytes(text.substr(0, slash));
  const auto bits = parse_int(text.substr(slash + 1));
  if (!bytes || !bits || *bits < 0 || *bits > static_cast<int>(bytes->size() * 8)) return std::nullopt;
  return Network{*bytes, static_cast<int>(*bits)};
}

bool Network::contains(std::string_view address) const {
  const auto other = address_bytes(address);
  if (!other || other->size() != bytes.size()) return false;
  for (int bit = 0; bit < bits; ++bit) {
    const int mask = 0x80 >> (bit % 8);
    if ((bytes[bit / 8] & mask) != ((*other)[bit / 8] & mask)) return false;
  }
  return true;
}

bool LeafTest::holds(const Json& value) const {
  switch (kind) {
    case Kind::kValue:
      return same(values.front(), value);
    case Kind::kText:
      return value.is_string() && texts.front().holds(value.as_string());
    case Kind::kNumeric:
      return value.is_number() && std::all_of(numeric.begin(), numeric.end(),
                                              [&](const auto& test) { return number_holds(test, value.as_double()); });
    case Kind::kAnythingBut:
      return std::none_of(values.begin(), values.end(), [&](const Json& excluded) { return same(excluded, value); });
    case Kind::kAnythingButText:
      return !value.is_string() || std::none_of(texts.begin(), texts.end(),
                                                [&](const TextTest& test) { return test.holds(value.as_string()); });
    case Kind::kExists:
      return true;
    case Kind::kAbsent:
      return false;
    case Kind::kCidr:
      return value.is_string() && network.contains(value.as_string());
  }
  return false;
}

Pattern Pattern::parse(std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const JsonError& error) {
    throw PatternError(error.what());
  }
  if (!json.is_object()) throw PatternError("Filter is not an object");
  Pattern pattern;
  pattern.branches_.emplace_back();
  read(json, "", false, 0, pattern.branches_);
  return pattern;
}

namespace {

// "$or" is an operator only with two or more objects of fields below it; otherwise it is a field like any other.
bool is_or(const std::string& name, const Json& value) {
  return name == "$or" && value.is_array() && value.size() >= 2 &&
         std::all_of(value.items().begin(), value.items().end(), [](const Json& item) { return item.is_object(); });
}

bool is_reserved_in_or(const std::string& name) {
  return is_text_operation(name) || name == "exactly" || name == "numeric" || name == "anything-but" ||
         name == "exists" || name == "cidr";
}

}  // namespace

void Pattern::read(const Json& object, const std::string& prefix, bool in_or, int depth,
                   std::vector<Leaves>& branches) {
  if (depth > kDeepest) throw PatternError("The pattern is nested too deeply");
  if (object.empty()) throw PatternError("Empty objects are not allowed");
  for (const auto& [name, value] : object.members()) {
    if (is_or(name, value)) {
      const std::vector<Leaves> before = std::move(branches);
      branches.clear();
      for (const Json& item : value.items()) {
        std::vector<Leaves> with = before;
        read(item, prefix, true, depth + 1, with);
        branches.insert(branches.end(), with.begin(), with.end());
        if (branches.size() > kMostBranches)
          throw PatternError("Pattern has more than " + std::to_string(kMostBranches) + " combinations of $or");
      }
      continue;
    }
    if (in_or && is_reserved_in_or(name))
      throw PatternError(name + " is Ruler reserved fieldName which cannot be used inside $or.");
    const std::string path = prefix.empty() ? name : prefix + '.' + name;
    if (value.is_object()) {
      read(value, path, in_or, depth + 1, branches);
    } else if (value.is_array()) {
      if (value.empty()) throw PatternError("Empty arrays are not allowed");
      Leaf leaf;
      for (const Json& entry : value.items()) leaf.push_back(read_condition(entry));
      for (Leaves& leaves : branches) leaves[path] = leaf;
    } else {
      throw PatternError("\"" + name + "\" must be an object or an array");
    }
  }
}

}  // namespace hanbat::events
