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
  i.cancel = false;
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

}  // namespace

void delivered(Invocation& i, Timestamp now, Milliseconds execution_timeout) {
  if (!advance(i, InvocationEvent::kDeliver)) return;
  i.body["started"] = now.ms;
  // The agent ends the script at the execution timeout itself; this is for an agent that never answers.
  i.deadline = now + execution_timeout + std::chrono::seconds(60);
}

void replied(Invocation& i, Timestamp now, const border::CommandReply& reply) {
  const InvocationEvent event = event_of(reply);
  if (!advance(i, event)) return;
  i.body["out"] = cut(reply.out);
  i.body["err"] = cut(reply.err);
  if (event == InvocationEvent::kRunTooLong) i.body["detail"] = word_of(TimedOut::kExecution);
  end(i, now, reply.code);
}

void cancelled(Invocation& i, Timestamp now) {
  if (!advance(i, InvocationEvent::kCancel)) return;
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
