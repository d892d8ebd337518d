// The build specification, versions 0.1 and 0.2. Source: the CodeBuild user guide, "Build specification reference".
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace hanbat::guest {

/// The file is wrong, or asks for something that this runner does not do; the message says what.
struct BuildSpecError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct BuildPhaseSpec {
  std::string run_as;
  bool abort_on_failure = true;
  bool on_failure_given = false;
  std::map<std::string, std::string> runtime_versions;
  std::vector<std::string> commands;
  std::vector<std::string> finally;
};

struct ArtifactSpec {
  std::vector<std::string> files;
  std::vector<std::string> exclude_paths;
  std::string name;
  std::string base_directory;
  std::string s3_prefix;
  bool discard_paths = false;
  bool enable_symlinks = false;  ///< links stay links; else what they point to takes their place
};

struct BuildSpec {
  std::string run_as;
  std::string shell = "sh";
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> parameter_store;
  std::map<std::string, std::string> secrets_manager;  ///< as SecretReference reads them
  std::vector<std::string> exported_variables;
  bool git_credential_helper = false;
  bool each_command_alone = false;               ///< version 0.1: every command has a shell of its own
  std::map<std::string, BuildPhaseSpec> phases;  ///< install, pre_build, build, post_build
  ArtifactSpec artifacts;
  std::map<std::string, ArtifactSpec> secondary_artifacts;
  bool reports_given = false;                                    ///< test reports are asked for; this runner makes none
  std::map<std::string, std::vector<std::string>> unidentified;  ///< section → its keys that mean nothing

  /// Throws BuildSpecError.
  static BuildSpec parse(const std::string& text);
};

/// Does a path below the base directory match a buildspec glob (`*` within a folder, `**` any number of folders)?
bool artifact_match(const std::string& pattern, const std::string& path);

}  // namespace hanbat::guest
