#include "main/cli/task/json_schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <regex>
#include <stdexcept>
#include <string_view>

#include "base/text.h"
#include "base/utf8.h"

namespace hanbat::cli::task {
namespace {

std::string kind_of(const Json& value) {
  if (value.is_null()) return "nothing";
  if (value.is_bool()) return "boolean";
  if (value.is_int()) return "integer";
  if (value.is_number()) return "number";
  if (value.is_string()) return "string";
  return value.is_array() ? "array" : "object";
}

bool is_of_type(const Json& value, const std::string& type) {
  return kind_of(value) == type || (type == "number" && value.is_number());
}

/// What somebody who wrote the file has to do.
std::string way_to(const std::string& type, const Json& value) {
  if (type == "string" && (value.is_number() || value.is_bool())) return "; write it in quotes";
  if (type == "array") return "; write a list, a line with - for each";
  if (type == "object") return "; write names with values below it";
  return "";
}

class Holder {
 public:
  explicit Holder(const Json& root) : root_(root) {}

  void hold(const Json& value, const Json& schema, const std::string& place) {
    for (const auto& [word, rule] : schema.members()) {
      if (word == "$ref")
        hold(value, referred(rule.as_string()), place);
      else if (word == "type" && !is_of_type(value, rule.as_string()))
        return fault(place, fmt::format("is {} and must be {}{}", kind_of(value), rule.as_string(),
                                        way_to(rule.as_string(), value)));
      else if (!hold_word(value, word, rule, schema, place))
        throw std::invalid_argument("the schema says " + word + ", which is not held here");
    }
  }

  std::vector<SchemaFault> faults;

 private:
  bool hold_word(const Json& value, const std::string& word, const Json& rule, const Json& schema,
                 const std::string& place) {
    static constexpr std::array<std::string_view, 5> kDescribing = {"$schema", "title", "description", "$defs", "type"};
    if (std::find(kDescribing.begin(), kDescribing.end(), word) != kDescribing.end()) return true;
    if (word == "enum") return hold_enum(value, rule, place);
    if (word == "required" || word == "properties" || word == "additionalProperties")
      return !value.is_object() || hold_members(value, word, rule, schema, place);
    if (word == "items" || word == "minItems") return !value.is_array() || hold_items(value, word, rule, place);
    if (word == "minLength" || word == "pattern") return !value.is_string() || hold_text(value, word, rule, place);
    if (word == "minimum") {
      if (value.is_number() && value.as_double() < rule.as_double())
        fault(place, fmt::format("is {} and must be at least {}", value.dump(), rule.dump()));
      return true;
    }
    return false;
  }

  bool hold_enum(const Json& value, const Json& rule, const std::string& place) {
    const auto& words = rule.items();
    if (std::find(words.begin(), words.end(), value) == words.end()) {
      std::vector<std::string> all;
      for (const Json& one : words) all.push_back(one.dump());
      fault(place, fmt::format("is {} and must be {}", value.dump(), join(all, " or ")));
    }
    return true;
  }

  bool hold_members(const Json& value, const std::string& word, const Json& rule, const Json& schema,
                    const std::string& place) {
    if (word == "required") {
      for (const Json& name : rule.items())
        if (!value.contains(name.as_string())) fault(below(place, name.as_string()), "is missing");
    } else if (word == "properties") {
      for (const auto& [name, one] : value.members())
        if (const Json* inner = rule.find(name)) hold(one, *inner, below(place, name));
    } else {
      std::vector<std::string> known;
      for (const auto& [name, inner] : schema["properties"].members()) known.push_back(name);
      for (const auto& [name, one] : value.members())
        if (!schema["properties"].contains(name))
          fault(below(place, name), "is no name that is known here; there are " + join(known, ", "));
    }
    return true;
  }

  bool hold_items(const Json& value, const std::string& word, const Json& rule, const std::string& place) {
    if (word == "minItems") {
      if (value.size() < static_cast<std::size_t>(rule.as_int()))
        fault(place, fmt::format("has {} and must have at least {}", value.size(), rule.as_int()));
      return true;
    }
    for (std::size_t i = 0; i < value.size(); ++i) hold(value.items()[i], rule, fmt::format("{}[{}]", place, i));
    return true;
  }

  bool hold_text(const Json& value, const std::string& word, const Json& rule, const std::string& place) {
    const std::string& text = value.as_string();
    if (word == "minLength") {
      if (utf8_length(text) < static_cast<std::size_t>(rule.as_int())) fault(place, "is too short");
    } else if (text.size() > 1000 || !std::regex_match(text, std::regex(rule.as_string()))) {
      fault(place, fmt::format("is \"{}\" and must be of the form {}", text, rule.as_string()));
    }
    return true;
  }

  const Json& referred(const std::string& name) const {
    constexpr std::string_view kBelow = "#/$defs/";
    const Json* found = name.starts_with(kBelow) ? root_["$defs"].find(name.substr(kBelow.size())) : nullptr;
    if (!found) throw std::invalid_argument("the schema names " + name + ", which is not in it");
    return *found;
  }

  static std::string below(const std::string& place, const std::string& name) {
    return place.empty() ? name : place + '.' + name;
  }
  void fault(const std::string& place, const std::string& message) { faults.push_back({place, message}); }

  const Json& root_;
};

}  // namespace

std::vector<SchemaFault> hold_against_schema(const Json& value, const Json& schema) {
  Holder holder(schema);
  holder.hold(value, schema, "");
  return std::move(holder.faults);
}

}  // namespace hanbat::cli::task
