// The Build machine, walked: every status with every event.
#include "services/codebuild/build_machine.h"

#include <gtest/gtest.h>

#include "services/codebuild/build_phases.h"

namespace hanbat::codebuild {
namespace {

constexpr BuildEvent kEvents[] = {BuildEvent::kRunnerSucceeded, BuildEvent::kRunnerFailed,  BuildEvent::kRunnerBroke,
                                  BuildEvent::kCannotGoOn,      BuildEvent::kNotCarriedOut, BuildEvent::kTimeRanOut,
                                  BuildEvent::kStopRequested};

template <class Wanted>
bool has(const Effects& effects) {
  for (const Effect& effect : effects)
    if (std::holds_alternative<Wanted>(effect)) return true;
  return false;
}

Build begun() {
  Build build;
  submit(build, {1000});
  return build;
}

TEST(BuildMachine, ABuildEndsOnceAndThenNothingFollows) {
  for (const auto& [status, word] : kWords<BuildStatus>)
    for (const BuildEvent event : kEvents) {
      Build build = begun();
      build.build_status = word;
      const Effects effects = on(build, event, {2000});
      const auto next = region::find_next(kBuildTransitions, status, event);
      EXPECT_EQ(next.has_value(), status == BuildStatus::kInProgress) << word;
      EXPECT_EQ(effects.empty(), !next) << word;
      EXPECT_EQ(status_of(build), next.value_or(status)) << word;
      if (!next) continue;
      EXPECT_TRUE(is_complete(build));
      EXPECT_EQ(build.build_complete, true);
      EXPECT_EQ(build.end_time, Timestamp{2000});
      EXPECT_EQ(current_phase(build), Phase::kCompleted);
      EXPECT_TRUE(has<RemoveMachine>(effects));
      EXPECT_TRUE(has<PublishState>(effects));
      EXPECT_EQ(has<Abandon>(effects), event == BuildEvent::kStopRequested);
    }
}

TEST(BuildMachine, ASubmittedBuildWaitsInTheQueue) {
  Build build;
  const Effects effects = submit(build, {1000});
  EXPECT_TRUE(has<CarryOut>(effects));
  EXPECT_TRUE(has<PublishState>(effects));
  EXPECT_EQ(build.build_status, "IN_PROGRESS");
  EXPECT_FALSE(is_complete(build));
  EXPECT_EQ(current_phase(build), Phase::kQueued);
  EXPECT_EQ(build.phases->front().phase_status, "SUCCEEDED");
}

TEST(BuildMachine, OpenPhasesEndWithTheBuildsStatus) {
  Build build = begun();
  begin_phase(build, Phase::kBuild, {1500});
  on(build, BuildEvent::kStopRequested, {2000});
  for (const BuildPhase& phase : *build.phases) {
    const bool was_open = phase.phase_type == "QUEUED" || phase.phase_type == "BUILD";
    EXPECT_EQ(phase.phase_status == "STOPPED", was_open) << *phase.phase_type;
  }
  EXPECT_EQ(build.phases->back().phase_type, "COMPLETED");
}

}  // namespace
}  // namespace hanbat::codebuild
