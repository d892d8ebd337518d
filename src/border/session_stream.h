// One side of a session's stream, the agent's or the client's: what it says is numbered, kept and sent again until the
// other side has acknowledged it; what it hears is acknowledged and given on once, in order. Pure: it sends by a
// callback and is told the time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "border/session_message.h"

namespace hanbat::border {

/// Who speaks: the agent says output and hears input, the client the other way round.
enum class SessionSide { kAgent, kClient };

class SessionStream {
 public:
  using Send = std::function<void(std::string bytes)>;
  SessionStream(SessionSide side, Send send) : side_(side), send_(std::move(send)) {}

  void say(SessionPayload kind, std::string payload, Timestamp now);
  /// What is new in the message, with what waited for it. Throws MessageError.
  std::vector<SessionMessage> take(std::string_view bytes, Timestamp now);
  /// Sends the oldest again when its time is over, or all now: after a new connection.
  void resend(Timestamp now);
  void resend_all(Timestamp now);
  /// How much waits to be acknowledged.
  std::size_t waiting() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::int64_t sequence;
    std::string bytes;
    Timestamp sent;
  };
  static constexpr Milliseconds kAgainAfter{300};
  static constexpr std::size_t kMostEarly = 1000;

  SessionSide side_;
  Send send_;
  std::int64_t next_out_ = 0, next_in_ = 0;
  std::deque<Waiting> waiting_;
  std::map<std::int64_t, SessionMessage> early_;
};

}  // namespace hanbat::border
