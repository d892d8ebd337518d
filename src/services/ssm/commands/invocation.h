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

/// A command on one instance. It carries out its document's steps one after another, each a message to the agent.
struct Invocation {
  std::string account, region, command, instance;
  InvocationStatus status = InvocationStatus::kPending;
  bool cancel = false;  // the agent is to be told that it is cancelled
  Timestamp deadline;
  Json
      body;  // {"detail","started","ended","code","step_started"}, and of what went wrong so far {"fault","fault_code"}
  std::size_t step = 0;  // where it is
  bool ready = false;    // the agent is to be given that step, which is not the first

  bool ended() const { return status != InvocationStatus::kDelayed && region::is_final(kInvocationMachine, status); }
  /// AWS's word for the status, and the finer one beside it.
  std::string status_text() const { return std::string(word_of(status)); }
  std::string detail() const { return body.text("detail", word_of(status)); }
  std::optional<TimedOut> timed_out() const { return find_word<TimedOut>(detail()); }
  /// Whether the agent is to be given its step.
  bool waits_for_agent() const { return status == InvocationStatus::kPending || ready; }
};

/// How a step of an invocation ended: {"status","detail","started","ended","code","out","err"}.
struct StepOutcome {
  std::size_t step = 0;
  Json body;

  InvocationStatus status() const { return require_word<InvocationStatus>(body.text("status")); }
};

/// The events of its life; each does nothing to an invocation that it does not find in a fitting state.
/// The agent has taken the step that it is at.
void delivered(Invocation& i, Timestamp now, Milliseconds execution_timeout);
/// How the step that it is at ended by the agent's reply.
StepOutcome outcome_of(const Invocation& i, Timestamp now, const border::CommandReply& reply);
/// The step has ended; `next` follows on it, to be taken by the agent within `delivery`. With nothing that follows, or
/// when somebody cancels it, the invocation ends as its worst step did.
void replied(Invocation& i, Timestamp now, const StepOutcome& outcome, std::optional<std::size_t> next,
             Milliseconds delivery);
void cancelled(Invocation& i, Timestamp now);
void timed_out(Invocation& i, Timestamp now);

/// What a command's status is from those of its invocations.
InvocationStatus command_status(const std::vector<Invocation>& all);

}  // namespace hanbat::ssm
