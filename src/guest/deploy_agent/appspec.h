// The application specification file of a revision: which files go where, with which permissions, and which scripts run
// when. Source: the CodeDeploy user guide, "AppSpec file structure" for EC2/on-premises.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace hanbat::guest {

/// The file is none, or asks for something that this agent does not do; the message says what.
struct AppSpecError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct FileMapping {
  std::string source;       ///< below the archive; "/" is all of it
  std::string destination;  ///< a folder on the instance
};

struct Permission {
  std::string object;
  std::string pattern = "**";
  std::vector<std::string> except;
  std::optional<std::string> owner;
  std::optional<std::string> group;
  std::optional<unsigned> mode;
  bool files = true;
  bool directories = true;

  /// Does the permission reach the installed path?
  bool matches(const std::string& path) const;
};

struct HookScript {
  std::string location;
  int timeout_s = 3600;
  std::string runas;
};

struct AppSpec {
  std::vector<FileMapping> files;
  std::vector<Permission> permissions;
  std::map<std::string, std::vector<HookScript>> hooks;
  std::optional<std::string> file_exists_behavior;  ///< DISALLOW | OVERWRITE | RETAIN

  /// Throws AppSpecError.
  static AppSpec parse(const std::string& text);
  /// The scripts of a lifecycle event; empty when there are none.
  const std::vector<HookScript>& scripts(const std::string& event) const;
};

}  // namespace hanbat::guest
