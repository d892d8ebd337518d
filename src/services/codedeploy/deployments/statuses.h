// The statuses of deployments, of the instances in them, of an instance's lifecycle events and of an agent's commands:
// AWS's words, and which event leads from which to which.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/words.h"
#include "region/transitions.h"

namespace hanbat::codedeploy {

enum class DeploymentStatus { kCreated, kQueued, kInProgress, kBaking, kReady, kSucceeded, kFailed, kStopped };
/// Of an instance in a deployment.
enum class TargetStatus { kPending, kInProgress, kReady, kSucceeded, kFailed, kSkipped, kUnknown };
/// Of a lifecycle event on an instance.
enum class EventStatus { kPending, kInProgress, kSucceeded, kFailed, kSkipped, kUnknown };
/// Of the order to an agent to run a lifecycle event.
enum class CommandStatus { kPending, kInProgress, kSucceeded, kFailed };

}  // namespace hanbat::codedeploy

namespace hanbat {

template <>
inline constexpr auto kWords<codedeploy::DeploymentStatus> =
    std::to_array<Word<codedeploy::DeploymentStatus>>({{codedeploy::DeploymentStatus::kCreated, "Created"},
                                                       {codedeploy::DeploymentStatus::kQueued, "Queued"},
                                                       {codedeploy::DeploymentStatus::kInProgress, "InProgress"},
                                                       {codedeploy::DeploymentStatus::kBaking, "Baking"},
                                                       {codedeploy::DeploymentStatus::kReady, "Ready"},
                                                       {codedeploy::DeploymentStatus::kSucceeded, "Succeeded"},
                                                       {codedeploy::DeploymentStatus::kFailed, "Failed"},
                                                       {codedeploy::DeploymentStatus::kStopped, "Stopped"}});

template <>
inline constexpr auto kWords<codedeploy::TargetStatus> =
    std::to_array<Word<codedeploy::TargetStatus>>({{codedeploy::TargetStatus::kPending, "Pending"},
                                                   {codedeploy::TargetStatus::kInProgress, "InProgress"},
                                                   {codedeploy::TargetStatus::kReady, "Ready"},
                                                   {codedeploy::TargetStatus::kSucceeded, "Succeeded"},
                                                   {codedeploy::TargetStatus::kFailed, "Failed"},
                                                   {codedeploy::TargetStatus::kSkipped, "Skipped"},
                                                   {codedeploy::TargetStatus::kUnknown, "Unknown"}});

template <>
inline constexpr auto kWords<codedeploy::EventStatus> =
    std::to_array<Word<codedeploy::EventStatus>>({{codedeploy::EventStatus::kPending, "Pending"},
                                                  {codedeploy::EventStatus::kInProgress, "InProgress"},
                                                  {codedeploy::EventStatus::kSucceeded, "Succeeded"},
                                                  {codedeploy::EventStatus::kFailed, "Failed"},
                                                  {codedeploy::EventStatus::kSkipped, "Skipped"},
                                                  {codedeploy::EventStatus::kUnknown, "Unknown"}});

template <>
inline constexpr auto kWords<codedeploy::CommandStatus> =
    std::to_array<Word<codedeploy::CommandStatus>>({{codedeploy::CommandStatus::kPending, "Pending"},
                                                    {codedeploy::CommandStatus::kInProgress, "InProgress"},
                                                    {codedeploy::CommandStatus::kSucceeded, "Succeeded"},
                                                    {codedeploy::CommandStatus::kFailed, "Failed"}});

}  // namespace hanbat

namespace hanbat::codedeploy {

/// What happens to a deployment: its targets are known, it cannot begin, enough of them are done, too few can be, or
/// somebody stops it. Queued, Baking and Ready are of what is not built (blue/green, alarms).
enum class DeploymentEvent { kBegin, kRefuse, kSucceed, kFail, kStop };

inline constexpr region::Transition<DeploymentStatus, DeploymentEvent> kDeploymentMachine[] = {
    {DeploymentStatus::kCreated, DeploymentEvent::kBegin, DeploymentStatus::kInProgress},
    {DeploymentStatus::kCreated, DeploymentEvent::kRefuse, DeploymentStatus::kFailed},
    {DeploymentStatus::kCreated, DeploymentEvent::kStop, DeploymentStatus::kStopped},
    {DeploymentStatus::kInProgress, DeploymentEvent::kSucceed, DeploymentStatus::kSucceeded},
    {DeploymentStatus::kInProgress, DeploymentEvent::kFail, DeploymentStatus::kFailed},
    {DeploymentStatus::kInProgress, DeploymentEvent::kStop, DeploymentStatus::kStopped}};

/// What happens to an instance and to a lifecycle event on it.
enum class StepEvent { kStart, kSucceed, kFail, kSkip };

inline constexpr region::Transition<TargetStatus, StepEvent> kTargetMachine[] = {
    {TargetStatus::kPending, StepEvent::kStart, TargetStatus::kInProgress},
    {TargetStatus::kPending, StepEvent::kSkip, TargetStatus::kSkipped},
    {TargetStatus::kInProgress, StepEvent::kSucceed, TargetStatus::kSucceeded},
    {TargetStatus::kInProgress, StepEvent::kFail, TargetStatus::kFailed},
    {TargetStatus::kInProgress, StepEvent::kSkip, TargetStatus::kSkipped}};

inline constexpr region::Transition<EventStatus, StepEvent> kEventMachine[] = {
    {EventStatus::kPending, StepEvent::kStart, EventStatus::kInProgress},
    {EventStatus::kPending, StepEvent::kSkip, EventStatus::kSkipped},
    {EventStatus::kInProgress, StepEvent::kSucceed, EventStatus::kSucceeded},
    {EventStatus::kInProgress, StepEvent::kFail, EventStatus::kFailed},
    {EventStatus::kInProgress, StepEvent::kSkip, EventStatus::kSkipped}};

/// What happens to an order: the agent takes it (it may ask twice), it is given up, or the agent's report comes.
enum class CommandEvent { kAcknowledge, kCancel, kSucceed, kFail };

inline constexpr region::Transition<CommandStatus, CommandEvent> kCommandMachine[] = {
    {CommandStatus::kPending, CommandEvent::kAcknowledge, CommandStatus::kInProgress},
    {CommandStatus::kPending, CommandEvent::kCancel, CommandStatus::kFailed},
    {CommandStatus::kPending, CommandEvent::kSucceed, CommandStatus::kSucceeded},
    {CommandStatus::kPending, CommandEvent::kFail, CommandStatus::kFailed},
    {CommandStatus::kInProgress, CommandEvent::kAcknowledge, CommandStatus::kInProgress},
    {CommandStatus::kInProgress, CommandEvent::kCancel, CommandStatus::kFailed},
    {CommandStatus::kInProgress, CommandEvent::kSucceed, CommandStatus::kSucceeded},
    {CommandStatus::kInProgress, CommandEvent::kFail, CommandStatus::kFailed}};

/// Whether deployments with this status go on.
constexpr bool is_active(DeploymentStatus status) {
  switch (status) {
    case DeploymentStatus::kCreated:
    case DeploymentStatus::kQueued:
    case DeploymentStatus::kInProgress:
    case DeploymentStatus::kBaking:
    case DeploymentStatus::kReady:
      return true;
    case DeploymentStatus::kSucceeded:
    case DeploymentStatus::kFailed:
    case DeploymentStatus::kStopped:
      return false;
  }
  return false;
}

}  // namespace hanbat::codedeploy
