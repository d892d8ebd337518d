// The Build machine: which phase a build is in, and what an event of its machine changes. Pure.
///   SUBMITTED ▶ QUEUED ▶ PROVISIONING ▶ DOWNLOAD_SOURCE ▶ INSTALL ▶ PRE_BUILD ▶ BUILD ▶ POST_BUILD ▶ UPLOAD_ARTIFACTS
///   ▶ FINALIZING ▶ COMPLETED                 a phase that fails leads to FINALIZING (after a BUILD, through
///   POST_BUILD) IN_PROGRESS ──▶ SUCCEEDED | FAILED | FAULT | TIMED_OUT | STOPPED
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "border/build_event.h"
#include "gen/codebuild/model.h"

namespace hanbat::codebuild {

void begin_phase(Build& build, std::string_view phase, Timestamp at);
/// Ends the phase, which begins first when it has not. `code` and `message` become its context when not both are empty.
void end_phase(Build& build, std::string_view phase, std::string_view status, Timestamp at, std::string_view code = "",
               std::string_view message = "");
/// Whether any phase has failed or timed out.
bool has_failed_phase(const Build& build);
/// Ends the build: open phases end with its status, FINALIZING and COMPLETED follow.
void complete(Build& build, std::string_view status, Timestamp at);

struct LogLine {
  Timestamp at;
  std::string text;
};

/// What events of the runner did beside the build.
struct Applied {
  std::vector<LogLine> lines;
  std::string done;   // the status that the runner ended with, or ""
  std::string fault;  // why the runner gave up, or ""
};
void apply_event(Build& build, const border::BuildEvent& event, Applied& applied);

/// Where an artifact lies: "arn:aws:s3:::bucket/path/name". `name` replaces the project's name for it when not empty.
std::string artifact_arn(const ProjectArtifacts& artifacts, std::string_view name, std::string_view build_uuid = "");

}  // namespace hanbat::codebuild
