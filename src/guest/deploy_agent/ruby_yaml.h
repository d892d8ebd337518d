// YAML as AWS's agent reads it, which is written in Ruby: of two equal keys the last counts, plain numbers are numbers
// before they are text (so 0644 is 420), and what is of another kind than expected fails in Ruby's words.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace hanbat::guest::ruby {

/// The member of a map; a null node when it is not there or nil.
YAML::Node find(const YAML::Node& map, const std::string& name);
bool is_nil(const YAML::Node& node);
/// Is it the number zero, however it is written? "0.0" in quotes is text and none.
bool is_zero(const YAML::Node& node);
/// to_s: a scalar's text, "" of nil, inspect's of the rest.
std::string to_s(const YAML::Node& node);
/// to_i: the number that the text begins with, 0 when it begins with none; cut to what an int holds.
int to_i(const YAML::Node& node);
/// A member's text; nothing when it is nil.
std::optional<std::string> find_text(const YAML::Node& map, const std::string& name);
/// As Ruby shows a value in messages.
std::string inspect(const YAML::Node& node);

/// "undefined method `each' for "x":String". Throws AppSpecError.
[[noreturn]] void no_method(const std::string& method, const YAML::Node& node);
/// The items of a list, nil's are none. Throws AppSpecError of what has no each; a map is a list of pairs.
void each(const YAML::Node& list, const std::function<void(const YAML::Node&)>& take);

}  // namespace hanbat::guest::ruby
