// The Install event: what the last revision installed goes, what this one brings is copied, permissions are set. The
// list of what was installed is kept in a cleanup file for the next time.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "guest/deploy_agent/appspec.h"

namespace hanbat::guest {

struct InstallError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One thing to do, in order.
struct InstallStep {
  enum class Kind { kMakeFolder, kCopy };
  Kind kind;
  std::string source;
  std::string destination;
  bool operator==(const InstallStep&) const = default;
};

/// A permission and a path that it is for.
struct PermissionStep {
  std::string path;
  const Permission* permission;  ///< of the specification, which outlives the step
};

/// What installing these files takes, given what lies in the archive and on the instance now. With DISALLOW a file that
/// is there already is an error; with RETAIN it stays. Throws InstallError.
std::vector<InstallStep> plan_install(const AppSpec& spec, const std::string& archive,
                                      const std::string& file_exists_behavior);

/// Which of the installed paths get which permission: only what these steps copy or make is meant. Throws AppSpecError
/// for what does not go together, InstallError when two permissions are for one path.
std::vector<PermissionStep> plan_permissions(const AppSpec& spec, const std::vector<InstallStep>& steps);

/// Removes what the cleanup file lists, from its end: files, and folders that are empty. No such file: nothing to do. A
/// last line without its end was cut off by a crash and counts for nothing.
void clean_up(const std::string& cleanup_file);

/// Does the steps and sets the permissions; the cleanup file grows before each step, so that a crash leaves nothing
/// unlisted. What was copied keeps the owner, the mode and the time that it has in the archive. Throws InstallError,
/// AppSpecError, std::system_error.
void install(const AppSpec& spec, const std::vector<InstallStep>& steps, const std::string& cleanup_file);

}  // namespace hanbat::guest
