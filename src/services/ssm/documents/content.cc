#include "services/ssm/documents/content.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "gen/ssm/model.h"
#include "services/ssm/documents/yaml.h"
#include "services/ssm/parameters/allowed_pattern.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

/// AWS's plugins beside those of Action. Source: Systems Manager User Guide, "Command document plugin reference".
constexpr std::string_view kOtherPlugins[] = {"aws:applications",        "aws:cloudWatch",        "aws:configureDocker",
                                              "aws:domainJoin",          "aws:downloadContent",   "aws:psModule",
                                              "aws:refreshAssociation",  "aws:runDockerAction",   "aws:runDocument",
                                              "aws:runPowerShellScript", "aws:softwareInventory", "aws:updateAgent"};

/// What a member of a document is to us.
enum class Member { kRead, kShown, kNotBuilt };
using Members = std::vector<std::pair<std::string_view, Member>>;

const Members kDocumentMembers = {
    {"schemaVersion", Member::kRead}, {"description", Member::kRead},   {"parameters", Member::kRead},
    {"mainSteps", Member::kRead},     {"runtimeConfig", Member::kRead}, {"assumeRole", Member::kNotBuilt},
    {"files", Member::kNotBuilt},     {"outputs", Member::kNotBuilt},   {"variables", Member::kNotBuilt}};
const Members kParameterMembers = {{"type", Member::kRead},
                                   {"description", Member::kRead},
                                   {"default", Member::kRead},
                                   {"minItems", Member::kRead},
                                   {"allowedValues", Member::kRead},
                                   {"allowedPattern", Member::kRead},
                                   {"maxItems", Member::kRead},
                                   {"minChars", Member::kRead},
                                   {"maxChars", Member::kRead},
                                   {"displayType", Member::kShown},
                                   {"interpolationType", Member::kNotBuilt}};
const Members kStepMembers = {{"action", Member::kRead},          {"name", Member::kRead},
                              {"inputs", Member::kRead},          {"precondition", Member::kRead},
                              {"description", Member::kShown},    {"onFailure", Member::kNotBuilt},
                              {"onCancel", Member::kNotBuilt},    {"isEnd", Member::kNotBuilt},
                              {"isCritical", Member::kNotBuilt},  {"nextStep", Member::kNotBuilt},
                              {"maxAttempts", Member::kNotBuilt}, {"timeoutSeconds", Member::kNotBuilt},
                              {"settings", Member::kNotBuilt}};

[[noreturn]] void refuse_content(const std::string& why) { throw InvalidDocumentContent(why); }

/// Reads one document, in an operation's name.
class ContentReader {
 public:
  explicit ContentReader(std::string_view operation) : operation_(operation) {}

  DocumentFacts document(const Json& json) {
    if (!json.is_object()) refuse_content("Document content must be a map.");
    check_members(json, kDocumentMembers, "");
    if (!json.contains("schemaVersion")) refuse_content("Document schema version is missing.");
    facts_.schema_version = text_of(json["schemaVersion"]);
    const std::string& schema = facts_.schema_version;
    if (schema != "1.2" && schema != "2.0" && schema != "2.2")
      refuse_content("Document schema version is invalid. Value: " + schema);
    facts_.description = text_of(json["description"]);
    if (const Json* parameters = json.find("parameters"); parameters && !parameters->is_null())
      for (const auto& [name, one] : map(*parameters, "parameters")) parameter(name, one);
    const bool old = schema == "1.2";
    const char* steps = old ? "runtimeConfig" : "mainSteps";
    const char* other = old ? "mainSteps" : "runtimeConfig";
    if (!json[other].is_null())
      refuse_content("Document schema version " + schema + " does not support " + other + ".");
    if (!json.contains(steps)) refuse_content("Document schema version " + schema + " requires " + steps + ".");
    old ? runtime_config(json[steps]) : main_steps(json[steps]);
    if (facts_.steps.empty()) refuse_content(std::string(steps) + " must not be empty.");
    return std::move(facts_);
  }

 private:
  [[noreturn]] void not_built(const std::string& what) const { throw wire::Error::not_implemented(operation_, what); }

  static const Json::Object& map(const Json& json, const std::string& what) {
    if (!json.is_object()) refuse_content(what + " must be a map.");
    return json.members();
  }

  void check_members(const Json& json, const Members& known, const std::string& where) const {
    for (const auto& [name, value] : json.members()) {
      const auto found = std::ranges::find(known, name, &Members::value_type::first);
      if (found == known.end()) refuse_content("Unknown attribute " + where + name + ".");
      if (found->second == Member::kNotBuilt) not_built(where + name + " in a document's content");
    }
  }

  static std::optional<std::int64_t> bound(const Json& json, const char* name) {
    const Json* found = json.find(name);
    if (!found) return std::nullopt;
    const auto number = parse_int(text_of(*found));
    if (!number || *number < 0) refuse_content(std::string(name) + " must be a number: " + text_of(*found));
    return number;
  }

