// Two threads: one runs the data channel's WebSocket, and the stream above it; the other reads what is typed.
#include "main/cli/connect/session.h"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>

#include "base/ids.h"
#include "base/text.h"
#include "border/fields.h"
#include "border/session_stream.h"
#include "http/websocket.h"
#include "main/cli/connect/local_terminal.h"
#include "os/fd.h"
#include "os/poller.h"

namespace hanbat::cli {
namespace {

using border::SessionMessage;
using border::SessionPayload;

// AWS's plugin of that version speaks as this does.
constexpr const char* kClientVersion = "1.2.0.0";
constexpr Milliseconds kRegionAway = std::chrono::seconds(60);
constexpr std::size_t kMostWaiting = 100;  // messages that wait to be acknowledged, before reading waits
constexpr std::size_t kTypedAtATime = 1024;

volatile std::sig_atomic_t caught = 0;

/// Has these signals end the session instead of the program, as long as it is there.
class Signals {
 public:
  Signals() {
    struct sigaction action{};
    action.sa_handler = [](int number) { caught = number; };
    for (std::size_t i = 0; i < kEnding.size(); ++i) ::sigaction(kEnding[i], &action, &before_[i]);
  }
  ~Signals() {
    for (std::size_t i = 0; i < kEnding.size(); ++i) ::sigaction(kEnding[i], &before_[i], nullptr);
  }

 private:
  static constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP};
  std::array<struct sigaction, kEnding.size()> before_{};
};

class UsersEnd {
 public:
  UsersEnd(RegionApi& api, const Json& started, ExitMark* mark)
      : api_(api),
        id_(started.text("SessionId")),
        url_(started.text("StreamUrl")),
        token_(started.text("TokenValue")),
        mark_(mark),
        stream_(border::SessionSide::kClient, [this](std::string bytes) {
          if (socket_) socket_->send({http::WebSocketOpcode::kBinary, std::move(bytes)});
        }) {}
  ~UsersEnd() {
    over_ = true;
    stop_.set();
    acknowledged_.notify_all();
  }

  SessionEnd run() {
    const Signals signals;
    const RawInput raw;
    Timestamp heard = clock_.now();
    while (true) {
      try {
        converse();
        heard = clock_.now();
      } catch (const http::Error& error) {
        if (clock_.now() - heard > kRegionAway) throw Failure(lost(error.what()));
      }
      if (closed_ || caught) return end();
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
      if (!resume() && clock_.now() - heard > kRegionAway) throw Failure(lost("it does not come back"));
      if (closed_) return end();
    }
  }

 private:
  std::string lost(const std::string& why) const {
    return "the session " + id_ + " was lost (" + why + "); hanbat status tells whether the region runs";
  }

  SessionEnd end() {
    if (mark_) print(mark_->rest());
    return {why_, caught ? std::optional<int>(caught) : std::nullopt};
  }

  /// Asks for the token of another connection; without one the session is over.
  bool resume() try {
    const Json again = api_.call("ssm", "ResumeSession", Json::object({{"SessionId", id_}}));
    token_ = again.text("TokenValue");
    url_ = again.text("StreamUrl");
    closed_ = token_.empty();
    return true;
  } catch (const ApiError& error) {
    closed_ = true;
    why_ = error.what();
    return true;
  } catch (const Failure&) {
    return false;  // nobody answers: it is asked again
  }

  void converse() {
    // ws://127.0.0.1:4566/v1/data-channel/… as the HTTP client takes it.
    const std::string address = replace_all(replace_all(url_, "wss://", "https://"), "ws://", "http://");
    const auto path = address.find('/', address.find("://") + 3);
    http::ClientWebSocket opened(http::Endpoint::of_url(address.substr(0, path)), {}, address.substr(path), {});
    http::WebSocket& socket = opened.socket();
    socket.send({http::WebSocketOpcode::kText, Json::object({{"MessageSchemaVersion", "1.0"},
                                                             {"RequestId", random_uuid()},
                                                             {"TokenValue", token_},
                                                             {"ClientId", random_uuid()},
                                                             {"ClientVersion", kClientVersion}})
                                                   .dump()});
    {
      const std::lock_guard lock(mutex_);
      socket_ = &socket;
      stream_.resend_all(clock_.now());
    }
    socket.run({.on_message = [this](const http::WebSocketMessage& message) { hear(message); },
                .on_tick = [this] { tick(); }});
    const std::lock_guard lock(mutex_);
    socket_ = nullptr;
  }

