#include "guest/deploy_agent/ruby_yaml.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "base/text.h"
#include "guest/deploy_agent/appspec.h"

namespace hanbat::guest::ruby {
namespace {

bool is_plain(const YAML::Node& node) { return node.IsScalar() && node.Tag() != "!"; }

/// Psych's octal numbers: a zero, then digits below eight.
bool is_octal(const std::string& text) {
  const std::string digits = text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
  return digits.size() > 1 && digits[0] == '0' && digits.find_first_not_of("01234567_") == std::string::npos;
}

bool is_number(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789+-.eE_") != std::string::npos) return false;
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  return end == text.c_str() + text.size();
}

std::string class_of(const YAML::Node& node) {
  if (is_nil(node)) return "NilClass";
  if (node.IsSequence()) return "Array";
  if (node.IsMap()) return "Hash";
  const std::string& text = node.Scalar();
  if (!is_plain(node)) return "String";
  if (text == "true") return "TrueClass";
  if (text == "false") return "FalseClass";
  if (!is_number(text)) return "String";
  return text.find_first_of(".eE") == std::string::npos ? "Integer" : "Float";
}

/// A file may lead in circles by its anchors, and a message has an end.
constexpr int kDeepestShown = 4;
constexpr std::size_t kLongestShown = 2000;

std::string shown(const YAML::Node& node, int depth) {
  if (is_nil(node)) return "nil";
  if (node.IsScalar()) return class_of(node) == "String" ? '"' + node.Scalar() + '"' : to_s(node);
  std::string out;
  for (const auto& item : node) {
    if (depth == 0 || out.size() > kLongestShown) return node.IsSequence() ? "[...]" : "{...}";
    out += out.empty() ? "" : ", ";
    out += node.IsSequence() ? shown(item, depth - 1)
                             : shown(item.first, depth - 1) + "=>" + shown(item.second, depth - 1);
  }
  return node.IsSequence() ? "[" + out + "]" : "{" + out + "}";
}

}  // namespace

YAML::Node find(const YAML::Node& map, const std::string& name) {
  YAML::Node found(YAML::NodeType::Null);
  if (!map.IsMap()) return found;
  for (const auto& member : map)
    if (member.first.IsScalar() && member.first.Scalar() == name) found.reset(member.second);
  return found;
}

bool is_nil(const YAML::Node& node) { return !node.IsDefined() || node.IsNull(); }

bool is_zero(const YAML::Node& node) {
  return is_plain(node) && is_number(node.Scalar()) && std::strtod(node.Scalar().c_str(), nullptr) == 0;
}

std::string to_s(const YAML::Node& node) {
  if (is_nil(node)) return "";
  if (!node.IsScalar()) return inspect(node);
  const std::string& text = node.Scalar();
  if (!is_plain(node) || !is_octal(text)) return text;
  return std::to_string(std::strtoll(replace_all(text, "_", "").c_str(), nullptr, 8));
}

int to_i(const YAML::Node& node) {
  if (!node.IsScalar()) return 0;
  const long long number = std::strtoll(to_s(node).c_str(), nullptr, 10);
  return static_cast<int>(
      std::clamp<long long>(number, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

std::optional<std::string> find_text(const YAML::Node& map, const std::string& name) {
  const YAML::Node found = find(map, name);
  if (is_nil(found)) return std::nullopt;
  return to_s(found);
}

std::string inspect(const YAML::Node& node) { return shown(node, kDeepestShown); }

void no_method(const std::string& method, const YAML::Node& node) {
  const std::string shown = inspect(node);
  throw AppSpecError("undefined method `" + method + "' for " + shown + ":" + class_of(node));
}

void each(const YAML::Node& list, const std::function<void(const YAML::Node&)>& take) {
  if (is_nil(list)) return;
  if (list.IsScalar()) no_method("each", list);
  for (const auto& item : list) {
    if (list.IsSequence()) {
      take(item);
      continue;
    }
    YAML::Node pair(YAML::NodeType::Sequence);
    pair.push_back(item.first);
    pair.push_back(item.second);
    take(pair);
  }
}

}  // namespace hanbat::guest::ruby
