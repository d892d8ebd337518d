#include "main/cli/task/yaml_text.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdint>
#include <regex>

#include "base/text.h"

namespace hanbat::cli::task {
namespace {

// Aliases that name each other grow without end.
constexpr int kDeepest = 32;
constexpr int kMostNodes = 20'000;

/// An empty file has no line of its own.
int line_of_node(const YAML::Node& node) { return std::max(node.Mark().line + 1, 1); }

/// A plain scalar by the core schema.
Json plain_scalar(const std::string& text) {
  static const std::regex kFloat(R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)");
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto number = parse_int(text)) return *number;
  if (text.size() < 40 && std::regex_match(text, kFloat)) return std::stod(text);
  return text;
}

class NodeReader {
 public:
  explicit NodeReader(YamlText& into) : into_(into) {}

  Json read(const YAML::Node& node, const std::string& place, int depth = 0) {
    if (depth > kDeepest || ++count_ > kMostNodes) throw YamlError(line_of_node(node), "the file is too large");
    into_.lines[place] = line_of_node(node);
    if (node.IsMap()) return read_map(node, place, depth);
    if (node.IsSequence()) {
      Json out = Json::array();
      for (const auto& item : node)
        out.push_back(read(item, place + '[' + std::to_string(out.size()) + ']', depth + 1));
      return out;
    }
    if (!node.IsScalar()) return nullptr;
    return node.Tag() == "!" ? Json(node.Scalar()) : plain_scalar(node.Scalar());
  }

 private:
  Json read_map(const YAML::Node& node, const std::string& place, int depth) {
    Json out = Json::object();
    for (const auto& member : node) {
      if (!member.first.IsScalar()) throw YamlError(line_of_node(member.first), "a name must be a text");
      const std::string name = member.first.Scalar();
      if (out.contains(name)) throw YamlError(line_of_node(member.first), "\"" + name + "\" is given twice");
      const std::string below = place.empty() ? name : place + '.' + name;
      out[name] = read(member.second, below, depth + 1);
      into_.lines[below] = line_of_node(member.first);
    }
    return out;
  }

  YamlText& into_;
  int count_ = 0;
};

}  // namespace

int YamlText::line_of(std::string place) const {
  while (true) {
    if (const auto found = lines.find(place); found != lines.end()) return found->second;
    const std::size_t end = place.find_last_of(".[");
    if (end == std::string::npos) return 1;
    place.resize(end);
  }
}

YamlText read_yaml(const std::string& text) {
  YamlText out;
  try {
    out.value = NodeReader(out).read(YAML::Load(text), "");
  } catch (const YAML::Exception& error) {
    throw YamlError(std::max(error.mark.line + 1, 1), error.msg);
  }
  return out;
}

}  // namespace hanbat::cli::task
