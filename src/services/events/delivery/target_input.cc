#include "services/events/delivery/target_input.h"

#include "base/text.h"

namespace hanbat::events {
namespace {

// One step of a path: a member's name or an index; removed from the front of `path`. Nothing when it is malformed.
struct Step {
  std::string name;
  std::optional<std::int64_t> index;
};

std::optional<Step> take_step(std::string_view& path) {
  if (path.starts_with("['")) {
    const std::size_t end = path.find("']");
    if (end == std::string_view::npos) return std::nullopt;
    Step step{std::string(path.substr(2, end - 2)), std::nullopt};
    path.remove_prefix(end + 2);
    return step;
  }
  if (path.starts_with('[')) {
    const std::size_t end = path.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto index = parse_int(path.substr(1, end - 1));
    if (!index || *index < 0) return std::nullopt;
    path.remove_prefix(end + 1);
    return Step{"", index};
  }
  if (!path.starts_with('.')) return std::nullopt;
  path.remove_prefix(1);
  const std::size_t end = std::min(path.find_first_of(".["), path.size());
  if (end == 0) return std::nullopt;
  Step step{std::string(path.substr(0, end)), std::nullopt};
  path.remove_prefix(end);
  return step;
}

// Walks a template: what stands as it is, and the names between angle brackets with whether they stand within quotes.
template <typename OnText, typename OnName>
void walk(std::string_view text, OnText on_text, OnName on_name) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      on_text(text.substr(i++, 2));
      continue;
    }
    if (text[i] == '"') quoted = !quoted;
    const std::size_t end = text[i] == '<' ? text.find('>', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      on_text(text.substr(i, 1));
      continue;
    }
    on_name(text.substr(i + 1, end - i - 1), quoted);
    i = end;
  }
}

std::string without_quotes(std::string text) {
  std::erase(text, '"');
  return text;
}

class Template {
 public:
  Template(const InputRecipe& recipe, const Json& event, const RuleFacts& rule)
      : recipe_(recipe), event_(event), rule_(rule), is_text_(trim(*recipe.input_template).starts_with('"')) {}

  // A template of quoted lines is text, one string with its lines; every other is JSON. Throws JsonError.
  Json fill() {
    walk(
        *recipe_.input_template, [&](std::string_view text) { out_ += text; },
        [&](std::string_view name, bool quoted) { put(value(name), quoted); });
    if (!is_text_) return Json::parse(out_);
    std::string text;
    for (const std::string_view line : split(out_, '\n')) {
      if (trim(line).empty()) continue;
      const Json string = Json::parse(trim(line));
      if (!string.is_string()) throw JsonError("a line of the text is not a string in quotes");
      text += (text.empty() ? "" : "\n") + string.as_string();
    }
    return text;
  }

 private:
  Json value(std::string_view name) const {
    if (name == "aws.events.rule-arn") return rule_.arn;
    if (name == "aws.events.rule-name") return rule_.name;
    if (name == "aws.events.event.ingestion-time") return iso8601(rule_.ingestion_time);
    if (name == "aws.events.event.json") return event_;
    if (name == "aws.events.event") return without_detail();
    const auto path = recipe_.input_paths.find(std::string(name));
    const Json* found = path == recipe_.input_paths.end() ? nullptr : find_path(event_, path->second);
    return found ? *found : Json();
  }

  // AWS spells the type's name in another way here, and here alone.
  Json without_detail() const {
    Json json = Json::object();
    for (const auto& [name, value] : event_.members())
      if (name != "detail") json[name == "detail-type" ? "detailType" : name] = value;
    return json;
  }

  // Between quotes a string goes in escaped, and anything else as its JSON: without its quotes in a text, and as it
  // stands in JSON, where an object ends the quotes too early and the input comes out as none, as on AWS. What is not
  // there leaves an empty text.
  void put(const Json& json, bool quoted) {
    if (!quoted) {
      out_ += json.is_null() ? "\"\"" : json.dump();
    } else if (json.is_string()) {
      std::string escaped;
      append_json_string(escaped, json.as_string());
      out_ += std::string_view(escaped).substr(1, escaped.size() - 2);
    } else if (!json.is_null()) {
      out_ += is_text_ ? without_quotes(json.dump()) : json.dump();
    }
  }

  const InputRecipe& recipe_;
  const Json& event_;
  const RuleFacts& rule_;
  const bool is_text_;
  std::string out_;
};

}  // namespace

bool is_path(std::string_view path) {
  if (!path.starts_with('$')) return false;
  path.remove_prefix(1);
  while (!path.empty())
    if (!take_step(path)) return false;
  return true;
}

const Json* find_path(const Json& event, std::string_view path) {
  if (!path.starts_with('$')) return nullptr;
  path.remove_prefix(1);
  const Json* at = &event;
  while (at && !path.empty()) {
    const auto step = take_step(path);
    if (!step) return nullptr;
    if (step->index)
      at =
          at->is_array() && *step->index < static_cast<std::int64_t>(at->size()) ? &at->items()[*step->index] : nullptr;
    else
      at = at->find(step->name);
  }
  return at;
}

std::vector<std::string> placeholders(std::string_view input_template) {
  std::vector<std::string> names;
  walk(input_template, [](std::string_view) {}, [&](std::string_view name, bool) { names.emplace_back(name); });
  return names;
}

std::optional<Json> target_input(const InputRecipe& recipe, const Json& event, const RuleFacts& rule) {
  try {
    if (recipe.input) return Json::parse(*recipe.input);
    if (recipe.input_template) return Template(recipe, event, rule).fill();
  } catch (const JsonError&) {
    return std::nullopt;
  }
  if (recipe.input_path) {
    const Json* part = find_path(event, *recipe.input_path);
    return part ? *part : Json();
  }
  return event;
}

}  // namespace hanbat::events
