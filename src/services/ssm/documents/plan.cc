#include "services/ssm/documents/plan.h"

#include <algorithm>

#include "base/text.h"
#include "gen/ssm/model.h"
#include "services/ssm/parameters/allowed_pattern.h"

namespace hanbat::ssm {
namespace {

constexpr std::int64_t kLongestScript = 172800;
constexpr std::string_view kStore = "ssm:";  // what a reference to Parameter Store begins with

[[noreturn]] void refuse_value(const DocumentParameterFacts& parameter, const std::string& why) {
  throw InvalidParameters("Parameter \"" + parameter.name + "\" has a value that is not valid, " + why);
}

Json parse_value(const DocumentParameterFacts& parameter, const std::string& value) {
  try {
    return Json::parse(value);
  } catch (const JsonError&) {
    refuse_value(parameter, "it takes JSON: " + value);
  }
}

void check_text(const DocumentParameterFacts& parameter, const std::string& value) {
  const auto length = static_cast<std::int64_t>(value.size());
  if (!parameter.allowed.empty() && std::ranges::find(parameter.allowed, value) == parameter.allowed.end())
    refuse_value(parameter, "it takes one of [" + join(parameter.allowed, ", ") + "]: " + value);
  if (length < parameter.least_characters.value_or(0) || length > parameter.most_characters.value_or(length))
    refuse_value(parameter, "its length is out of bounds: " + value);
  if (parameter.pattern.empty()) return;
  try {
    require_match(parameter.pattern, value);
  } catch (const wire::Error&) {
    refuse_value(parameter, "it does not match " + parameter.pattern + ": " + value);
  }
}

void check_count(const DocumentParameterFacts& parameter, std::size_t count) {
  const auto items = static_cast<std::int64_t>(count);
  if (items < parameter.least_items.value_or(0) || items > parameter.most_items.value_or(items))
    refuse_value(parameter, "the number of its items is out of bounds: " + std::to_string(items));
}

/// What the caller gave for the parameter.
Json value_given(const DocumentParameterFacts& parameter, const std::vector<std::string>& values) {
  const bool list = parameter.type == ValueType::kStringList || parameter.type == ValueType::kMapList;
  if (!list && values.size() != 1) throw InvalidParameters("Parameter \"" + parameter.name + "\" takes one value.");
  for (const std::string& value : values) check_text(parameter, value);
  if (list) check_count(parameter, values.size());
  switch (parameter.type) {
    case ValueType::kString:
      return values.front();
    case ValueType::kStringList:
      return Json(values);
    case ValueType::kInteger:
      if (const auto number = parse_int(values.front())) return *number;
      refuse_value(parameter, "it takes a number: " + values.front());
    case ValueType::kBoolean:
      if (lower(values.front()) == "true" || lower(values.front()) == "false") return lower(values.front()) == "true";
      refuse_value(parameter, "it takes true or false: " + values.front());
    case ValueType::kStringMap: {
      Json map = parse_value(parameter, values.front());
      if (!map.is_object()) refuse_value(parameter, "it takes a JSON object: " + values.front());
      return map;
    }
    case ValueType::kMapList:
      break;
  }
  Json maps = Json::array();
  for (const std::string& value : values) {
    maps.push_back(parse_value(parameter, value));
    if (!maps.items().back().is_object()) refuse_value(parameter, "it takes JSON objects: " + value);
  }
  return maps;
}

using Values = std::map<std::string, Json>;

Values values_of(const DocumentFacts& document, const std::string& name, const Parameters& parameters) {
  for (const auto& [given, values] : parameters)
    if (std::ranges::find(document.parameters, given, &DocumentParameterFacts::name) == document.parameters.end())
      throw InvalidParameters("document " + name + " does not support parameters: " + given);
  Values values;
  for (const DocumentParameterFacts& one : document.parameters) {
    const auto given = parameters.find(one.name);
    if (given != parameters.end() && !given->second.empty())
      values[one.name] = value_given(one, given->second);
    else if (one.usual)
      values[one.name] = *one.usual;
    else
      throw InvalidParameters("Parameter \"" + one.name + "\" requires a value.");
  }
  return values;
}

/// A "{{ name }}" that begins at the place, with the name within; nothing when there is none.
struct Reference {
  std::string name;
  std::size_t end;
};
std::optional<Reference> reference_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 1100;  // the longest name of a parameter, and some spaces
  const std::string_view within = text.substr(at + 2, kLongest);
  const std::size_t length = within.find("}}");
  if (length == within.npos) return std::nullopt;
  return Reference{std::string(trim(within.substr(0, length))), at + length + 4};
}

bool names_the_store(const std::string& text) {
  for (std::size_t at = text.find("{{"); at != text.npos; at = text.find("{{", at + 1))
    if (const auto reference = reference_at(text, at); reference && reference->name.starts_with(kStore)) return true;
  return false;
}

using Lookup = std::function<std::optional<Json>(const std::string&)>;

/// The text with what its references stand for; one that is all of the text becomes its value. What is put in is not
/// looked at again, and a reference to nothing that is known stays as it is: scripts have braces of their own.
Json put_in_text(const std::string& text, const Lookup& lookup) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t next = std::min(text.find("{{", at), text.size());
    out += text.substr(at, next - at);
    at = next;
    if (at == text.size()) break;
    const auto reference = reference_at(text, at);
    const auto value = reference ? lookup(reference->name) : std::nullopt;
    if (!value) {
      out += text[at++];
      continue;
    }
    if (trim(text) == std::string_view(text).substr(at, reference->end - at)) return *value;
    out += text_of(*value);
    at = reference->end;
  }
  return out;
}

