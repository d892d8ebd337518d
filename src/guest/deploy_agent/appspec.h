// The application specification file of a revision: which files go where, with which permissions, and which scripts run
// when. Source: the CodeDeploy user guide, "AppSpec file structure" for EC2/on-premises.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "guest/deploy_agent/permissions.h"

namespace hanbat::guest {

/// The file is none, or asks for something that this agent does not do; the message says what.
struct AppSpecError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct FileMapping {
  std::string source;       ///< below the archive; "/" is all of it
  std::string destination;  ///< a folder on the instance
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

  /// Reads what AWS's agent reads, and passes over what it passes over: members and sections that it does not know.
  /// Throws AppSpecError.
  static AppSpec parse(const std::string& text);
  /// The scripts of a lifecycle event; empty when there are none.
  const std::vector<HookScript>& scripts(const std::string& event) const;
  /// Throws AppSpecError when a hook is of no lifecycle event that can have scripts. `file` is for the message.
  void require_known_events(const std::string& file) const;
};

}  // namespace hanbat::guest