  void hear(const http::WebSocketMessage& message) {
    if (message.kind != http::WebSocketOpcode::kBinary) return;
    const std::lock_guard lock(mutex_);
    const SessionMessage one = SessionMessage::from_bytes(message.data);
    if (one.kind == border::SessionMessageKind::kChannelClosed) {
      why_ = Json::parse(one.payload).text("Output");
      closed_ = true;
      socket_->close(http::close_code::kNormal);
      return;
    }
    for (const SessionMessage& next : stream_.take(message.data, clock_.now())) take(next);
    acknowledged_.notify_all();
  }

  void take(const SessionMessage& message) {
    switch (message.payload_kind) {
      case SessionPayload::kHandshakeRequest:
        return shake_hands(Json::parse(message.payload));
      case SessionPayload::kHandshakeComplete:
        shaken_hands_ = true;
        tell_size();
        return begin();
      case SessionPayload::kOutput:
      case SessionPayload::kError:
      case SessionPayload::kStandardError:
        print(mark_ ? mark_->take(message.payload) : message.payload);
        return begin();
      default:
        return;
    }
  }

  void shake_hands(const Json& request) {
    Json done = Json::array();
    for (const Json& action : request["RequestedClientActions"].items()) {
      const bool known = action.text("ActionType") == "SessionType";
      done.push_back(Json::object({{"ActionType", action.text("ActionType")},
                                   {"ActionStatus", known ? 1 : 3},
                                   {"ActionResult", Json()},
                                   {"Error", known ? "" : "this client cannot do that"}}));
    }
    stream_.say(
        SessionPayload::kHandshakeResponse,
        Json::object({{"ClientVersion", kClientVersion}, {"ProcessedClientActions", done}, {"Errors", Json()}}).dump(),
        clock_.now());
  }

  /// Once hands are shaken, and a command has made its terminal ready: what is typed goes there from now on.
  void begin() {
    if (reader_.joinable() || (mark_ && !mark_->begun())) return;
    reader_ = std::jthread([this] { read_input(); });
  }

  void tell_size() {
    const auto size = window_size();
    if (!size || size == size_) return;
    size_ = size;
    stream_.say(SessionPayload::kSize, Json::object({{"cols", size->columns}, {"rows", size->rows}}).dump(),
                clock_.now());
  }

  static void print(const std::string& bytes) {
    if (!bytes.empty()) write_all(STDOUT_FILENO, bytes);
  }

  void read_input() {
    std::array<char, kTypedAtATime> buffer;
    char last = '\n';
    while (!over_) {
      std::array<pollfd, 2> fds{{{STDIN_FILENO, POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
      ::poll(fds.data(), fds.size(), -1);
      if (over_ || fds[1].revents) return;
      if (!fds[0].revents) continue;
      const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      std::unique_lock lock(mutex_);
      acknowledged_.wait(lock, [&] { return stream_.waiting() < kMostWaiting || over_; });
      if (n <= 0) {
        // A terminal's end of input; within a line the first ends the line alone.
        stream_.say(SessionPayload::kOutput, last == '\n' ? "\x04" : "\x04\x04", clock_.now());
        return;
      }
      last = buffer[static_cast<std::size_t>(n) - 1];
      stream_.say(SessionPayload::kOutput, std::string(buffer.data(), static_cast<std::size_t>(n)), clock_.now());
    }
  }

  void tick() {
    const std::lock_guard lock(mutex_);
    stream_.resend(clock_.now());
    if (shaken_hands_) tell_size();
    if (!caught || ending_) return;
    ending_ = true;
    stream_.say(SessionPayload::kFlag, std::string("\0\0\0\x02", 4), clock_.now());
    socket_->close(http::close_code::kNormal);
  }

  RegionApi& api_;
  const std::string id_;
  std::string url_, token_;
  ExitMark* mark_;
  const SystemClock clock_;

  std::mutex mutex_;  // over all below
  std::condition_variable acknowledged_;
  border::SessionStream stream_;
  http::WebSocket* socket_ = nullptr;
  std::optional<WindowSize> size_;
  std::string why_;
  bool shaken_hands_ = false, ending_ = false;
  std::atomic<bool> closed_ = false, over_ = false;
  WakeUp stop_;
  std::jthread reader_;  // the last member: it ends before the others do
};

}  // namespace

SessionEnd run_session(RegionApi& api, const Json& started, ExitMark* mark) {
  return UsersEnd(api, started, mark).run();
}

}  // namespace hanbat::cli
