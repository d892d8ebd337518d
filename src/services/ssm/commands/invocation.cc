#include "services/ssm/commands/invocation.h"

#include <algorithm>

namespace hanbat::ssm {
namespace {

constexpr std::size_t kOutputKept = 24000;  // what GetCommandInvocation shows of each stream

std::string cut(const std::string& text) {
  return text.size() <= kOutputKept ? text : text.substr(0, kOutputKept - 30) + "\n---Output truncated---";
}

/// Moves the status; false when the event leads nowhere from it.
bool advance(Invocation& i, InvocationEvent event) {
  const auto next = region::find_next(kInvocationMachine, i.status, event);
  if (!next) return false;
  i.status = *next;
  i.body["detail"] = word_of(*next);
  return true;
}

void end(Invocation& i, Timestamp now, std::int64_t code) {
  i.cancel = i.ready = false;
  i.body["code"] = code;
  i.body["ended"] = now.ms;
}

InvocationEvent event_of(const border::CommandReply& reply) {
  switch (reply.ending) {
    case border::CommandReply::Ending::kCancelled:
      return InvocationEvent::kKilled;
    case border::CommandReply::Ending::kTimedOut:
      return InvocationEvent::kRunTooLong;
    case border::CommandReply::Ending::kExited:
      break;
  }
  return reply.code == 0 ? InvocationEvent::kSucceed : InvocationEvent::kFail;
}

InvocationStatus status_of(InvocationEvent event) {
  return *region::find_next(kInvocationMachine, InvocationStatus::kInProgress, event);
}

/// What an invocation does whose worst step ended so.
InvocationEvent event_of(InvocationStatus worst) {
  for (const InvocationEvent event : {InvocationEvent::kFail, InvocationEvent::kRunTooLong, InvocationEvent::kKilled})
    if (status_of(event) == worst) return event;
  return InvocationEvent::kSucceed;
}

/// Notes how the step went; a failure outranks what took too long.
void note_fault(Invocation& i, const StepOutcome& outcome) {
  const InvocationStatus status = outcome.status();
  if (status == InvocationStatus::kSuccess) return;
  const std::string before = i.body.text("fault");
  if (!before.empty() && (before == word_of(InvocationStatus::kFailed) || status != InvocationStatus::kFailed)) return;
  i.body["fault"] = word_of(status);
  i.body["fault_code"] = outcome.body.integer("code");
}

}  // namespace

void delivered(Invocation& i, Timestamp now, Milliseconds execution_timeout) {
  if (i.ready)
    i.ready = false;
  else if (advance(i, InvocationEvent::kDeliver))
    i.body["started"] = now.ms;
  else
    return;
  i.body["step_started"] = now.ms;
  // The agent ends the script at the execution timeout itself; this is for an agent that never answers.
  i.deadline = now + execution_timeout + std::chrono::seconds(60);
}

StepOutcome outcome_of(const Invocation& i, Timestamp now, const border::CommandReply& reply) {
  const InvocationEvent event = event_of(reply);
  const std::string status(word_of(status_of(event)));
  return {i.step,
          Json::object(
              {{"status", status},
               {"detail", event == InvocationEvent::kRunTooLong ? std::string(word_of(TimedOut::kExecution)) : status},
               {"started", i.body.integer("step_started", i.body.integer("started"))},
               {"ended", now.ms},
               {"code", reply.code},
               {"out", cut(reply.out)},
               {"err", cut(reply.err)}})};
}

void replied(Invocation& i, Timestamp now, const StepOutcome& outcome, std::optional<std::size_t> next,
             Milliseconds delivery) {
  if (i.ready || (i.status != InvocationStatus::kInProgress && i.status != InvocationStatus::kCancelling)) return;
  note_fault(i, outcome);
  const bool stopped = i.status == InvocationStatus::kCancelling || outcome.status() == InvocationStatus::kCancelled;
  if (next && !stopped) {
    i.step = *next;
    i.ready = true;
    i.deadline = now + delivery;
    return;
  }
  const auto worst = find_word<InvocationStatus>(i.body.text("fault"));
  const InvocationEvent event = next ? InvocationEvent::kKilled : event_of(worst.value_or(outcome.status()));
  advance(i, event);
  if (event == InvocationEvent::kRunTooLong) i.body["detail"] = word_of(TimedOut::kExecution);
  end(i, now, i.body.integer("fault_code", outcome.body.integer("code")));
}

void cancelled(Invocation& i, Timestamp now) {
  const bool between_steps = i.ready;
  if (!advance(i, InvocationEvent::kCancel)) return;
  if (between_steps) advance(i, InvocationEvent::kKilled);
  if (i.ended()) return end(i, now, -1);
  i.cancel = true;
}

void timed_out(Invocation& i, Timestamp now) {
  const bool undelivered = i.status == InvocationStatus::kPending;
  if (!advance(i, InvocationEvent::kDeadline)) return;
  i.body["detail"] = word_of(undelivered ? TimedOut::kDelivery : TimedOut::kExecution);
  end(i, now, -1);
}

InvocationStatus command_status(const std::vector<Invocation>& all) {
  using enum InvocationStatus;
  const auto any = [&](InvocationStatus status) {
    return std::any_of(all.begin(), all.end(), [&](const Invocation& i) { return i.status == status; });
  };
  const bool started = std::any_of(all.begin(), all.end(), [](const Invocation& i) { return i.status != kPending; });
  if (any(kCancelling)) return kCancelling;
  if (any(kInProgress)) return kInProgress;
  if (any(kPending)) return started ? kInProgress : kPending;
  for (const InvocationStatus status : {kCancelled, kFailed, kTimedOut})
    if (any(status)) return status;
  return kSuccess;
}

}  // namespace hanbat::ssm
