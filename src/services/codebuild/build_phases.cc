#include "services/codebuild/build_phases.h"

#include <algorithm>

namespace hanbat::codebuild {
namespace {

BuildPhase* find_phase(Build& build, std::string_view phase) {
  if (!build.phases) return nullptr;
  for (BuildPhase& there : *build.phases)
    if (there.phase_type == phase) return &there;
  return nullptr;
}

/// Tells where an artifact was stored, and its hashes.
void note_artifact(Build& build, const Json& event) {
  const std::string identifier = event.text("identifier");
  BuildArtifacts* artifacts = nullptr;
  if (identifier.empty()) {
    artifacts = build.artifacts ? &*build.artifacts : &build.artifacts.emplace();
  } else if (build.secondary_artifacts) {
    for (BuildArtifacts& one : *build.secondary_artifacts)
      if (one.artifact_identifier == identifier) artifacts = &one;
  }
  if (!artifacts) return;
  artifacts->location = event.text("location");
  if (const std::string sum = event.text("sha256"); !sum.empty()) artifacts->sha256sum = sum;
  if (const std::string sum = event.text("md5"); !sum.empty()) artifacts->md5sum = sum;
}

}  // namespace

void begin_phase(Build& build, std::string_view phase, Timestamp at) {
  if (find_phase(build, phase)) return;
  if (!build.phases) build.phases.emplace();
  BuildPhase begun;
  begun.phase_type = phase;
  begun.start_time = at;
  build.phases->push_back(std::move(begun));
  build.current_phase = phase;
}

void end_phase(Build& build, std::string_view phase, std::string_view status, Timestamp at, std::string_view code,
               std::string_view message) {
  begin_phase(build, phase, at);
  BuildPhase& ended = *find_phase(build, phase);
  if (ended.end_time) return;
  ended.phase_status = status;
  ended.end_time = at;
  ended.duration_in_seconds = std::max<std::int64_t>(0, (at - *ended.start_time).count() / 1000);
  PhaseContext context;
  context.status_code = code;
  context.message = message;
  ended.contexts = std::vector<PhaseContext>{std::move(context)};
}

bool has_failed_phase(const Build& build) {
  if (!build.phases) return false;
  return std::any_of(build.phases->begin(), build.phases->end(), [](const BuildPhase& phase) {
    const std::string status = phase.phase_status.value_or("SUCCEEDED");
    return status != "SUCCEEDED";
  });
}

void complete(Build& build, std::string_view status, Timestamp at) {
  if (build.phases)
    for (BuildPhase& phase : *build.phases)
      if (!phase.end_time) end_phase(build, *phase.phase_type, status, at);
  end_phase(build, "FINALIZING", "SUCCEEDED", at);
  begin_phase(build, "COMPLETED", at);
  build.current_phase = "COMPLETED";
  build.build_status = status;
  build.build_complete = true;
  build.end_time = at;
}

void apply_event(Build& build, const Json& event, Applied& applied) {
  const Timestamp at{event.integer("t")};
  const std::string type = event.text("type");
  if (type == "phase_start") {
    begin_phase(build, event.text("phase"), at);
  } else if (type == "phase_end") {
    end_phase(build, event.text("phase"), event.text("status"), at, event.text("code"), event.text("message"));
  } else if (type == "log") {
    applied.lines.push_back({at, event.text("message")});
  } else if (type == "source") {
    build.resolved_source_version = event.text("version");
  } else if (type == "exported") {
    if (!build.exported_environment_variables) build.exported_environment_variables.emplace();
    ExportedEnvironmentVariable exported;
    exported.name = event.text("name");
    exported.value = event.text("value");
    build.exported_environment_variables->push_back(std::move(exported));
  } else if (type == "artifact") {
    note_artifact(build, event);
  } else if (type == "end") {
    applied.done = event.text("status");
  }
}

std::string artifact_arn(const ProjectArtifacts& artifacts, std::string_view name, std::string_view build_uuid) {
  std::string key = artifacts.path.value_or("");
  while (key.starts_with('/')) key.erase(0, 1);
  if (!key.empty() && !key.ends_with('/')) key += '/';
  if (artifacts.namespace_type.value_or("NONE") == "BUILD_ID" && !build_uuid.empty())
    key += std::string(build_uuid) + "/";
  key += name.empty() ? artifacts.name.value_or("") : std::string(name);
  return "arn:aws:s3:::" + artifacts.location.value_or("") + "/" + key;
}

}  // namespace hanbat::codebuild
