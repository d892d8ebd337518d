#include "border/session_stream.h"

#include "base/ids.h"

namespace hanbat::border {

void SessionStream::say(SessionPayload kind, std::string payload, Timestamp now) {
  SessionMessage message;
  message.kind = side_ == SessionSide::kAgent ? SessionMessageKind::kOutput : SessionMessageKind::kInput;
  message.created = now;
  message.sequence = next_out_++;
  message.flags = message.sequence == 0 ? 1 : 0;  // the first of the stream
  message.id = random_uuid();
  message.payload_kind = kind;
  message.payload = std::move(payload);
  waiting_.push_back({message.sequence, message.to_bytes(), now});
  send_(waiting_.back().bytes);
}

std::vector<SessionMessage> SessionStream::take(std::string_view bytes, Timestamp now) {
  std::vector<SessionMessage> fresh;
  SessionMessage message = SessionMessage::from_bytes(bytes);
  if (message.kind == SessionMessageKind::kAcknowledge) {
    const std::int64_t sequence = message.acknowledged();
    std::erase_if(waiting_, [&](const Waiting& one) { return one.sequence == sequence; });
    return fresh;
  }
  if (message.kind != (side_ == SessionSide::kAgent ? SessionMessageKind::kInput : SessionMessageKind::kOutput))
    return fresh;
  const bool early = message.sequence > next_in_;
  if (early && early_.size() >= kMostEarly) return fresh;  // it comes again
  send_(message.acknowledgement(now).to_bytes());
  if (early) {
    early_.emplace(message.sequence, std::move(message));
    return fresh;
  }
  if (message.sequence < next_in_) return fresh;  // it came before
  fresh.push_back(std::move(message));
  ++next_in_;
  for (auto next = early_.find(next_in_); next != early_.end(); next = early_.find(next_in_)) {
    fresh.push_back(std::move(next->second));
    early_.erase(next);
    ++next_in_;
  }
  return fresh;
}

void SessionStream::resend(Timestamp now) {
  if (waiting_.empty() || now - waiting_.front().sent < kAgainAfter) return;
  waiting_.front().sent = now;
  send_(waiting_.front().bytes);
}

void SessionStream::resend_all(Timestamp now) {
  for (Waiting& one : waiting_) {
    one.sent = now;
    send_(one.bytes);
  }
}

}  // namespace hanbat::border
