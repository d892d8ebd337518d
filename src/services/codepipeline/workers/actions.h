// What the providers do: bring a source in, build it, deploy it. Each acts with the pipeline's role through the other
// services' APIs. Storing an artifact, starting a build or a deployment happens in the same transaction that writes
// down what came of it, so that there is never a second one.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gen/codebuild/model.h"
#include "region/region.h"
#include "services/codepipeline/executions/store.h"
#include "services/codepipeline/pipelines/store.h"
#include "services/codepipeline/pipelines/structure.h"
#include "wire/body.h"

namespace hanbat::codepipeline {

/// An action to be carried out, with all it needs to know.
struct Action {
  region::Region& home;
  region::Caller role;
  const PipelineRow& pipeline;
  const Execution& execution;
  const ActionRun& run;
  const ActionDeclaration& declared;
  std::map<std::string, std::string> configuration;  // resolved
  std::vector<ArtifactDetail> inputs;

  /// Throws std::bad_optional_access for a type that check_structure refuses.
  Work work() const { return find_provider(declared.action_type_id).value().work; }
  std::string get(const std::string& name) const {
    const auto found = configuration.find(name);
    return found == configuration.end() ? "" : found->second;
  }
  const std::string& region() const { return pipeline.place.region; }
  const std::string& bucket() const { return execution.declaration.artifact_store->location; }
};

/// What an action has come to, to be written down with it. Without `ended` it goes on.
struct Report {
  bool begun = false;
  std::optional<Result> ended;
  std::string external_id, summary;
  std::vector<ArtifactDetail> outputs;
  std::map<std::string, std::string> variables;
  std::optional<ArtifactRevision> revision;
};

Report failed(std::string code, std::string message);

/// The pipeline's role, as CodePipeline takes it. Throws wire::Error when the role does not let it.
region::Caller assume_pipeline_role(region::Region& home, const PipelineRow& pipeline, const std::string& role_arn,
                                    const std::string& session);

/// Where an output artifact of the action lies: the same place for the same run.
ArtifactDetail output_artifact(const Action& action, const std::string& name);

/// A source that was read.
struct Source {
  Report report;                       // what the action comes to once its artifact is stored
  std::optional<wire::Body> artifact;  // a file of the blob store; none when the source could not be read
};

/// Read the source of an action. Throw wire::Error for what may pass.
Source fetch_code_commit(const Action& action);
Source fetch_s3(const Action& action);
/// Puts the artifact into the pipeline's bucket within `rq`, a request in the name of the pipeline's role; what the
/// action has come to then. Throws wire::Error for what may pass.
Report store_artifact(const Source& source, const region::Actor& role);
/// The newest revision of a source, for polling.
std::string newest_revision(region::Region& home, const region::Caller& role, const std::string& region,
                            const ActionDeclaration& declared);

/// CodeBuild's variables of the configuration EnvironmentVariables. Throws std::invalid_argument with AWS's words for
/// what is not of its form.
std::vector<codebuild::EnvironmentVariable> environment_variables(const std::string& json);
/// Starts a build or a deployment within `rq`, a request in the name of the pipeline's role. Throws wire::Error.
Report start_build(const Action& action, const region::Actor& role);
Report start_deployment(const Action& action, const region::Actor& role);
/// Looks how far it is. Throws wire::Error.
Report watch_build(const Action& action);
Report watch_deployment(const Action& action);

}  // namespace hanbat::codepipeline
