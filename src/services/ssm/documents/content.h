// What a Command document says: its parameters and its steps, read from its content and held against what AWS takes
// and what an agent of this region carries out. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/words.h"

namespace hanbat::ssm {

enum class DocumentFormat { kJson, kYaml };
/// What a document's parameter takes.
enum class ValueType { kString, kStringList, kInteger, kBoolean, kStringMap, kMapList };
/// What a step does on an instance: AWS's plugins that are carried out here.
enum class Action { kRunShellScript, kConfigurePackage, kUpdateAgent };
enum class Platform { kWindows, kLinux, kMacos };

}  // namespace hanbat::ssm

namespace hanbat {

template <>
inline constexpr auto kWords<ssm::DocumentFormat> = std::to_array<Word<ssm::DocumentFormat>>(
    {{ssm::DocumentFormat::kJson, "JSON"}, {ssm::DocumentFormat::kYaml, "YAML"}});
template <>
inline constexpr auto kWords<ssm::ValueType> =
    std::to_array<Word<ssm::ValueType>>({{ssm::ValueType::kString, "String"},
                                         {ssm::ValueType::kStringList, "StringList"},
                                         {ssm::ValueType::kInteger, "Integer"},
                                         {ssm::ValueType::kBoolean, "Boolean"},
                                         {ssm::ValueType::kStringMap, "StringMap"},
                                         {ssm::ValueType::kMapList, "MapList"}});
template <>
inline constexpr auto kWords<ssm::Action> =
    std::to_array<Word<ssm::Action>>({{ssm::Action::kRunShellScript, "aws:runShellScript"},
                                      {ssm::Action::kConfigurePackage, "aws:configurePackage"},
                                      {ssm::Action::kUpdateAgent, "aws:updateSsmAgent"}});
template <>
inline constexpr auto kWords<ssm::Platform> = std::to_array<Word<ssm::Platform>>(
    {{ssm::Platform::kWindows, "Windows"}, {ssm::Platform::kLinux, "Linux"}, {ssm::Platform::kMacos, "MacOS"}});

}  // namespace hanbat

namespace hanbat::ssm {

struct DocumentParameterFacts {
  std::string name;
  ValueType type = ValueType::kString;
  std::string description;
  std::optional<Json> usual;         ///< the default; nothing: the caller must say
  std::vector<std::string> allowed;  ///< empty: whatever fits the pattern
  std::string pattern;               ///< "" = any text
  std::optional<std::int64_t> least_items, most_items, least_characters, most_characters;
};

struct DocumentStep {
  std::string name;
  std::string action;  ///< of Action, or one that only Windows would carry out
  Json inputs = Json::object();
  std::optional<std::pair<std::string, std::string>> precondition;  ///< the two texts that are to be equal
};

/// The operand of a precondition that stands for the instance's platform.
inline constexpr std::string_view kPlatformOperand = "platformType";

struct DocumentFacts {
  std::string schema_version;
  std::string description;
  std::vector<DocumentParameterFacts> parameters;
  std::vector<DocumentStep> steps;
};

/// The content's text as a value. Throws InvalidDocumentContent for what is none of the format.
Json parse_content(const std::string& text, DocumentFormat format);
/// Throws InvalidDocumentContent for what AWS does not take, and 501, in the operation's name, for what no agent here
/// carries out.
DocumentFacts read_content(const Json& content, std::string_view operation);

/// Where the document runs, as DescribeDocument tells.
std::vector<std::string> platforms_of(const DocumentFacts& document);
/// A value as text: a text as it is, anything else as its JSON.
std::string text_of(const Json& value);

}  // namespace hanbat::ssm
