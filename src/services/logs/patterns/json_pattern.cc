#include "services/logs/patterns/json_pattern.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace hanbat::logs {
namespace {

constexpr std::string_view kWordEnds = "(){}&|=<>!";

bool is_name_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }

/// "[0]", "[*]" or "['a name']", behind the bracket.
SelectorStep require_bracket(PatternReader& reader) {
  SelectorStep step;
  if (reader.take("*")) {
    step.kind = SelectorStep::Kind::kEveryElement;
  } else if (reader.next() == '\'' || reader.next() == '"') {
    step.name = reader.require_quoted(reader.next());
  } else {
    const auto index = parse_int(reader.require_word("]"));
    if (!index || *index < 0) throw invalid_pattern();
    step.kind = SelectorStep::Kind::kElement;
    step.index = static_cast<std::size_t>(*index);
  }
  reader.require("]");
  return step;
}

std::string text_of(const SelectorStep& step) {
  switch (step.kind) {
    case SelectorStep::Kind::kMember:
      if (std::all_of(step.name.begin(), step.name.end(), is_name_character)) return "." + step.name;
      return "['" + step.name + "']";
    case SelectorStep::Kind::kElement:
      return "[" + std::to_string(step.index) + "]";
    case SelectorStep::Kind::kEveryElement:
      return "[*]";
  }
  return "";
}

Selector require_selector(PatternReader& reader) {
  reader.require("$");
  Selector selector{.text = "$", .steps = {}};
  while (true) {
    SelectorStep step;
    if (reader.next() == '[') {
      reader.require("[");
      step = require_bracket(reader);
    } else if (reader.next() == '.') {
      reader.require(".");
      step.name = reader.require_word("(){}&|=<>!.[");
      if (!std::all_of(step.name.begin(), step.name.end(), is_name_character)) throw invalid_pattern();
    } else {
      break;
    }
    selector.text += text_of(step);
    selector.steps.push_back(std::move(step));
  }
  if (selector.steps.empty()) throw invalid_pattern();
  return selector;
}

JsonCondition require_condition(PatternReader& reader) {
  JsonCondition condition{.selector = require_selector(reader)};
  if (reader.take("IS")) {
    const std::string what = reader.require_word(kWordEnds);
    if (what == "NULL")
      condition.test = JsonCondition::Test::kIsNull;
    else if (what == "TRUE")
      condition.test = JsonCondition::Test::kIsTrue;
    else if (what == "FALSE")
      condition.test = JsonCondition::Test::kIsFalse;
    else
      throw invalid_pattern();
  } else if (reader.take("NOT")) {
    reader.require("EXISTS");
    condition.test = JsonCondition::Test::kNotExists;
  } else {
    condition.comparison = reader.require_comparison("(){}&|");
  }
  return condition;
}

void select(const Json& from, const std::vector<SelectorStep>& steps, std::size_t at, std::vector<const Json*>& found) {
  if (at == steps.size()) {
    found.push_back(&from);
    return;
  }
  const SelectorStep& step = steps[at];
  switch (step.kind) {
    case SelectorStep::Kind::kMember:
      if (const Json* member = from.find(step.name)) select(*member, steps, at + 1, found);
      return;
    case SelectorStep::Kind::kElement:
      if (from.is_array() && step.index < from.items().size()) select(from.items()[step.index], steps, at + 1, found);
      return;
    case SelectorStep::Kind::kEveryElement:
      if (!from.is_array()) return;
      for (const Json& item : from.items()) select(item, steps, at + 1, found);
      return;
  }
}

std::vector<const Json*> select(const Json& event, const Selector& selector) {
  std::vector<const Json*> found;
  select(event, selector.steps, 0, found);
  return found;
}

bool fits(const Comparison& comparison, const Json& value) {
  if (value.is_number()) return comparison.fits_number(value.as_double(), value.dump());
  if (value.is_string()) return comparison.fits(value.as_string());
  if (value.is_bool()) return comparison.fits(value.as_bool() ? "true" : "false");
  return false;
}

bool holds(const JsonCondition& condition, const Json& event) {
  const auto found = select(event, condition.selector);
  const auto any = [&](const auto& test) {
    return std::any_of(found.begin(), found.end(), [&](const Json* value) { return test(*value); });
  };
  switch (condition.test) {
    case JsonCondition::Test::kComparison:
      return any([&](const Json& value) { return fits(condition.comparison, value); });
    case JsonCondition::Test::kIsNull:
      return any([](const Json& value) { return value.is_null(); });
    case JsonCondition::Test::kIsTrue:
      return any([](const Json& value) { return value.is_bool() && value.as_bool(); });
    case JsonCondition::Test::kIsFalse:
      return any([](const Json& value) { return value.is_bool() && !value.as_bool(); });
    case JsonCondition::Test::kNotExists:
      return found.empty();
  }
  return false;
}

std::string text_of(const Json& value) { return value.is_string() ? value.as_string() : value.dump(); }

}  // namespace

std::optional<std::string> value_named(std::string_view selector, std::string_view message) {
  if (!trim(message).starts_with('{')) return std::nullopt;
  try {
    PatternReader reader(selector);
    const Selector named = require_selector(reader);
    const Json event = Json::parse(message);
    const auto found = select(event, named);
    if (!reader.at_end() || found.empty() || found.front()->is_null()) return std::nullopt;
    return text_of(*found.front());
  } catch (const JsonError&) {
    return std::nullopt;
  } catch (const wire::Error&) {
    return std::nullopt;
  }
}

JsonPattern::JsonPattern(std::string_view text) {
  PatternReader reader(text);
  reader.require("{");
  expression_ = read_expression<JsonCondition>(reader, require_condition);
  reader.require("}");
  if (!reader.at_end()) throw invalid_pattern();
}

std::optional<std::map<std::string, std::string>> JsonPattern::match(std::string_view message) const {
  if (!trim(message).starts_with('{')) return std::nullopt;
  Json event;
  try {
    event = Json::parse(message);
  } catch (const JsonError&) {
    return std::nullopt;
  }
  if (!expression_.holds([&](const JsonCondition& condition) { return holds(condition, event); })) return std::nullopt;
  std::map<std::string, std::string> values;
  expression_.visit([&](const JsonCondition& condition) {
    const auto found = select(event, condition.selector);
    if (!found.empty()) values[condition.selector.text] = text_of(*found.front());
  });
  return values;
}

}  // namespace hanbat::logs
