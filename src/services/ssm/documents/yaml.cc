#include "services/ssm/documents/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

#include "base/text.h"
#include "base/utf8.h"

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
      const std::string& name = text(member.first);
      if (map.contains(name)) throw YamlError("The key " + name + " is there twice.");
      map[name] = value(member.second, depth + 1);
    }
    return map;
  }

 private:
  const std::string& text(const YAML::Node& node) {
    bytes_ += node.Scalar().size();
    if (bytes_ > kMostBytes) throw YamlError("It is too large.");
    // yaml-cpp's escapes \N and \_ are bytes of Latin-1.
    if (!is_utf8(node.Scalar())) throw YamlError("It has an escape that is not read.");
    return node.Scalar();
  }
  Json scalar(const YAML::Node& node) {
    const std::string& word = text(node);
    if (node.Tag() != "?") return word;
    if (word == "true") return true;
    if (word == "false") return false;
    // A number whose digits would not come back stays a text.
    if (const auto number = parse_int(word); number && std::to_string(*number) == word) return *number;
    return word;
  }

  std::size_t nodes_ = 0, bytes_ = 0;
};

/// Of the characters before the space YAML has the tab and the ends of lines.
bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t' && c != '\n' && c != '\r'; }

/// Hears what the parser finds, and keeps nothing of it.
class Deaf final : public YAML::EventHandler {
  using Mark = const YAML::Mark&;
  using Text = const std::string&;
  void OnDocumentStart(Mark) override {}
  void OnDocumentEnd() override {}
  void OnNull(Mark, YAML::anchor_t) override {}
  void OnAlias(Mark, YAML::anchor_t) override {}
  void OnScalar(Mark, Text, YAML::anchor_t, Text) override {}
  void OnSequenceStart(Mark, Text, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(Mark, Text, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

/// yaml-cpp reads all documents of some texts for ever, as one that it takes nothing from follows on the last.
void check_one_document(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  Deaf deaf;
  if (!parser.HandleNextDocument(deaf) || parser.HandleNextDocument(deaf)) throw YamlError("It must be one document.");
}

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
  if (!is_utf8(text) || std::ranges::any_of(text, is_control)) throw YamlError("It has a character that YAML has not.");
  try {
    check_one_document(text);
    return YamlReader().value(YAML::Load(text), 0);
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
