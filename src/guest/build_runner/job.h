// A build: what is done with the job that CodeBuild left in the shared folder.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "border/build_job.h"
#include "guest/aws/service_client.h"
#include "guest/build_runner/buildspec.h"
#include "guest/build_runner/event_log.h"
#include "guest/build_runner/shell.h"

namespace hanbat::guest {

/// What git asks for the service role's login to CodeCommit.
inline constexpr const char* kCredentialHelper = "!aws codecommit credential-helper $@";

/// A phase that failed: its context's code and message. Caught by the build's own loop.
struct PhaseFailure : std::runtime_error {
  PhaseFailure(std::string code, const std::string& message) : std::runtime_error(message), code(std::move(code)) {}
  std::string code;
};

/// The folders that a base directory stands for: below `root`, or absolute; `*` and `?` as in a shell. Sorted.
std::vector<std::string> folders_of(const std::string& root, const std::string& pattern);
/// The files of an artifact (path on disk, name in the artifact), the first of a name; sorted.
std::vector<std::pair<std::string, std::string>> files_below(const std::vector<std::string>& folders,
                                                             const ArtifactSpec& spec);

class Build {
 public:
  Build(std::string folder, border::BuildJob job);
  /// Runs to the end and writes everything to the event log; returns whether it succeeded.
  bool run();

 private:
  /// Runs one phase between its events. Returns whether it succeeded.
  template <class Body>
  bool phase(border::RunnerPhase which, Body&& body);
  /// Returns when the credentials' address can be reached, or after a minute.
  void wait_for_network();
  void download_source();
  void fetch(const border::BuildSource& source, const std::string& folder);
  void clone(const border::BuildSource& source, const std::string& folder);
  /// Reports the version that the primary source stood for.
  void resolved(const std::string& version);
  /// The build specification, from wherever the project says.
  std::string buildspec_text();
  void load_buildspec();
  /// The values of parameters of Parameter Store, by the variables that want them.
  std::map<std::string, std::string> parameters(const std::map<std::string, std::string>& wanted);
  /// The values of secrets of Secrets Manager, likewise.
  std::map<std::string, std::string> secrets(const std::map<std::string, std::string>& wanted);
  void prepare_environment();
  void run_commands(border::RunnerPhase which, const BuildPhaseSpec& spec);
  /// Settles which runtimes the specification means. Throws PhaseFailure for what CodeBuild refuses.
  void select_runtimes();
  /// Lays the chosen runtimes out and puts them first; before the first command's shell starts.
  void install_runtimes();
  /// Where the runtime lies on the region's shelf; blocks while the region fetches it. Throws PhaseFailure when it
  /// cannot be had.
  std::string folder_on_shelf(const std::string& name, const std::string& version);
  void upload_artifacts();
  /// The text with the shell's variables and commands in their places.
  std::string expand(const std::string& text);
  void upload_one(const border::BuildOutput& target, ArtifactSpec spec);
  std::string key_of(const border::BuildOutput& target, const ArtifactSpec& spec);
  void store(const border::BuildOutput& target, const std::string& key,
             const std::vector<std::pair<std::string, std::string>>& files);
  Shell& shell_of(const std::string& user);
  Signer signer(const std::string& service);

  std::string folder_;
  border::BuildJob job_;
  EventLog log_;
  BuildSpec spec_;
  std::string source_folder_;
  std::string scratch_;
  std::string revision_;  // the source revision that a pipeline's input was made from
  std::map<std::string, std::string> environment_;
  std::map<std::string, std::string> runtimes_;           // name → version
  std::map<std::string, std::unique_ptr<Shell>> shells_;  // by user; "" is root
  std::optional<Credentials> credentials_;
  bool succeeding_ = true;
};

}  // namespace hanbat::guest