  void parameter(const std::string& name, const Json& json) {
    const std::string where = "parameters." + name;
    map(json, where);
    check_members(json, kParameterMembers, where + ".");
    DocumentParameterFacts& one = facts_.parameters.emplace_back();
    one.name = name;
    const auto type = find_word<ValueType>(text_of(json["type"]));
    if (!type) refuse_content("Parameter \"" + name + "\" has an invalid type: " + text_of(json["type"]));
    one.type = *type;
    one.description = text_of(json["description"]);
    if (const Json* usual = json.find("default"); usual && !usual->is_null()) one.usual = usual_value(one, *usual);
    if (const Json* allowed = json.find("allowedValues")) {
      if (!allowed->is_array()) refuse_content("Parameter \"" + name + "\": allowedValues must be a list.");
      for (const Json& value : allowed->items()) one.allowed.push_back(text_of(value));
    }
    one.pattern = text_of(json["allowedPattern"]);
    if (!one.pattern.empty()) check_pattern(one);
    one.least_items = bound(json, "minItems");
    one.most_items = bound(json, "maxItems");
    one.least_characters = bound(json, "minChars");
    one.most_characters = bound(json, "maxChars");
  }

  static Json usual_value(const DocumentParameterFacts& one, const Json& usual) {
    const auto wrong = [&] {
      refuse_content("Parameter \"" + one.name + "\" has a default that is no " + std::string(word_of(one.type)) + ".");
    };
    switch (one.type) {
      case ValueType::kString:
        if (usual.is_array() || usual.is_object()) wrong();
        return text_of(usual);
      case ValueType::kStringList: {
        if (!usual.is_array()) wrong();
        Json texts = Json::array();
        for (const Json& item : usual.items()) texts.push_back(text_of(item));
        return texts;
      }
      case ValueType::kInteger:
        if (!parse_int(text_of(usual))) wrong();
        return *parse_int(text_of(usual));
      case ValueType::kBoolean:
        if (const std::string text = lower(text_of(usual)); text != "true" && text != "false") wrong();
        return lower(text_of(usual)) == "true";
      case ValueType::kStringMap:
        if (!usual.is_object()) wrong();
        return usual;
      case ValueType::kMapList:
        if (!usual.is_array()) wrong();
        return usual;
    }
    return usual;
  }

  static void check_pattern(const DocumentParameterFacts& one) {
    try {
      require_match(one.pattern, "");
    } catch (const ParameterPatternMismatchException&) {
    } catch (const InvalidAllowedPatternException&) {
      refuse_content("Parameter \"" + one.name +
                     "\" has an allowedPattern that is no regular expression: " + one.pattern);
    }
  }

  void runtime_config(const Json& json) {
    for (const auto& [plugin, config] : map(json, "runtimeConfig")) {
      const std::string where = "runtimeConfig." + plugin;
      map(config, where);
      check_members(config, {{"properties", Member::kRead}}, where + ".");
      const Json& properties = config["properties"];
      if (properties.is_array() && properties.size() > 1) not_built(where + " of more than one property");
      const Json& inputs = properties.is_array() && !properties.empty() ? properties.items().front() : properties;
      add_step({.name = plugin, .action = plugin, .inputs = inputs}, where);
    }
  }

  void main_steps(const Json& json) {
    if (!json.is_array()) refuse_content("mainSteps must be a list.");
    std::set<std::string> names;
    for (const Json& one : json.items()) {
      map(one, "A step of mainSteps");
      check_members(one, kStepMembers, "mainSteps.");
      DocumentStep step{.name = text_of(one["name"]), .action = text_of(one["action"])};
      if (step.name.empty() || step.action.empty()) refuse_content("A step of mainSteps requires action and name.");
      if (!names.insert(step.name).second) refuse_content("Step name " + step.name + " is used more than once.");
      if (one.contains("inputs")) step.inputs = one["inputs"];
      if (const Json* precondition = one.find("precondition")) step.precondition = condition(step.name, *precondition);
      add_step(std::move(step), "Step " + one.text("name"));
    }
    for (std::size_t at = 0; at + 1 < facts_.steps.size(); ++at)
      if (lower(text_of(facts_.steps[at].inputs["finallyStep"])) == "true")
        refuse_content("finallyStep must be the last step: " + facts_.steps[at].name);
  }

  std::pair<std::string, std::string> condition(const std::string& step, const Json& json) const {
    if (facts_.schema_version != "2.2")
      refuse_content("Document schema version " + facts_.schema_version + " does not support precondition.");
    const auto& members = map(json, "The precondition of step " + step);
    if (members.size() != 1 || members.front().first != "StringEquals" || !members.front().second.is_array() ||
        members.front().second.size() != 2)
      refuse_content("The precondition of step " + step + " must be StringEquals of two values.");
    const auto& operands = members.front().second.items();
    return {text_of(operands[0]), text_of(operands[1])};
  }

