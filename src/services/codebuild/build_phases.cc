#include "services/codebuild/build_phases.h"

#include <algorithm>
#include <stdexcept>
#include <variant>

#include "services/codebuild/words.h"

namespace hanbat::codebuild {
namespace {

BuildPhase* find_phase(Build& build, Phase phase) {
  if (!build.phases) return nullptr;
  for (BuildPhase& there : *build.phases)
    if (there.phase_type == word_of(phase)) return &there;
  return nullptr;
}

Phase phase_of(border::RunnerPhase phase) { return require_word<Phase>(word_of(phase)); }

BuildStatus status_of(border::BuildOutcome outcome) { return require_word<BuildStatus>(word_of(outcome)); }

BuildEvent end_of(border::BuildOutcome outcome) {
  switch (outcome) {
    case border::BuildOutcome::kSucceeded:
      return BuildEvent::kRunnerSucceeded;
    case border::BuildOutcome::kFailed:
      return BuildEvent::kRunnerFailed;
    case border::BuildOutcome::kFault:
      return BuildEvent::kRunnerBroke;
  }
  throw std::logic_error("an outcome without its event");
}

/// Where the artifact's place in the build is; null when the build has none of that identifier.
BuildArtifacts* find_artifacts(Build& build, const std::string& identifier) {
  if (identifier.empty()) return build.artifacts ? &*build.artifacts : &build.artifacts.emplace();
  if (!build.secondary_artifacts) return nullptr;
  for (BuildArtifacts& one : *build.secondary_artifacts)
    if (one.artifact_identifier == identifier) return &one;
  return nullptr;
}

/// What each kind of event does to the build.
struct Applying {
  Build& build;
  Applied& applied;
  Timestamp at;

  void operator()(const border::OutputLine& event) const { applied.lines.push_back({at, event.message}); }
  void operator()(const border::PhaseBegun& event) const { begin_phase(build, phase_of(event.phase), at); }
  void operator()(const border::PhaseEnded& event) const {
    end_phase(build, phase_of(event.phase), status_of(event.outcome), at, event.code, event.message);
  }
  void operator()(const border::SourceResolved& event) const { build.resolved_source_version = event.version; }
  void operator()(const border::ArtifactStored& event) const {
    BuildArtifacts* artifacts = find_artifacts(build, event.identifier);
    if (!artifacts) return;
    artifacts->location = event.location;
    if (!event.sha256.empty()) artifacts->sha256sum = event.sha256;
    if (!event.md5.empty()) artifacts->md5sum = event.md5;
  }
  void operator()(const border::VariableExported& event) const {
    if (!build.exported_environment_variables) build.exported_environment_variables.emplace();
    ExportedEnvironmentVariable exported;
    exported.name = event.name;
    exported.value = event.value;
    build.exported_environment_variables->push_back(std::move(exported));
  }
  void operator()(const border::BuildEnded& event) const {
    applied.end = end_of(event.outcome);
    applied.fault = event.message;
  }
};

}  // namespace

void begin_phase(Build& build, Phase phase, Timestamp at) {
  if (find_phase(build, phase)) return;
  if (!build.phases) build.phases.emplace();
  BuildPhase begun;
  begun.phase_type = word_of(phase);
  begun.start_time = at;
  build.phases->push_back(std::move(begun));
  build.current_phase = word_of(phase);
}

void end_phase(Build& build, Phase phase, BuildStatus status, Timestamp at, std::string_view code,
               std::string_view message) {
  begin_phase(build, phase, at);
  BuildPhase& ended = *find_phase(build, phase);
  if (ended.end_time) return;
  ended.phase_status = word_of(status);
  ended.end_time = at;
  ended.duration_in_seconds = std::max<std::int64_t>(0, (at - *ended.start_time).count() / 1000);
  PhaseContext context;
  context.status_code = code;
  context.message = message;
  ended.contexts = std::vector<PhaseContext>{std::move(context)};
}

void end_open_phases(Build& build, BuildStatus status, Timestamp at) {
  if (!build.phases) return;
  for (const BuildPhase& phase : *build.phases)
    if (!phase.end_time) end_phase(build, require_word<Phase>(*phase.phase_type), status, at);
}

void break_off(Build& build, BuildStatus status, Timestamp at, std::string_view code, std::string_view message) {
  const BuildPhase* in = find_phase(build, current_phase(build));
  end_phase(build, in && !in->end_time ? current_phase(build) : Phase::kFinalizing, status, at, code, message);
}

Phase current_phase(const Build& build) {
  return require_word<Phase>(build.current_phase.value_or(std::string(word_of(Phase::kBuild))));
}

void apply_event(Build& build, const border::BuildEvent& event, Applied& applied) {
  std::visit(Applying{build, applied, event.at}, event.what);
}

std::string artifact_arn(const ProjectArtifacts& artifacts, std::string_view name, std::string_view build_uuid) {
  std::string key = artifacts.path.value_or("");
  while (key.starts_with('/')) key.erase(0, 1);
  if (!key.empty() && !key.ends_with('/')) key += '/';
  if (namespace_of(artifacts) == ArtifactNamespace::kBuildId && !build_uuid.empty())
    key += std::string(build_uuid) + "/";
  key += name.empty() ? artifacts.name.value_or("") : std::string(name);
  return "arn:aws:s3:::" + artifacts.location.value_or("") + "/" + key;
}

}  // namespace hanbat::codebuild
