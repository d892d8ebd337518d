// WebSockets (RFC 6455): frames, and one side of a connection that has become one. Both our server and our client speak
// them; see docs/decisions/022-websockets.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "http/channel.h"
#include "os/poller.h"

namespace hanbat::http {

/// Which side of the connection we are: a client masks what it sends, a server does not.
enum class WebSocketSide : std::uint8_t { kServer, kClient };

enum class WebSocketOpcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

/// A whole message: text or binary data, or a control frame.
struct WebSocketMessage {
  WebSocketOpcode kind = WebSocketOpcode::kBinary;
  std::string data;
  bool operator==(const WebSocketMessage&) const = default;
};

/// Codes of RFC 6455, section 7.4.1.
namespace close_code {
inline constexpr int kNormal = 1000;
inline constexpr int kGoingAway = 1001;
inline constexpr int kProtocolError = 1002;
inline constexpr int kNoCode = 1005;  // never on the wire: the other side gave none
inline constexpr int kBroken = 1006;  // never on the wire: the connection ended without a close frame
inline constexpr int kPolicy = 1008;
inline constexpr int kTooLarge = 1009;
}  // namespace close_code

/// How a WebSocket ended.
struct WebSocketClosing {
  int code = close_code::kBroken;
  std::string reason;
  bool operator==(const WebSocketClosing&) const = default;
};

/// What the other side sent is no WebSocket; `code` is what it is told.
struct WebSocketError : std::runtime_error {
  WebSocketError(int code, const std::string& what) : std::runtime_error(what), code(code) {}
  int code;
};

/// Takes bytes as they come and gives whole messages. Pure.
class WebSocketReader {
 public:
  /// `limit`: bytes of one message, over all its fragments.
  WebSocketReader(WebSocketSide own_side, std::size_t limit) : own_side_(own_side), limit_(limit) {}

  void feed(std::string_view bytes) { in_.append(bytes); }
  /// The next message, or nothing until more bytes came. Throws WebSocketError, after which nothing more comes.
  std::optional<WebSocketMessage> next();

 private:
  struct Frame {
    bool final = false;
    WebSocketOpcode opcode = WebSocketOpcode::kContinuation;
    std::string data;
  };
  std::optional<Frame> next_frame();

  const WebSocketSide own_side_;
  const std::size_t limit_;
  std::string in_;
  std::size_t at_ = 0;
  std::optional<WebSocketMessage> fragments_;
};

/// The bytes of one whole message.
std::string websocket_frame(WebSocketSide own_side, const WebSocketMessage& message);
/// The payload of a close frame, and what one says.
std::string close_payload(const WebSocketClosing& closing);
/// Throws WebSocketError.
WebSocketClosing parse_close(std::string_view payload);
/// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string websocket_accept(std::string_view key);

/// One side of an open connection. One thread runs it; any other may send, close and wake.
class WebSocket {
 public:
  struct Options {
    std::size_t message_limit = 1 << 20;
    std::size_t congested_at = 1 << 20;  // bytes that wait to be sent
    /// The other side is asked for a sign of life after this silence, and given up after three of them.
    std::chrono::milliseconds ping_every = std::chrono::seconds(30);
  };
  /// They run in the thread of run().
  struct Callbacks {
    std::function<void(WebSocketMessage)> on_message = {};
    /// Whether to take the next message; asked again after each, and after wake().
    std::function<bool()> may_read = [] { return true; };
    /// What was congested is not any more.
    std::function<void()> on_drained = [] {};
    /// Called at least this often, when set.
    std::function<void()> on_tick = nullptr;
    std::chrono::milliseconds tick = std::chrono::milliseconds(100);
  };

  /// `pending`: bytes that came behind the handshake. The channel outlives this.
  WebSocket(Channel& channel, WebSocketSide side, std::string_view pending, Options options);
  WebSocket(Channel& channel, WebSocketSide side, std::string_view pending) : WebSocket(channel, side, pending, {}) {}

  /// Queues a message; does nothing once it is closing.
  void send(WebSocketMessage message);
  /// Sends what is queued and a close frame; run() ends when the other side has answered it, or after a moment.
  void close(int code, std::string reason = "");
  /// Whether more waits to be sent than should.
  bool congested() const;
  void wake() const { wake_.set(); }

  /// Writes what is queued, before run(). Throws http::Error when the connection breaks or takes nothing for a while.
  void flush();
  /// Runs until both sides have closed or the connection broke; never throws for what the other side does.
  WebSocketClosing run(const Callbacks& callbacks);
  /// Waits for one message, before run(); nothing when none comes in time or the connection ends.
  std::optional<WebSocketMessage> receive(std::chrono::milliseconds longest);

 private:
  using Clock = std::chrono::steady_clock;

  /// Goes on until it is over, or `stop` says so.
  WebSocketClosing go_on(const Callbacks& callbacks, const std::function<bool()>& stop);
  bool write_some(const Callbacks& callbacks);
  bool read_some();
  void take(WebSocketMessage message, const Callbacks& callbacks);
  void wait(bool reads, const Callbacks& callbacks);
  void queue(WebSocketOpcode kind, std::string data);
  bool over() const;

  Channel& channel_;
  const WebSocketSide side_;
  const Options options_;
  WakeUp wake_;
  WebSocketReader reader_;

  mutable std::mutex mutex_;
  std::string out_;                           // frames that wait to be sent
  std::optional<Clock::time_point> closing_;  // since our close frame was queued
  WebSocketClosing said_;                     // what ours says

  // Of the running thread.
  std::optional<WebSocketClosing> heard_;  // the other side's close frame
  bool ended_ = false;                     // the connection has no more bytes
  Clock::time_point last_heard_, last_ping_;
};

}  // namespace hanbat::http
