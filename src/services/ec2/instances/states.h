// The states of an instance, and which event leads from which to which.
#pragma once

#include <array>

#include "base/words.h"
#include "region/transitions.h"

namespace hanbat {
namespace ec2 {

///            RunInstances             StartInstances
///                 ▼                        │
///              pending ──machine runs──▶ running ──Stop, or the guest halts──▶ stopping ──▶ stopped
///                 ▲                        │                                                 │ │
///                 └────────────────────────┼─────────────────────────────────────────────────┘ │
///                                          └──Terminate──▶ shutting-down ──▶ terminated ◀───────┘
/// The values are AWS's codes.
enum class Status { kPending = 0, kRunning = 16, kShuttingDown = 32, kTerminated = 48, kStopping = 64, kStopped = 80 };

enum class InstanceEvent {
  kMachineRuns,
  kLaunchFailed,   // for good, and it has never run
  kRestartFailed,  // for good, but it ran before: its disk is kept
  kStart,          // a call
  kStop,           // a call
  kHalted,         // the guest did it by itself, and the instance's shutdown behavior is to stop
  kHaltedForGood,  // the same, and it is to terminate
  kMachineStopped,
  kTerminate,  // a call
  kMachineGone,
};

inline constexpr region::Transition<Status, InstanceEvent> kInstanceTransitions[] = {
    {Status::kPending, InstanceEvent::kMachineRuns, Status::kRunning},
    {Status::kPending, InstanceEvent::kLaunchFailed, Status::kShuttingDown},
    {Status::kPending, InstanceEvent::kRestartFailed, Status::kStopped},
    {Status::kPending, InstanceEvent::kStop, Status::kStopping},
    {Status::kPending, InstanceEvent::kTerminate, Status::kShuttingDown},
    {Status::kRunning, InstanceEvent::kStop, Status::kStopping},
    {Status::kRunning, InstanceEvent::kHalted, Status::kStopping},
    {Status::kRunning, InstanceEvent::kHaltedForGood, Status::kShuttingDown},
    {Status::kRunning, InstanceEvent::kTerminate, Status::kShuttingDown},
    {Status::kStopping, InstanceEvent::kMachineStopped, Status::kStopped},
    {Status::kStopping, InstanceEvent::kTerminate, Status::kShuttingDown},
    {Status::kStopped, InstanceEvent::kStart, Status::kPending},
    {Status::kStopped, InstanceEvent::kTerminate, Status::kShuttingDown},
    {Status::kShuttingDown, InstanceEvent::kMachineGone, Status::kTerminated},
};

}  // namespace ec2

template <>
inline constexpr auto kWords<ec2::Status> = std::to_array<Word<ec2::Status>>({
    {ec2::Status::kPending, "pending"},
    {ec2::Status::kRunning, "running"},
    {ec2::Status::kShuttingDown, "shutting-down"},
    {ec2::Status::kTerminated, "terminated"},
    {ec2::Status::kStopping, "stopping"},
    {ec2::Status::kStopped, "stopped"},
});

}  // namespace hanbat
