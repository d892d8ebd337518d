// Every state with every event.
#include "services/ec2/instances/states.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <utility>

namespace hanbat::ec2 {
namespace {

constexpr InstanceEvent kInstanceEvents[] = {InstanceEvent::kMachineRuns,   InstanceEvent::kLaunchFailed,
                                             InstanceEvent::kRestartFailed, InstanceEvent::kStart,
                                             InstanceEvent::kStop,          InstanceEvent::kHalted,
                                             InstanceEvent::kHaltedForGood, InstanceEvent::kMachineStopped,
                                             InstanceEvent::kTerminate,     InstanceEvent::kMachineGone};

TEST(InstanceStates, OnlyWhatTheUserGuideShowsHappens) {
  using Event = InstanceEvent;
  const std::map<std::pair<Status, Event>, Status> expected{
      {{Status::kPending, Event::kMachineRuns}, Status::kRunning},
      {{Status::kPending, Event::kLaunchFailed}, Status::kShuttingDown},
      {{Status::kPending, Event::kRestartFailed}, Status::kStopped},
      {{Status::kPending, Event::kStop}, Status::kStopping},
      {{Status::kPending, Event::kTerminate}, Status::kShuttingDown},
      {{Status::kRunning, Event::kStop}, Status::kStopping},
      {{Status::kRunning, Event::kHalted}, Status::kStopping},
      {{Status::kRunning, Event::kHaltedForGood}, Status::kShuttingDown},
      {{Status::kRunning, Event::kTerminate}, Status::kShuttingDown},
      {{Status::kStopping, Event::kMachineStopped}, Status::kStopped},
      {{Status::kStopping, Event::kTerminate}, Status::kShuttingDown},
      {{Status::kStopped, Event::kStart}, Status::kPending},
      {{Status::kStopped, Event::kTerminate}, Status::kShuttingDown},
      {{Status::kShuttingDown, Event::kMachineGone}, Status::kTerminated},
  };
  for (const auto& state : kWords<Status>)
    for (const Event event : kInstanceEvents) {
      const auto found = expected.find({state.value, event});
      EXPECT_EQ(find_next(kInstanceTransitions, state.value, event),
                found == expected.end() ? std::nullopt : std::optional(found->second))
          << state.word << ", event " << static_cast<int>(event);
    }
}

TEST(InstanceStates, NothingLeadsOutOfTerminatedAlone) {
  for (const auto& state : kWords<Status>)
    EXPECT_EQ(region::is_final(kInstanceTransitions, state.value), state.value == Status::kTerminated) << state.word;
}

}  // namespace
}  // namespace hanbat::ec2
