// Reads the YAML strictly: what this agent would have to ignore is an error.
#include "guest/deploy_agent/appspec.h"

#include <fnmatch.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "base/text.h"

namespace hanbat::guest {
namespace {

const std::set<std::string> kEvents = {"BeforeBlockTraffic", "AfterBlockTraffic",  "ApplicationStop",
                                       "BeforeInstall",      "AfterInstall",       "ApplicationStart",
                                       "ValidateService",    "BeforeAllowTraffic", "AfterAllowTraffic"};

constexpr int kLongestEvent_s = 3600;

std::string scalar(const YAML::Node& node, const std::string& what) {
  if (!node || !node.IsScalar())
    throw AppSpecError("The deployment failed because " + what +
                       " in the application specification file is missing or no text");
  return node.as<std::string>();
}

std::vector<std::string> texts(const YAML::Node& node) {
  std::vector<std::string> out;
  if (node.IsScalar()) out.push_back(node.as<std::string>());
  for (const auto& item : node) out.push_back(item.as<std::string>());
  return out;
}

Permission permission(const YAML::Node& node) {
  Permission p;
  p.object = scalar(node["object"], "a permission's object");
  for (const auto& member : node) {
    const auto name = member.first.as<std::string>();
    if (name == "object")
      continue;
    else if (name == "pattern")
      p.pattern = scalar(member.second, "a permission's pattern");
    else if (name == "except")
      p.except = texts(member.second);
    else if (name == "owner")
      p.owner = scalar(member.second, "a permission's owner");
    else if (name == "group")
      p.group = scalar(member.second, "a permission's group");
    else if (name == "mode") {
      const std::string mode = scalar(member.second, "a permission's mode");
      if (mode.empty() || mode.size() > 4 || mode.find_first_not_of("01234567") != std::string::npos)
        throw AppSpecError("The deployment failed because the mode \"" + mode + "\" of the permission for " + p.object +
                           " is no octal number of at most four digits");
      p.mode = static_cast<unsigned>(std::stoul(mode, nullptr, 8));
    } else if (name == "type") {
      p.files = p.directories = false;
      for (const std::string& type : texts(member.second)) {
        if (type == "file")
          p.files = true;
        else if (type == "directory")
          p.directories = true;
        else
          throw AppSpecError(
              "The deployment failed because of an unknown permission type in the application specification file: " +
              type);
      }
    } else if (name == "acls" || name == "context") {
      throw AppSpecError("The deployment failed because the permission for " + p.object + " has " + name +
                         ", which this agent does not set");
    } else {
      throw AppSpecError("The deployment failed because the permission for " + p.object +
                         " has an unknown member: " + name);
    }
  }
  return p;
}

HookScript script(const YAML::Node& node, const std::string& event) {
  if (!node.IsMap())
    throw AppSpecError("The deployment failed because the hook " + event +
                       " in the application specification file is no list of scripts");
  HookScript s;
  s.location = scalar(node["location"], "a script location of " + event);
  if (node["runas"]) s.runas = scalar(node["runas"], "a script's runas of " + event);
  if (node["timeout"]) {
    const auto seconds = parse_int(scalar(node["timeout"], "a script's timeout of " + event));
    if (!seconds || *seconds <= 0 || *seconds > kLongestEvent_s)
      throw AppSpecError(
          "The deployment failed because an invalid timeout value was provided for a script in the application "
          "specification file. Make corrections in the hooks section of the AppSpec file, and then try again.");
    s.timeout_s = static_cast<int>(*seconds);
  }
  for (const auto& member : node)
    if (const auto name = member.first.as<std::string>();
        name != "location" && name != "runas" && name != "timeout" && name != "sudo")
      throw AppSpecError("The deployment failed because a script of " + event + " has an unknown member: " + name);
  return s;
}

}  // namespace

bool Permission::matches(const std::string& path) const {
  const std::string base = object.ends_with('/') ? object : object + "/";
  if (path == object || path + "/" == object) return pattern == "**";
  if (!path.starts_with(base)) return false;
  const std::string rest = path.substr(base.size());
  const bool direct = rest.find('/') == std::string::npos;
  if (pattern != "**" && !(direct && fnmatch(pattern.c_str(), rest.c_str(), 0) == 0)) return false;
  for (const std::string& e : except)
    if (direct && fnmatch(e.c_str(), rest.c_str(), 0) == 0) return false;
  return true;
}

AppSpec AppSpec::parse(const std::string& text) {
  AppSpec spec;
  try {
    const YAML::Node root = YAML::Load(text);
    if (!root.IsMap())
      throw AppSpecError(
          "The deployment failed because the application specification file was empty. Make sure your AppSpec file "
          "defines at minimum the 'version' and 'os' properties.");
    if (const std::string version = root["version"] ? scalar(root["version"], "version") : ""; version != "0.0")
      throw AppSpecError("The deployment failed because an invalid version value (" + version +
                         ") was entered in the application specification file. Make sure your AppSpec file specifies "
                         "\"0.0\" as the version, and then try again.");
    if (const std::string os = root["os"] ? scalar(root["os"], "os") : ""; os != "linux")
      throw AppSpecError(
          "The deployment failed because the application specification file specifies an unsupported operating system "
          "(" +
          os + "). Specify either \"linux\" or \"windows\" in the os section of the AppSpec file, and then try again.");
    for (const auto& member : root) {
      const auto name = member.first.as<std::string>();
      const YAML::Node& value = member.second;
      if (name == "files") {
        for (const auto& f : value)
          spec.files.push_back(
              {scalar(f["source"], "a file's source"), scalar(f["destination"], "a file's destination")});
      } else if (name == "permissions") {
        for (const auto& p : value) spec.permissions.push_back(permission(p));
      } else if (name == "hooks") {
        if (!value.IsNull() && !value.IsMap())
          throw AppSpecError("The deployment failed because hooks in the application specification file is no map");
        for (const auto& hook : value) {
          const auto event = hook.first.as<std::string>();
          if (!kEvents.contains(event))
            throw AppSpecError(
                "The deployment failed because an unknown lifecycle event was named in the hooks of the application "
                "specification file: " +
                event);
          int total = 0;
          for (const auto& s : hook.second) {
            spec.hooks[event].push_back(script(s, event));
            if (s["timeout"]) total += spec.hooks[event].back().timeout_s;
          }
          if (total > kLongestEvent_s)
            throw AppSpecError("The deployment failed because the script timeouts of " + event +
                               " add up to more than 3600 seconds");
        }
      } else if (name == "file_exists_behavior") {
        spec.file_exists_behavior = scalar(value, "file_exists_behavior");
        if (*spec.file_exists_behavior != "DISALLOW" && *spec.file_exists_behavior != "OVERWRITE" &&
            *spec.file_exists_behavior != "RETAIN")
          throw AppSpecError(
              "The deployment failed because an invalid option was specified for file_exists_behavior in the "
              "application specification file: " +
              *spec.file_exists_behavior);
      } else if (name != "version" && name != "os") {
        throw AppSpecError("The deployment failed because the application specification file has an unknown section: " +
                           name);
      }
    }
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

}  // namespace hanbat::guest
