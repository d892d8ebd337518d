// The Build machine: the statuses of a build and of its phases, which event leads where, and what follows from it.
// Pure: it changes the build and says what has to be done (Effects).
//
//   IN_PROGRESS ──the runner's last word──▶ SUCCEEDED | FAILED | FAULT
//        ├──cannot go on──▶ FAILED     ├──its time ran out──▶ TIMED_OUT     └──StopBuild──▶ STOPPED
//        └──the region could not carry it out──▶ FAULT
#pragma once

#include <array>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/words.h"
#include "gen/codebuild/model.h"
#include "region/transitions.h"

namespace hanbat::codebuild {

/// AWS's StatusType, of builds and of their phases.
enum class BuildStatus { kInProgress, kSucceeded, kFailed, kFault, kTimedOut, kStopped };

/// AWS's BuildPhaseType.
enum class Phase {
  kSubmitted,
  kQueued,
  kProvisioning,
  kDownloadSource,
  kInstall,
  kPreBuild,
  kBuild,
  kPostBuild,
  kUploadArtifacts,
  kFinalizing,
  kCompleted
};

enum class BuildEvent {
  kRunnerSucceeded,
  kRunnerFailed,
  kRunnerBroke,    // the runner itself, not what it ran
  kCannotGoOn,     // it gets no role, log or machine, or its machine is gone
  kNotCarriedOut,  // the region failed at it again and again; nothing that the user gave is wrong
  kTimeRanOut,
  kStopRequested
};

inline constexpr region::Transition<BuildStatus, BuildEvent> kBuildTransitions[] = {
    {BuildStatus::kInProgress, BuildEvent::kRunnerSucceeded, BuildStatus::kSucceeded},
    {BuildStatus::kInProgress, BuildEvent::kRunnerFailed, BuildStatus::kFailed},
    {BuildStatus::kInProgress, BuildEvent::kRunnerBroke, BuildStatus::kFault},
    {BuildStatus::kInProgress, BuildEvent::kCannotGoOn, BuildStatus::kFailed},
    {BuildStatus::kInProgress, BuildEvent::kNotCarriedOut, BuildStatus::kFault},
    {BuildStatus::kInProgress, BuildEvent::kTimeRanOut, BuildStatus::kTimedOut},
    {BuildStatus::kInProgress, BuildEvent::kStopRequested, BuildStatus::kStopped},
};

/// Start the task that carries the build out.
struct CarryOut {};
/// Drop that task.
struct Abandon {};
/// Remove its machine and what it was given.
struct RemoveMachine {};
/// Tell the event bus of the build's state.
struct PublishState {};
using Effect = std::variant<CarryOut, Abandon, RemoveMachine, PublishState>;
using Effects = std::vector<Effect>;

/// Begins a build that is put together.
Effects submit(Build& build, Timestamp now);
/// Lets the event act on the build. Nothing follows when the build has ended before.
Effects on(Build& build, BuildEvent event, Timestamp now);

/// Throws std::invalid_argument for a status that is none of AWS's.
BuildStatus status_of(const Build& build);
bool is_complete(const Build& build);

}  // namespace hanbat::codebuild

template <>
inline constexpr auto hanbat::kWords<hanbat::codebuild::BuildStatus> =
    std::to_array<hanbat::Word<hanbat::codebuild::BuildStatus>>({
        {hanbat::codebuild::BuildStatus::kInProgress, "IN_PROGRESS"},
        {hanbat::codebuild::BuildStatus::kSucceeded, "SUCCEEDED"},
        {hanbat::codebuild::BuildStatus::kFailed, "FAILED"},
        {hanbat::codebuild::BuildStatus::kFault, "FAULT"},
        {hanbat::codebuild::BuildStatus::kTimedOut, "TIMED_OUT"},
        {hanbat::codebuild::BuildStatus::kStopped, "STOPPED"},
    });

template <>
inline constexpr auto hanbat::kWords<hanbat::codebuild::Phase> = std::to_array<hanbat::Word<hanbat::codebuild::Phase>>({
    {hanbat::codebuild::Phase::kSubmitted, "SUBMITTED"},
    {hanbat::codebuild::Phase::kQueued, "QUEUED"},
    {hanbat::codebuild::Phase::kProvisioning, "PROVISIONING"},
    {hanbat::codebuild::Phase::kDownloadSource, "DOWNLOAD_SOURCE"},
    {hanbat::codebuild::Phase::kInstall, "INSTALL"},
    {hanbat::codebuild::Phase::kPreBuild, "PRE_BUILD"},
    {hanbat::codebuild::Phase::kBuild, "BUILD"},
    {hanbat::codebuild::Phase::kPostBuild, "POST_BUILD"},
    {hanbat::codebuild::Phase::kUploadArtifacts, "UPLOAD_ARTIFACTS"},
    {hanbat::codebuild::Phase::kFinalizing, "FINALIZING"},
    {hanbat::codebuild::Phase::kCompleted, "COMPLETED"},
});
