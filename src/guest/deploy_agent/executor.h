// Carries out one command of a deployment on this instance. Its folders are those of AWS's agent:
//   <root>/<group>/<deployment>/deployment-archive, <root>/<group>/<deployment>/logs/scripts.log,
//   <root>/deployment-instructions/<group>-cleanup, …_last_successful_install and …_most_recent_install (each names a
//   deployment's folder).
#pragma once

#include <functional>
#include <string>

#include "guest/deploy_agent/hooks.h"
#include "guest/deploy_agent/settings.h"
#include "guest/deploy_agent/specification.h"

namespace hanbat::guest {

class Executor {
 public:
  /// Brings the revision's bundle to a file and returns its ETag.
  using Fetch = std::function<std::string(const Specification&, const std::string& file)>;
  Executor(const Settings& settings, Fetch fetch) : settings_(settings), fetch_(std::move(fetch)) {}

  /// Would the command run nothing at all?
  bool is_noop(const std::string& command, const Specification& s) const;
  /// Blocks until it is done. Failures of the revision are in the diagnostics; nothing is thrown.
  Diagnostics run(const std::string& command, const Specification& s);

 private:
  std::string deployment_folder(const Specification& s) const {
    return settings_.root_dir + "/" + s.group_id + "/" + s.deployment_id;
  }
  std::string instruction(const Specification& s, const std::string& suffix) const {
    return settings_.root_dir + "/deployment-instructions/" + s.group_id + suffix;
  }
  /// The folder of the deployment whose scripts this event runs; "" when there was none.
  std::string folder_for(const std::string& event, const Specification& s) const;
  /// The file's path: of the name that the deployment says, else appspec.yaml or appspec.yml. Throws AppSpecError.
  std::string app_spec_of(const std::string& folder, const Specification& s) const;
  AppSpec load_app_spec(const std::string& folder, const Specification& s) const;
  void download_bundle(const Specification& s);
  void install_revision(const Specification& s);
  Diagnostics hook(const std::string& event, const Specification& s);
  void drop_old_revisions(const Specification& s);

  const Settings& settings_;
  Fetch fetch_;
};

}  // namespace hanbat::guest
