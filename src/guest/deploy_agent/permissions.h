// The permissions section of an application specification: what it says, and which installed paths it reaches.
// Source: the CodeDeploy user guide, "AppSpec 'permissions' section".
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <vector>

namespace hanbat::guest {

/// One entry of an access control list, as setfacl knows them.
struct AclEntry {
  bool is_default = false;
  std::string type;  ///< user | group | mask | other
  std::string name;  ///< "" = the owner, the owning group
  unsigned bits = 0;

  /// Reads "u:name:rwx", "d:g:name:5", "name:rx", "m::7". Throws AppSpecError.
  static AclEntry parse(const std::string& text);
  std::string text() const;
};

/// The list that setfacl --set gets: these entries, and the base entries that they need, taken from the object's mode.
std::string full_acl(const std::vector<AclEntry>& entries, unsigned mode);

/// What SELinux calls a thing's context.
struct SecurityContext {
  std::string user;  ///< "" = as it is
  std::string type;
  std::string range;  ///< "" = as it is
};

struct Permission {
  std::string object;          ///< an absolute path
  std::string pattern = "**";  ///< "**" = all below, else names of what lies directly in it; "*" stands for any letters
  std::vector<std::string> except;
  std::optional<std::string> owner;
  std::optional<std::string> group;
  std::optional<unsigned> mode;
  std::vector<AclEntry> acls;
  std::optional<SecurityContext> context;
  bool files = true;
  bool directories = true;

  /// Throws AppSpecError, in the words of AWS's agent.
  static Permission parse(const YAML::Node& node);
  /// Is the path one of those in the object that the pattern means? The object itself is not.
  bool matches(const std::string& path) const;
  /// Throws AppSpecError when this cannot be for a single file: it has a pattern or exceptions.
  void require_for_file() const;
  /// Throws AppSpecError when this cannot be for any file: it has default entries, which only folders have.
  void require_file_acl() const;
};

/// s0, s0-s3, s0:c1.c5,c7: checked, and written in its short form. Throws AppSpecError.
std::string parse_selinux_range(const std::string& text);

}  // namespace hanbat::guest
