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

class Template {
 public:
  Template(const InputRecipe& recipe, const Json& event, const RuleFacts& rule)
      : recipe_(recipe), event_(event), rule_(rule) {}

  std::string fill() {
    const std::string& text = *recipe_.input_template;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\\' && i + 1 < text.size()) {
        out_ += c;
        out_ += text[++i];
        continue;
      }
      if (c == '"') quoted_ = !quoted_;
      const std::size_t end = c == '<' ? text.find('>', i) : std::string::npos;
      if (end == std::string::npos) {
        out_ += c;
        continue;
      }
      put(std::string_view(text).substr(i + 1, end - i - 1));
      i = end;
    }
    return out_;
  }

 private:
  Json value(std::string_view name) const {
    if (name == "aws.events.rule-arn") return rule_.arn;
    if (name == "aws.events.rule-name") return rule_.name;
    if (name == "aws.events.event.ingestion-time") return iso8601(rule_.ingestion_time);
    if (name == "aws.events.event.json") return event_;
    if (name == "aws.events.event") {
      Json without_detail = event_;
      without_detail.erase("detail");
      return without_detail;
    }
    const auto path = recipe_.input_paths.find(std::string(name));
    const Json* found = path == recipe_.input_paths.end() ? nullptr : find_path(event_, path->second);
    return found ? *found : Json();
  }

  // Between quotes the value's text goes in escaped; elsewhere the value itself. What is not there leaves an empty
  // text.
  void put(std::string_view name) {
    const Json json = value(name);
    if (!quoted_) {
      out_ += json.is_null() ? "\"\"" : json.dump();
      return;
    }
    if (json.is_null()) return;
    std::string escaped;
    append_json_string(escaped, json.is_string() ? json.as_string() : json.dump());
    out_ += std::string_view(escaped).substr(1, escaped.size() - 2);
  }

  const InputRecipe& recipe_;
  const Json& event_;
  const RuleFacts& rule_;
  std::string out_;
  bool quoted_ = false;
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

std::optional<Json> target_input(const InputRecipe& recipe, const Json& event, const RuleFacts& rule) {
  try {
    if (recipe.input) return Json::parse(*recipe.input);
    if (recipe.input_template) return Json::parse(Template(recipe, event, rule).fill());
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
