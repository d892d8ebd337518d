#include "services/events/rules/pattern.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"

namespace hanbat::events {
namespace {

constexpr int kDeepest = 50;

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
      throw PatternError("Unsupported anything inside " + std::string(operation) + " match");
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

LeafTest numeric(const Json& value) {
  if (!value.is_array()) throw PatternError("Value of numeric must be an array.");
  const auto& items = value.items();
  if (items.empty() || items.size() % 2 != 0 || items.size() > 4) throw PatternError("Invalid member in numeric match");
  LeafTest condition{.kind = LeafTest::Kind::kNumeric};
  for (std::size_t i = 0; i < items.size(); i += 2) {
    static const std::vector<std::string> kOperators = {"=", "<", "<=", ">", ">="};
    if (!items[i].is_string() ||
        std::find(kOperators.begin(), kOperators.end(), items[i].as_string()) == kOperators.end())
      throw PatternError("Unrecognized numeric range operator: " + items[i].dump());
    if (!items[i + 1].is_number()) throw PatternError("Value of " + items[i].as_string() + " must be numeric");
    condition.numeric.emplace_back(items[i].as_string(), items[i + 1].as_double());
  }
  if (items.size() == 4 && (items[0].as_string()[0] == items[2].as_string()[0] || items[0].as_string() == "="))
    throw PatternError("Bad numeric range operator: " + items[2].as_string());
  return condition;
}

LeafTest anything_but(const Json& value) {
  if (value.is_object()) {
    if (value.size() != 1 || !is_text_operation(value.members().front().first))
      throw PatternError("Unsupported anything-but pattern");
    const auto& [operation, operand] = value.members().front();
    LeafTest condition{.kind = LeafTest::Kind::kAnythingButText};
    if (operand.is_array()) {
      if (operand.empty()) throw PatternError("Empty arrays are not allowed");
      for (const Json& item : operand.items()) condition.texts.push_back(text_test(operation, item));
    } else {
      condition.texts.push_back(text_test(operation, operand));
    }
    return condition;
  }
  LeafTest condition{.kind = LeafTest::Kind::kAnythingBut};
  if (value.is_array()) {
    if (value.empty()) throw PatternError("Empty arrays are not allowed");
    for (const Json& item : value.items()) {
      if (!item.is_string() && !item.is_number())
        throw PatternError("Inside anything but list, start|null|boolean is not supported.");
      if (item.is_string() != value.items().front().is_string())
        throw PatternError(
            "Inside anything but list, either all values are number or string, mixed type is not supported");
      condition.values.push_back(item);
    }
  } else {
    condition.values.push_back(value);
  }
  return condition;
}

LeafTest read_condition(const Json& entry) {
  if (entry.is_array()) throw PatternError("Match value must be String, number, true, false, or null");
  if (!entry.is_object()) return {.kind = LeafTest::Kind::kValue, .values = {entry}};
  if (entry.size() != 1) throw PatternError("Only one key allowed in match expression");
  const auto& [operation, operand] = entry.members().front();
  if (is_text_operation(operation)) return {.kind = LeafTest::Kind::kText, .texts = {text_test(operation, operand)}};
  if (operation == "numeric") return numeric(operand);
  if (operation == "anything-but") return anything_but(operand);
  if (operation == "exists") {
    if (!operand.is_bool()) throw PatternError("exists match pattern must be either true or false.");
    return {.kind = operand.as_bool() ? LeafTest::Kind::kExists : LeafTest::Kind::kAbsent};
  }
  if (operation == "cidr") {
    const auto network = parse_network(require_text(operand, "cidr"));
    if (!network) throw PatternError("Malformed CIDR, one '/' required");
    return {.kind = LeafTest::Kind::kCidr, .network = *network};
  }
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
  if (json.empty()) throw PatternError("Empty objects are not allowed");
  return read(json, 0);
}

Pattern Pattern::read(const Json& object, int depth) {
  if (depth > kDeepest) throw PatternError("The pattern is nested too deeply");
  Pattern pattern;
  for (const auto& [name, value] : object.members()) {
    // "$or" is an operator only with two or more objects below it; otherwise it is a field like any other.
    if (name == "$or" && value.is_array() && value.size() >= 2 &&
        std::all_of(value.items().begin(), value.items().end(), [](const Json& item) { return item.is_object(); })) {
      auto& alternatives = pattern.either_.emplace_back();
      for (const Json& item : value.items()) alternatives.push_back(read(item, depth + 1));
      continue;
    }
    Field field{.name = name, .conditions = {}, .nested = nullptr};
    if (value.is_object()) {
      if (value.empty()) throw PatternError("Empty objects are not allowed");
      field.nested = std::make_shared<const Pattern>(read(value, depth + 1));
    } else if (value.is_array()) {
      if (value.empty()) throw PatternError("Empty arrays are not allowed");
      for (const Json& entry : value.items()) field.conditions.push_back(read_condition(entry));
    } else {
      throw PatternError("\"" + name + "\" must be an object or an array");
    }
    pattern.fields_.push_back(std::move(field));
  }
  return pattern;
}

bool Pattern::matches_leaf(const std::vector<LeafTest>& conditions, const Json* value) {
  const bool absent = !value || value->is_object() || (value->is_array() && value->empty());
  return std::any_of(conditions.begin(), conditions.end(), [&](const LeafTest& condition) {
    if (condition.kind == LeafTest::Kind::kAbsent) return absent;
    if (absent) return false;
    if (!value->is_array()) return condition.holds(*value);
    return std::any_of(value->items().begin(), value->items().end(),
                       [&](const Json& item) { return condition.holds(item); });
  });
}

bool Pattern::matches_fields(const Json& event) const {
  for (const Field& field : fields_) {
    const Json* value = event.is_object() ? event.find(field.name) : nullptr;
    if (!field.nested) {
      if (!matches_leaf(field.conditions, value)) return false;
      continue;
    }
    if (value && value->is_array()) {
      // All fields below an array of objects are sought in one and the same element.
      if (std::none_of(value->items().begin(), value->items().end(),
                       [&](const Json& item) { return field.nested->matches_fields(item); }))
        return false;
      continue;
    }
    if (!field.nested->matches_fields(value ? *value : Json())) return false;
  }
  return std::all_of(either_.begin(), either_.end(), [&](const std::vector<Pattern>& alternatives) {
    return std::any_of(alternatives.begin(), alternatives.end(),
                       [&](const Pattern& alternative) { return alternative.matches_fields(event); });
  });
}

}  // namespace hanbat::events