  static bool only_on_windows(const DocumentStep& step) {
    const auto& p = step.precondition;
    return p && ((p->first == kPlatformOperand && iequals(p->second, word_of(Platform::kWindows))) ||
                 (p->second == kPlatformOperand && iequals(p->first, word_of(Platform::kWindows))));
  }

  void add_step(DocumentStep step, const std::string& where) {
    if (!step.inputs.is_object()) refuse_content(where + ": inputs must be a map.");
    const auto action = find_word<Action>(step.action);
    if (!action && std::ranges::find(kOtherPlugins, step.action) == std::end(kOtherPlugins))
      refuse_content("Invalid plugin: " + step.action);
    // Whatever only Windows does is passed over by every instance that there is.
    if (!action && !only_on_windows(step)) not_built("the action " + step.action);
    if (action) check_inputs(*action, step, where);
    facts_.steps.push_back(std::move(step));
  }

  void check_inputs(Action action, const DocumentStep& step, const std::string& where) const {
    Members known = {{"onFailure", Member::kRead}, {"onSuccess", Member::kRead}, {"finallyStep", Member::kRead}};
    const auto add = [&](std::initializer_list<std::string_view> names) {
      for (const std::string_view name : names) known.emplace_back(name, Member::kRead);
    };
    switch (action) {
      case Action::kRunShellScript:
        add({"id", "runCommand", "workingDirectory", "timeoutSeconds"});
        if (!step.inputs.contains("runCommand")) refuse_content(where + " requires the input runCommand.");
        break;
      case Action::kConfigurePackage:
        add({"name", "action", "version", "installationType", "additionalArguments"});
        if (!step.inputs.contains("name") || !step.inputs.contains("action"))
          refuse_content(where + " requires the inputs name and action.");
        break;
      case Action::kUpdateAgent:
        add({"version", "allowDowngrade"});
        break;
    }
    for (const auto& [name, value] : step.inputs.members())
      if (std::ranges::find(known, name, &Members::value_type::first) == known.end())
        not_built("the input " + name + " of " + step.action);
    const std::string failure = step.inputs.text("onFailure", "exit"), success = step.inputs.text("onSuccess", "exit");
    if ((failure != "exit" && failure != "successAndExit") || success != "exit")
      refuse_content(where + ": onFailure takes exit or successAndExit, onSuccess takes exit.");
  }

  std::string_view operation_;
  DocumentFacts facts_;
};

/// "JSON: expected ',' or '}' at offset 5" in AWS's words.
std::string not_well_formed(const std::string& text, std::string_view error) {
  const std::size_t space = error.rfind(' ');
  const auto offset = static_cast<std::size_t>(parse_int(error.substr(space + 1)).value_or(0));
  const std::string_view before = std::string_view(text).substr(0, std::min(offset, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t column = before.size() - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1) + 1;
  return "JSON not well-formed. at Line: " + std::to_string(line) + ", Column: " + std::to_string(column);
}

/// The platforms of a plugin, as AWS lists them.
std::vector<Platform> platforms_of_action(const std::string& action) {
  if (find_word<Action>(action) == Action::kRunShellScript) return {Platform::kLinux, Platform::kMacos};
  if (find_word<Action>(action) == Action::kUpdateAgent) return {Platform::kWindows, Platform::kLinux};
  if (find_word<Action>(action)) return {Platform::kWindows, Platform::kLinux, Platform::kMacos};
  return {Platform::kWindows};
}

}  // namespace

std::string text_of(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.as_string() : value.dump();
}

Json parse_content(const std::string& text, DocumentFormat format) {
  if (format == DocumentFormat::kYaml) try {
      return yaml_to_json(text);
    } catch (const YamlError& e) {
      refuse_content(std::string("YAML not well-formed. ") + e.what());
    }
  try {
    return Json::parse(text);
  } catch (const JsonError& e) {
    refuse_content(not_well_formed(text, e.what()));
  }
}

DocumentFacts read_content(const Json& content, std::string_view operation) {
  return ContentReader(operation).document(content);
}

std::vector<std::string> platforms_of(const DocumentFacts& document) {
  std::set<Platform> all;
  for (const DocumentStep& step : document.steps)
    for (const Platform platform : platforms_of_action(step.action)) {
      const auto& p = step.precondition;
      const bool bound = p && (p->first == kPlatformOperand || p->second == kPlatformOperand);
      const std::string& wanted = p && p->first == kPlatformOperand ? p->second : p ? p->first : "";
      if (!bound || iequals(wanted, word_of(platform))) all.insert(platform);
    }
  std::vector<std::string> words;
  for (const Platform platform : all) words.emplace_back(word_of(platform));
  return words;
}

}  // namespace hanbat::ssm
