#include "services/ssm/sessions/switchboard.h"

#include <algorithm>

namespace hanbat::ssm {

http::WebSocketClosing Switchboard::connect(const std::string& session, SessionEnd end, http::WebSocket& socket,
                                            const std::function<void()>& on_both) {
  const std::size_t own = index(end);
  bool both = false;
  {
    const std::lock_guard lock(mutex_);
    Line& line = lines_[session];
    if (line.ends[own]) line.ends[own]->close(http::close_code::kPolicy, "another connection took its place");
    line.ends[own] = &socket;
    line.left[own].reset();
    http::WebSocket* const peer = other(line, end);
    both = peer;
    if (peer) peer->wake();
  }
  if (both) on_both();
  http::WebSocket::Callbacks callbacks;
  callbacks.on_message = [&](http::WebSocketMessage message) {
    const std::lock_guard lock(mutex_);
    if (http::WebSocket* const peer = other(lines_[session], end)) peer->send(std::move(message));
  };
  callbacks.may_read = [&] {
    const std::lock_guard lock(mutex_);
    http::WebSocket* const peer = other(lines_[session], end);
    return peer && !peer->congested();
  };
  callbacks.on_drained = [&] {
    const std::lock_guard lock(mutex_);
    if (http::WebSocket* const peer = other(lines_[session], end)) peer->wake();
  };
  const http::WebSocketClosing closing = socket.run(callbacks);

  const std::lock_guard lock(mutex_);
  Line& line = lines_[session];
  if (line.ends[own] != &socket) return closing;  // another took its place
  line.ends[own] = nullptr;
  line.left[own] = clock_.now();
  return closing;
}

void Switchboard::hang_up(const std::string& session, const std::string& last_message) {
  const std::lock_guard lock(mutex_);
  const auto line = lines_.find(session);
  if (line == lines_.end()) return;
  if (http::WebSocket* const client = line->second.ends[index(SessionEnd::kClient)]; client && !last_message.empty())
    client->send({http::WebSocketOpcode::kBinary, last_message});
  for (http::WebSocket* const socket : line->second.ends)
    if (socket) socket->close(http::close_code::kNormal);
  if (!line->second.ends[0] && !line->second.ends[1]) lines_.erase(line);
}

bool Switchboard::connected(const std::string& session, SessionEnd end) const {
  const std::lock_guard lock(mutex_);
  const auto line = lines_.find(session);
  return line != lines_.end() && line->second.ends[index(end)];
}

std::optional<Timestamp> Switchboard::missing_since(const std::string& session, SessionEnd end, Timestamp made) const {
  const std::lock_guard lock(mutex_);
  const auto line = lines_.find(session);
  if (line == lines_.end()) return std::max(made, began_);
  if (line->second.ends[index(end)]) return std::nullopt;
  return line->second.left[index(end)].value_or(std::max(made, began_));
}

std::size_t Switchboard::size() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [session, line] : lines_) count += (line.ends[0] != nullptr) + (line.ends[1] != nullptr);
  return count;
}

}  // namespace hanbat::ssm
