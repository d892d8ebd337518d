#include "services/ssm/documents/yaml.h"

#include <yaml-cpp/yaml.h>

#include "base/text.h"

namespace hanbat::ssm {
namespace {

constexpr int kDeepestYaml = 64;
constexpr std::size_t kMostNodes = 100'000, kMostBytes = 4'000'000;

/// Aliases may name a node again and again, so what is written out has bounds.
class YamlReader {
 public:
  Json value(const YAML::Node& node, int depth) {
    if (depth > kDeepestYaml) throw YamlError("It is nested too deeply.");
    if (++nodes_ > kMostNodes) throw YamlError("It is too large.");
    switch (node.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        return nullptr;
      case YAML::NodeType::Scalar:
        return scalar(node);
      case YAML::NodeType::Sequence: {
        Json list = Json::array();
        for (const YAML::Node& item : node) list.push_back(value(item, depth + 1));
        return list;
      }
      case YAML::NodeType::Map:
        break;
    }
    Json map = Json::object();
    for (const auto& member : node) {
      if (!member.first.IsScalar()) throw YamlError("A key is no text.");
      const std::string& name = member.first.Scalar();
      if (map.contains(name)) throw YamlError("The key " + name + " is there twice.");
      map[name] = value(member.second, depth + 1);
    }
    return map;
  }

 private:
  Json scalar(const YAML::Node& node) {
    const std::string& text = node.Scalar();
    bytes_ += text.size();
    if (bytes_ > kMostBytes) throw YamlError("It is too large.");
    if (node.Tag() != "?") return text;
    if (text == "true") return true;
    if (text == "false") return false;
    // A number whose digits would not come back stays a text.
    if (const auto number = parse_int(text); number && std::to_string(*number) == text) return *number;
    return text;
  }

  std::size_t nodes_ = 0, bytes_ = 0;
};

void emit(YAML::Emitter& out, const Json& value) {
  if (value.is_object()) {
    if (value.empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const auto& [name, one] : value.members()) {
      out << YAML::Key << YAML::DoubleQuoted << name << YAML::Value;
      emit(out, one);
    }
    out << YAML::EndMap;
  } else if (value.is_array()) {
    if (value.empty()) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Json& one : value.items()) emit(out, one);
    out << YAML::EndSeq;
  } else if (value.is_string()) {
    out << YAML::DoubleQuoted << value.as_string();
  } else if (value.is_null()) {
    out << YAML::Null;
  } else if (value.is_bool()) {
    out << value.as_bool();
  } else {
    out << value.dump();
  }
}

}  // namespace

Json yaml_to_json(const std::string& text) {
  try {
    const std::vector<YAML::Node> all = YAML::LoadAll(text);
    if (all.size() != 1) throw YamlError("It must be one document.");
    return YamlReader().value(all.front(), 0);
  } catch (const YAML::Exception& e) {
    throw YamlError(e.what());
  }
}

std::string json_to_yaml(const Json& value) {
  YAML::Emitter out;
  emit(out, value);
  return "---\n" + std::string(out.c_str()) + "\n";
}

}  // namespace hanbat::ssm
