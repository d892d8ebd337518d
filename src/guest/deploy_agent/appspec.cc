// AWS's agent is strict where it looks and blind elsewhere; so is this one, with the same words.
#include "guest/deploy_agent/appspec.h"

#include <set>

#include "base/text.h"
#include "guest/deploy_agent/ruby_yaml.h"

namespace hanbat::guest {
namespace {

const std::set<std::string> kEvents = {"BeforeBlockTraffic", "AfterBlockTraffic",  "ApplicationStop",
                                       "BeforeInstall",      "AfterInstall",       "ApplicationStart",
                                       "ValidateService",    "BeforeAllowTraffic", "AfterAllowTraffic"};
const std::set<std::string> kBehaviors = {"DISALLOW", "OVERWRITE", "RETAIN"};

FileMapping file_mapping(const YAML::Node& node) {
  if (ruby::is_nil(node)) ruby::no_method("[]", node);
  if (node.IsSequence()) throw AppSpecError("no implicit conversion of String into Integer");
  const auto source = ruby::find_text(node, "source"), destination = ruby::find_text(node, "destination");
  if (!source)
    throw AppSpecError(
        "The deployment failed because the application specification file specifies a destination file, but no source "
        "file. Update the files section of the AppSpec file, and then try again.");
  if (!destination)
    throw AppSpecError(
        "The deployment failed because the application specification file specifies only a source file (" + *source +
        "). Add the name of the destination file to the files section of the AppSpec file, and then try again.");
  return {*source, *destination};
}

HookScript hook_script(const YAML::Node& node) {
  if (!node.IsMap()) ruby::no_method("has_key?", node);
  HookScript s;
  s.location = trim(ruby::find_text(node, "location").value_or(""));
  if (s.location.empty())
    throw AppSpecError(
        "The deployment failed because the application specification file specifies a script with no location value. "
        "Specify the location in the hooks section of the AppSpec file, and then try again.");
  s.runas = trim(ruby::find_text(node, "runas").value_or(""));
  if (const YAML::Node timeout = ruby::find(node, "timeout"); !ruby::is_nil(timeout)) s.timeout_s = ruby::to_i(timeout);
  if (s.timeout_s <= 0)
    throw AppSpecError(
        "The deployment failed because an invalid timeout value was provided for a script in the application "
        "specification file. Make corrections in the hooks section of the AppSpec file, and then try again.");
  return s;
}

void require_head(const YAML::Node& root) {
  if (ruby::is_nil(root))
    throw AppSpecError(
        "The deployment failed because the application specification file was empty. Make sure your AppSpec file "
        "defines at minimum the 'version' and 'os' properties.");
  if (root.IsSequence()) throw AppSpecError("no implicit conversion of String into Integer");
  if (const YAML::Node version = ruby::find(root, "version"); !ruby::is_zero(version))
    throw AppSpecError("The deployment failed because an invalid version value (" + ruby::to_s(version) +
                       ") was entered in the application specification file. Make sure your AppSpec file specifies "
                       "\"0.0\" as the version, and then try again.");
  if (const std::string os = ruby::find_text(root, "os").value_or(""); os != "linux")
    throw AppSpecError(
        "The deployment failed because the application specification file specifies an unsupported operating system (" +
        os + "). Specify either \"linux\" or \"windows\" in the os section of the AppSpec file, and then try again.");
}

std::map<std::string, std::vector<HookScript>> hooks_of(const YAML::Node& node) {
  std::map<std::string, std::vector<HookScript>> hooks;
  if (ruby::is_nil(node)) return hooks;
  if (!node.IsMap()) ruby::no_method("each_pair", node);
  for (const auto& hook : node) {
    std::vector<HookScript> scripts;
    ruby::each(hook.second, [&](const YAML::Node& script) { scripts.push_back(hook_script(script)); });
    hooks[ruby::to_s(hook.first)] = std::move(scripts);
  }
  return hooks;
}

/// A tab may not indent, except within braces; yaml-cpp reads some of such files, libyaml, which AWS's agent uses,
/// none.
void require_no_tabs(const std::string& text) {
  if (trim(text).starts_with('{')) return;
  std::size_t line = 0;
  for (const std::string& each : split(text, '\n')) {
    ++line;
    const auto first = each.find_first_not_of(' ');
    if (first == std::string::npos || each[first] != '\t') continue;
    throw AppSpecError(
        "(<unknown>): found character that cannot start any token while scanning for the next token at line " +
        std::to_string(line) + " column " + std::to_string(first + 1));
  }
}

}  // namespace

AppSpec AppSpec::parse(const std::string& text) {
  AppSpec spec;
  try {
    require_no_tabs(text);
    const YAML::Node root = YAML::Load(text);
    require_head(root);
    spec.hooks = hooks_of(ruby::find(root, "hooks"));
    ruby::each(ruby::find(root, "files"), [&](const YAML::Node& file) { spec.files.push_back(file_mapping(file)); });
    ruby::each(ruby::find(root, "permissions"),
               [&](const YAML::Node& each) { spec.permissions.push_back(Permission::parse(each)); });
    spec.file_exists_behavior = ruby::find_text(root, "file_exists_behavior");
    if (spec.file_exists_behavior && !kBehaviors.contains(*spec.file_exists_behavior))
      throw AppSpecError("The deployment failed because an invalid file_exists_behavior value (" +
                         *spec.file_exists_behavior +
                         ") was entered in the application specification file. Make sure your AppSpec file specifies "
                         "one of DISALLOW,OVERWRITE,RETAIN as the file_exists_behavior, and then try again.");
  } catch (const YAML::Exception& e) {
    throw AppSpecError(
        std::string("The deployment failed because the application specification file is no valid YAML: ") + e.what());
  }
  return spec;
}

const std::vector<HookScript>& AppSpec::scripts(const std::string& event) const {
  static const std::vector<HookScript> none;
  const auto found = hooks.find(event);
  return found == hooks.end() ? none : found->second;
}

void AppSpec::require_known_events(const std::string& file) const {
  std::vector<std::string> unknown;
  for (const auto& hook : hooks)
    if (!kEvents.contains(hook.first)) unknown.push_back('"' + hook.first + '"');
  if (!unknown.empty())
    throw AppSpecError(file + " file contains unknown lifecycle events: [" + join(unknown, ", ") + "]");
}

}  // namespace hanbat::guest
