#include "services/codebuild/build_machine.h"

#include "services/codebuild/build_phases.h"

namespace hanbat::codebuild {
namespace {

/// Open phases end with the build's status, FINALIZING and COMPLETED follow.
void complete(Build& build, BuildStatus status, Timestamp at) {
  end_open_phases(build, status, at);
  end_phase(build, Phase::kFinalizing, BuildStatus::kSucceeded, at);
  begin_phase(build, Phase::kCompleted, at);
  build.current_phase = word_of(Phase::kCompleted);
  build.build_status = word_of(status);
  build.build_complete = true;
  build.end_time = at;
}

}  // namespace

BuildStatus status_of(const Build& build) {
  return require_word<BuildStatus>(build.build_status.value_or(std::string(word_of(BuildStatus::kInProgress))));
}

bool is_complete(const Build& build) { return region::is_final(kBuildTransitions, status_of(build)); }

Effects submit(Build& build, Timestamp now) {
  build.start_time = now;
  build.build_status = word_of(BuildStatus::kInProgress);
  build.build_complete = false;
  end_phase(build, Phase::kSubmitted, BuildStatus::kSucceeded, now);
  begin_phase(build, Phase::kQueued, now);
  return {CarryOut{}, PublishState{}};
}

Effects on(Build& build, BuildEvent event, Timestamp now) {
  const auto status = region::find_next(kBuildTransitions, status_of(build), event);
  if (!status) return {};
  complete(build, *status, now);
  Effects effects = {RemoveMachine{}, PublishState{}};
  // Every other end is the task's own.
  if (event == BuildEvent::kStopRequested) effects.insert(effects.begin(), Abandon{});
  return effects;
}

}  // namespace hanbat::codebuild
