// The job that hanbatd left in the shared folder, and the build that comes of it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "guest/aws/service_client.h"
#include "guest/build_runner/buildspec.h"
#include "guest/build_runner/event_log.h"
#include "guest/build_runner/shell.h"

namespace hanbat::guest {

/// A phase that failed: its context's code and message. Caught by the build's own loop.
struct PhaseFailure : std::runtime_error {
  PhaseFailure(std::string code, const std::string& message) : std::runtime_error(message), code(std::move(code)) {}
  std::string code;
};

/// job.json:
///   build_id, region, project, credentials_url, buildspec (path or text, may be empty), privileged,
///   environment: [{name, value, type: PLAINTEXT|PARAMETER_STORE}]   (the project's, in order; later ones win)
///   variables: {CODEBUILD_…: …}                                     (the service's)
///   source: {type: CODECOMMIT|S3|NO_SOURCE, location, version, depth}, secondary_sources: [the same with identifier]
///   artifacts: {type: S3|NO_ARTIFACTS, bucket, key, name_from_spec, key_prefix, packaging, identifier},
///   secondary_artifacts: […]
class Build {
 public:
  Build(std::string folder, const Json& job);
  /// Runs to the end and writes everything to the event log; returns whether it succeeded.
  bool run();

 private:
  struct Phase;

  /// Runs one phase between its events. Returns whether it succeeded.
  template <class Body>
  bool phase(const std::string& name, Body&& body);
  /// Returns when the credentials' address can be reached, or after a minute.
  void wait_for_network();
  void download_source();
  void fetch(const Json& source, const std::string& folder);
  void clone(const Json& source, const std::string& folder);
  void load_buildspec();
  void prepare_environment();
  void run_commands(const std::string& phase_name, const BuildPhaseSpec& spec);
  void check_runtime_versions(const BuildPhaseSpec& spec);
  void upload_artifacts();
  void upload_one(const Json& target, const ArtifactSpec& spec);
  Shell& shell_of(const std::string& user);
  Signer signer(const std::string& service);

  std::string folder_;
  Json job_;
  EventLog log_;
  BuildSpec spec_;
  std::string source_folder_;
  std::string scratch_;
  std::map<std::string, std::string> environment_;
  std::map<std::string, std::unique_ptr<Shell>> shells_;  // by user; "" is root
  std::optional<Credentials> credentials_;
  bool succeeding_ = true;
};

}  // namespace hanbat::guest
