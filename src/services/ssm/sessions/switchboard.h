// The data channels that are open: for each session the connection of the user's plugin and that of the agent, and what
// one says carried to the other. Nothing is kept: an end whose other end is not there, or is behind, is not read.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.h"
#include "http/websocket.h"
#include "services/ssm/sessions/session.h"

namespace hanbat::ssm {

class Switchboard {
 public:
  explicit Switchboard(const Clock& clock) : clock_(clock), began_(clock.now()) {}

  /// Runs one end until it is closed; one of that kind that is there already is closed for it. Tells `on_both` whenever
  /// both are there.
  http::WebSocketClosing connect(const std::string& session, SessionEnd end, http::WebSocket& socket,
                                 const std::function<void()>& on_both);
  /// Sends the client a last message and closes both ends.
  void hang_up(const std::string& session, const std::string& last_message);

  bool connected(const std::string& session, SessionEnd end) const;
  /// Since when the end has not been there; nothing while it is. One that never was has not been since `made`, nor
  /// longer than this daemon runs.
  std::optional<Timestamp> missing_since(const std::string& session, SessionEnd end, Timestamp made) const;
  /// Connections, of all sessions.
  std::size_t size() const;

 private:
  struct Line {
    std::array<http::WebSocket*, 2> ends{};
    std::array<std::optional<Timestamp>, 2> left{};
  };
  static std::size_t index(SessionEnd end) { return end == SessionEnd::kClient ? 0 : 1; }
  static http::WebSocket* other(const Line& line, SessionEnd end) { return line.ends[1 - index(end)]; }

  const Clock& clock_;
  const Timestamp began_;
  mutable std::mutex mutex_;
  std::map<std::string, Line> lines_;
};

}  // namespace hanbat::ssm
