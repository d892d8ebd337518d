// A command on one instance: its life, and what its agent and its readers see of it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/words.h"
#include "border/run_command.h"
#include "region/transitions.h"

namespace hanbat::ssm {

enum class InvocationStatus { kPending, kDelayed, kInProgress, kSuccess, kFailed, kTimedOut, kCancelling, kCancelled };

/// How a command that timed out did: on its way to the agent, or while it ran. The finer word beside the status.
enum class TimedOut { kDelivery, kExecution };

}  // namespace hanbat::ssm

namespace hanbat {

template <>
inline constexpr auto kWords<ssm::InvocationStatus> =
    std::to_array<Word<ssm::InvocationStatus>>({{ssm::InvocationStatus::kPending, "Pending"},
                                                {ssm::InvocationStatus::kDelayed, "Delayed"},
                                                {ssm::InvocationStatus::kInProgress, "InProgress"},
                                                {ssm::InvocationStatus::kSuccess, "Success"},
                                                {ssm::InvocationStatus::kFailed, "Failed"},
                                                {ssm::InvocationStatus::kTimedOut, "TimedOut"},
                                                {ssm::InvocationStatus::kCancelling, "Cancelling"},
                                                {ssm::InvocationStatus::kCancelled, "Cancelled"}});
template <>
inline constexpr auto kWords<ssm::TimedOut> = std::to_array<Word<ssm::TimedOut>>(
    {{ssm::TimedOut::kDelivery, "DeliveryTimedOut"}, {ssm::TimedOut::kExecution, "ExecutionTimedOut"}});

}  // namespace hanbat

namespace hanbat::ssm {

/// The agent takes the command, its reply comes (it succeeded, failed, ran too long, was killed as asked), somebody
/// cancels it, or its deadline passes.
enum class InvocationEvent { kDeliver, kSucceed, kFail, kRunTooLong, kKilled, kCancel, kDeadline };

/// Pending ──delivered──▶ InProgress ──reply──▶ Success | Failed | TimedOut | Cancelled
///    │                        └──cancel──▶ Cancelling ──reply──▶ the same
///    ├──cancel──▶ Cancelled
///    └──deadline──▶ TimedOut (DeliveryTimedOut); InProgress, Cancelling ──deadline──▶ TimedOut (ExecutionTimedOut)
/// Delayed is of what is not built: instances that AWS knows to be offline.
inline constexpr region::Transition<InvocationStatus, InvocationEvent> kInvocationMachine[] = {
    {InvocationStatus::kPending, InvocationEvent::kDeliver, InvocationStatus::kInProgress},
    {InvocationStatus::kPending, InvocationEvent::kCancel, InvocationStatus::kCancelled},
    {InvocationStatus::kPending, InvocationEvent::kDeadline, InvocationStatus::kTimedOut},
    {InvocationStatus::kInProgress, InvocationEvent::kSucceed, InvocationStatus::kSuccess},
    {InvocationStatus::kInProgress, InvocationEvent::kFail, InvocationStatus::kFailed},
    {InvocationStatus::kInProgress, InvocationEvent::kRunTooLong, InvocationStatus::kTimedOut},
    {InvocationStatus::kInProgress, InvocationEvent::kKilled, InvocationStatus::kCancelled},
    {InvocationStatus::kInProgress, InvocationEvent::kCancel, InvocationStatus::kCancelling},
    {InvocationStatus::kInProgress, InvocationEvent::kDeadline, InvocationStatus::kTimedOut},
    {InvocationStatus::kCancelling, InvocationEvent::kSucceed, InvocationStatus::kSuccess},
    {InvocationStatus::kCancelling, InvocationEvent::kFail, InvocationStatus::kFailed},
    {InvocationStatus::kCancelling, InvocationEvent::kRunTooLong, InvocationStatus::kTimedOut},
    {InvocationStatus::kCancelling, InvocationEvent::kKilled, InvocationStatus::kCancelled},
    {InvocationStatus::kCancelling, InvocationEvent::kDeadline, InvocationStatus::kTimedOut}};

struct Invocation {
  std::string account, region, command, instance;
  InvocationStatus status = InvocationStatus::kPending;
  bool cancel = false;  // the agent is to be told that it is cancelled
  Timestamp deadline;
  Json body;  // {"detail","started","ended","code","out","err"}

  bool ended() const { return status != InvocationStatus::kDelayed && region::is_final(kInvocationMachine, status); }
  /// AWS's word for the status, and the finer one beside it.
  std::string status_text() const { return std::string(word_of(status)); }
  std::string detail() const { return body.text("detail", word_of(status)); }
  std::optional<TimedOut> timed_out() const { return find_word<TimedOut>(detail()); }
};

/// The events of its life; each does nothing to an invocation that it does not find in a fitting state.
void delivered(Invocation& i, Timestamp now, Milliseconds execution_timeout);
void replied(Invocation& i, Timestamp now, const border::CommandReply& reply);
void cancelled(Invocation& i, Timestamp now);
void timed_out(Invocation& i, Timestamp now);

/// What a command's status is from those of its invocations.
InvocationStatus command_status(const std::vector<Invocation>& all);

}  // namespace hanbat::ssm
