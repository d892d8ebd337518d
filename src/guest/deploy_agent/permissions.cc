#include "guest/deploy_agent/permissions.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "guest/deploy_agent/appspec.h"
#include "guest/deploy_agent/ruby_yaml.h"

namespace hanbat::guest {
namespace {

/// Where the agent runs, so where a path that is not absolute begins.
constexpr const char* kFolderOfAgent = "/opt/codedeploy-agent";

std::string absolute(const std::string& path) {
  std::string out = (std::filesystem::path(kFolderOfAgent) / path).lexically_normal().string();
  while (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

/// A name of one level against a pattern in which only the star is special.
bool matches_name(const std::string& name, const std::string& pattern) {
  if (name.find('/') != std::string::npos) return false;
  const auto parts = split(pattern, '*');
  if (parts.size() == 1) return name == pattern;
  if (!name.starts_with(parts.front())) return false;
  std::size_t at = parts.front().size();
  for (std::size_t i = 1; i + 1 < parts.size(); ++i) {
    const auto found = name.find(parts[i], at);
    if (found == std::string::npos) return false;
    at = found + parts[i].size();
  }
  return name.size() >= at + parts.back().size() && name.ends_with(parts.back());
}

unsigned parse_mode(std::string mode) {
  while (mode.size() < 3) mode.insert(0, "0");
  if (mode.size() > 4)
    throw AppSpecError("The deployment failed because the length of a permissions mode (" + mode +
                       ") in the application specification file is invalid. Permissions modes must be between one and "
                       "four characters long. Update the permissions section of the AppSpec file, and then try again.");
  for (const char c : mode)
    if (c < '0' || c > '7')
      throw AppSpecError("The deployment failed because the permissions mode (" + mode +
                         ") in the application specification file contains an invalid character (" + c +
                         "). Update the permissions section of the AppSpec file, and then try again.");
  return static_cast<unsigned>(std::stoul(mode, nullptr, 8));
}

std::vector<std::string> names(const YAML::Node& list) {
  std::vector<std::string> out;
  ruby::each(list, [&](const YAML::Node& item) { out.push_back(ruby::to_s(item)); });
  return out;
}

SecurityContext parse_context(const YAML::Node& node) {
  SecurityContext context;
  const auto type = ruby::find_text(node, "type");
  if (!type)
    throw AppSpecError(
        "The deployment failed because the application specification file specifies an invalid context type (" +
        ruby::inspect(node) + "). Update the permissions section of the AppSpec file, and then try again.");
  context.type = *type;
  // The guide says "user", AWS's agent looks at "name".
  context.user = ruby::find_text(node, "name").value_or(ruby::find_text(node, "user").value_or(""));
  if (const auto range = ruby::find_text(node, "range")) context.range = parse_selinux_range(*range);
  return context;
}

/// The number after a letter: "s12", "c1023".
int numbered(const std::string& text, char letter, const char* what) {
  if (text.size() < 2 || text.size() > 6 || text[0] != letter ||
      text.find_first_not_of("0123456789", 1) != std::string::npos)
    throw AppSpecError(std::string("invalid ") + what + " " + text);
  return std::stoi(text.substr(1));
}

/// Two halves, or the whole; none of them empty.
std::vector<std::string> halves(const std::string& text, char mark) {
  std::vector<std::string> parts{text};
  if (const auto at = text.find(mark); at != std::string::npos) parts = {text.substr(0, at), text.substr(at + 1)};
  for (const std::string& part : parts)
    if (part.empty()) throw AppSpecError("invalid range part " + text);
  return parts;
}

std::vector<int> categories_of(const std::string& text) {
  std::vector<int> all;
  for (const std::string& part : split(text, ',')) {
    std::vector<int> ends;
    for (const std::string& end : halves(part, '.')) {
      ends.push_back(numbered(end, 'c', "category"));
      if (ends.back() > 1023) throw AppSpecError("invalid category " + end);
    }
    if (ends.back() < ends.front()) throw AppSpecError("invalid category range " + part);
    for (int c = ends.front(); c <= ends.back(); ++c) all.push_back(c);
  }
  std::sort(all.begin(), all.end());
  if (std::adjacent_find(all.begin(), all.end()) != all.end()) throw AppSpecError("duplicate categories");
  return all;
}

}  // namespace

std::string parse_selinux_range(const std::string& text) {
  const auto parts = halves(text, ':');
  const auto levels = halves(parts[0], '-');
  const int low = numbered(levels.front(), 's', "sensitivity"), high = numbered(levels.back(), 's', "sensitivity");
  if (high < low)
    throw AppSpecError("The deployment failed because of a problem with the SELinux range specified (" + text +
                       ") for the context parameter in the permissions section of the application specification file. "
                       "Make corrections in the permissions section of the AppSpec file, and then try again.");
  std::string out = "s" + std::to_string(low);
  if (high != low) out += "-s" + std::to_string(high);
  if (parts.size() == 1) return out;
  const auto categories = categories_of(parts[1]);
  std::vector<std::string> runs;
  for (std::size_t first = 0; first < categories.size();) {
    std::size_t last = first;
    while (last + 1 < categories.size() && categories[last + 1] == categories[last] + 1) ++last;
    runs.push_back("c" + std::to_string(categories[first]) +
                   (last == first ? "" : ".c" + std::to_string(categories[last])));
    first = last + 1;
  }
  return out + ":" + join(runs, ",");
}

Permission Permission::parse(const YAML::Node& node) {
  if (!node.IsMap()) ruby::no_method("has_key?", node);
  Permission p;
  const std::string object(trim(ruby::find_text(node, "object").value_or("")));
  if (object.empty())
    throw AppSpecError(
        "The deployment failed because a permission listed in the application specification file has no object value. "
        "Update the permissions section of the AppSpec file, and then try again.");
  p.object = absolute(object);
  p.pattern = ruby::find_text(node, "pattern").value_or("**");
  p.except = names(ruby::find(node, "except"));
  p.owner = ruby::find_text(node, "owner");
  p.group = ruby::find_text(node, "group");
  if (const auto mode = ruby::find_text(node, "mode")) p.mode = parse_mode(*mode);
  for (const std::string& entry : names(ruby::find(node, "acls"))) p.acls.push_back(AclEntry::parse(entry));
  if (const YAML::Node context = ruby::find(node, "context"); !ruby::is_nil(context))
    p.context = parse_context(context);
  if (const YAML::Node types = ruby::find(node, "type"); !ruby::is_nil(types)) {
    p.files = p.directories = false;
    for (const std::string& type : names(types)) {
      if (type != "file" && type != "directory")
        throw AppSpecError(
            "The deployment failed because the application specification file specifies a permission for an object "
            "type not supported for permissions (" +
            type + "). Update the permissions section of the AppSpec file, and then try again.");
      (type == "file" ? p.files : p.directories) = true;
    }
  }
  return p;
}

bool Permission::matches(const std::string& path) const {
  const std::string base = object.ends_with('/') ? object : object + "/";
  if (!path.starts_with(base)) return false;
  const std::string rest = path.substr(base.size());
  if (pattern != "**" && !matches_name(rest, pattern)) return false;
  return std::none_of(except.begin(), except.end(), [&](const std::string& e) { return matches_name(rest, e); });
}

void Permission::require_for_file() const {
  if (pattern != "**")
    throw AppSpecError("The deployment failed because the application specification file includes an object (" +
                       object + ") with an invalid pattern (" + pattern +
                       "), such as a pattern for a file applied to a directory. Correct the permissions section of the "
                       "AppSpec file, and then try again.");
  if (!except.empty())
    throw AppSpecError(
        "The deployment failed because the except parameter for a pattern in the permissions section ([\"" +
        join(except, "\", \"") + "\"]) for the object named " + object +
        " contains an invalid format. Update the AppSpec file, and then try again.");
}

void Permission::require_file_acl() const {
  if (std::any_of(acls.begin(), acls.end(), [](const AclEntry& entry) { return entry.is_default; }))
    throw AppSpecError(
        "The deployment failed because the -d parameter has been specified to apply an acl setting to a file. This "
        "parameter is supported for directories only. Update the AppSpec file, and then try again.");
}

}  // namespace hanbat::guest
