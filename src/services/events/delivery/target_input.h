// What a target is sent: the event itself, a constant, a part of the event, or a template filled from it (Input,
// InputPath, InputTransformer). Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace hanbat::events {

/// How a target's input is made; at most one of the three is set.
struct InputRecipe {
  std::optional<std::string> input;
  std::optional<std::string> input_path;
  std::optional<std::string> input_template;
  std::map<std::string, std::string> input_paths;
};

/// What a template may name beside its own paths.
struct RuleFacts {
  std::string arn;
  std::string name;
  Timestamp ingestion_time;
};

/// The part of the event that a path names ($.detail.x, $.resources[0]), or nothing.
const Json* find_path(const Json& event, std::string_view path);
bool is_path(std::string_view path);

/// The names between angle brackets in a template, in its order.
std::vector<std::string> placeholders(std::string_view input_template);

/// The JSON that the target is sent; nothing when the template does not come out as JSON.
std::optional<Json> target_input(const InputRecipe& recipe, const Json& event, const RuleFacts& rule);

}  // namespace hanbat::events
