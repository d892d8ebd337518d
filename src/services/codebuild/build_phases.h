// The phases of a build, and what its runner's events change in it. Pure.
///   SUBMITTED ▶ QUEUED ▶ PROVISIONING ▶ DOWNLOAD_SOURCE ▶ INSTALL ▶ PRE_BUILD ▶ BUILD ▶ POST_BUILD ▶ UPLOAD_ARTIFACTS
///   ▶ FINALIZING ▶ COMPLETED                 a phase that fails leads to FINALIZING (after a BUILD, through
///   POST_BUILD)
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "border/build_event.h"
#include "gen/codebuild/model.h"
#include "services/codebuild/build_machine.h"

namespace hanbat::codebuild {

void begin_phase(Build& build, Phase phase, Timestamp at);
/// Ends the phase, which begins first when it has not. `code` and `message` become its context.
void end_phase(Build& build, Phase phase, BuildStatus status, Timestamp at, std::string_view code = "",
               std::string_view message = "");
/// Ends every phase that has begun and not ended.
void end_open_phases(Build& build, BuildStatus status, Timestamp at);
/// Ends the build's open phase, or FINALIZING when none is open, with why as its context.
void break_off(Build& build, BuildStatus status, Timestamp at, std::string_view code, std::string_view message);
/// The phase that the build is in.
Phase current_phase(const Build& build);

struct LogLine {
  Timestamp at;
  std::string text;
};

/// What events of the runner did beside the build.
struct Applied {
  std::vector<LogLine> lines;
  std::optional<BuildEvent> end;  // the runner's last word
  std::string fault;              // why the runner gave up, or ""
};
void apply_event(Build& build, const border::BuildEvent& event, Applied& applied);

/// Where an artifact lies: "arn:aws:s3:::bucket/path/name". `name` replaces the project's name for it when not empty.
std::string artifact_arn(const ProjectArtifacts& artifacts, std::string_view name, std::string_view build_uuid = "");

}  // namespace hanbat::codebuild