Json put_in(const Json& json, const Lookup& lookup) {
  if (json.is_string()) return put_in_text(json.as_string(), lookup);
  if (json.is_array()) {
    Json list = Json::array();
    for (const Json& item : json.items()) {
      Json one = put_in(item, lookup);
      // A list in the place of an item is its items.
      if (item.is_string() && one.is_array())
        for (Json& inner : one.items()) list.push_back(std::move(inner));
      else
        list.push_back(std::move(one));
    }
    return list;
  }
  if (!json.is_object()) return json;
  Json map = Json::object();
  for (const auto& [name, value] : json.members()) map[name] = put_in(value, lookup);
  return map;
}

void check_step_inputs(const PlannedStep& step) {
  if (const Json* timeout = step.inputs.find("timeoutSeconds"); timeout && !names_the_store(text_of(*timeout))) {
    const auto seconds = parse_int(text_of(*timeout));
    if (!seconds || *seconds < 1 || *seconds > kLongestScript)
      throw InvalidParameters("Parameter \"executionTimeout\" must be between 1 and " + std::to_string(kLongestScript) +
                              " seconds.");
  }
  if (const Json* run = step.inputs.find("runCommand"); run && !run->is_array() && !run->is_string())
    throw InvalidParameters("The input runCommand of step " + step.name + " takes a list of commands.");
  if (const Json* more = step.inputs.find("additionalArguments"); more && !(more->is_object() && more->empty()))
    throw InvalidParameters(
        "Parameter \"additionalArguments\" can be only {} here: no package of this region takes arguments.");
}

void plan_precondition(PlannedStep& step, const std::pair<std::string, std::string>& operands, const Lookup& lookup) {
  const auto& [left, right] = operands;
  step.precondition = "\"StringEquals\": [" + left + ", " + right + "]";
  if (left == kPlatformOperand)
    step.platform = text_of(put_in_text(right, lookup));
  else if (right == kPlatformOperand)
    step.platform = text_of(put_in_text(left, lookup));
  else
    step.holds = text_of(put_in_text(left, lookup)) == text_of(put_in_text(right, lookup));
}

bool says(const PlannedStep& step, const char* input, std::string_view word) {
  return iequals(text_of(step.inputs[input]), word);
}

}  // namespace

Json PlannedStep::to_json() const {
  Json json = Json::object({{"name", name}, {"action", action}, {"inputs", inputs}});
  if (precondition.empty()) return json;
  json["platform"] = platform;
  json["holds"] = holds;
  json["precondition"] = precondition;
  return json;
}

PlannedStep PlannedStep::from_json(const Json& json) {
  return {.name = json.text("name"),
          .action = json.text("action"),
          .inputs = json["inputs"],
          .platform = json.text("platform"),
          .holds = json.flag("holds", true),
          .precondition = json.text("precondition")};
}

Json to_json(const Plan& plan) {
  Json list = Json::array();
  for (const PlannedStep& step : plan) list.push_back(step.to_json());
  return list;
}

Plan plan_from_json(const Json& json) {
  Plan plan;
  for (const Json& step : json.items()) plan.push_back(PlannedStep::from_json(step));
  return plan;
}

Plan plan_of(const DocumentFacts& document, const std::string& name, const Parameters& parameters) {
  const Values values = values_of(document, name, parameters);
  const Lookup lookup = [&](const std::string& wanted) -> std::optional<Json> {
    const auto found = values.find(wanted);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
  Plan plan;
  for (const DocumentStep& one : document.steps) {
    PlannedStep step{.name = one.name, .action = one.action, .inputs = put_in(one.inputs, lookup)};
    if (one.precondition) plan_precondition(step, *one.precondition, lookup);
    check_step_inputs(step);
    plan.push_back(std::move(step));
  }
  return plan;
}

void put_in_references(Plan& plan, const std::function<std::string(const std::string&)>& value_of) {
  std::map<std::string, std::string> known;
  const Lookup lookup = [&](const std::string& wanted) -> std::optional<Json> {
    if (!wanted.starts_with(kStore)) return std::nullopt;
    const std::string name = wanted.substr(kStore.size());
    auto found = known.find(name);
    if (found == known.end()) found = known.emplace(name, value_of(name)).first;
    return found->second;
  };
  for (PlannedStep& step : plan) {
    step.inputs = put_in(step.inputs, lookup);
    check_step_inputs(step);
  }
}

std::optional<std::size_t> next_step(const Plan& plan, std::size_t ended, bool failed) {
  const std::size_t last = plan.empty() ? 0 : plan.size() - 1;
  if (ended >= last) return std::nullopt;
  const PlannedStep& step = plan[ended];
  const bool exits = failed ? says(step, "onFailure", "exit") || says(step, "onFailure", "successAndExit")
                            : says(step, "onSuccess", "exit");
  if (!exits) return ended + 1;
  return says(plan[last], "finallyStep", "true") ? std::optional(last) : std::nullopt;
}

bool forgives(const PlannedStep& step) { return says(step, "onFailure", "successAndExit"); }

}  // namespace hanbat::ssm
