// Two threads: one runs the data channel's WebSocket, and the stream above it; the other reads what the shell says.
#include "guest/ssm_agent/session.h"

#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>

#include "base/json.h"
#include "border/fields.h"
#include "border/session_stream.h"
#include "guest/ssm_agent/far_end.h"
#include "http/websocket.h"

namespace hanbat::guest {
namespace {

using border::SessionMessage;
using border::SessionPayload;

// The newest agent of AWS's whose features this one has: it ends a session when the client asks for it, and carries one
// connection to a port, not several.
constexpr const char* kVersion = "3.0.161.0";
constexpr Milliseconds kIdle = std::chrono::minutes(20);  // AWS's default
constexpr Milliseconds kRegionAway = std::chrono::seconds(60);
constexpr Milliseconds kFlushed = std::chrono::seconds(5);
constexpr std::size_t kMostTyped = 256 << 10;  // bytes that the shell has not read
constexpr std::size_t kMostWaiting = 100;      // messages that wait to be acknowledged, before the shell is held back

class RunningSession {
 public:
  RunningSession(Gateway& gateway, const border::SessionStart& start, const std::string& instance)
      : gateway_(gateway),
        start_(start),
        instance_(instance),
        stream_(border::SessionSide::kAgent, [this](std::string bytes) { send(std::move(bytes)); }) {}
  ~RunningSession() {
    if (far_end_) far_end_->end();
    over_ = true;
    acknowledged_.notify_all();
  }

  void run() {
    Timestamp heard = clock_.now();
    last_input_ = heard;
    while (!closed_ && clock_.now() - heard < kRegionAway) try {
        const auto opened = gateway_.open(start_.session_id, gateway_.data_channel_token(start_.session_id));
        if (converse(opened->socket())) return;
        heard = clock_.now();
      } catch (const ServiceError& error) {
        std::fprintf(stderr, "session %s: %s\n", start_.session_id.c_str(), error.what());
        if (error.status / 100 == 4) return;  // it is over
        ::sleep(1);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "session %s: %s\n", start_.session_id.c_str(), error.what());
        ::sleep(1);
      }
  }

 private:
  /// Runs one connection; whether the session ended with it.
  bool converse(http::WebSocket& socket) {
    {
      const std::lock_guard lock(mutex_);
      socket_ = &socket;
      if (shaken_hands_ || stream_.waiting() > 0)
        stream_.resend_all(clock_.now());
      else
        ask_for_handshake();
    }
    const auto closing = socket.run({.on_message = [this](const http::WebSocketMessage& message) { hear(message); },
                                     .may_read = [this] { return keeps_up(); },
                                     .on_tick = [this] { tick(); }});
    const std::lock_guard lock(mutex_);
    socket_ = nullptr;
    // The region says goodbye when it ends a session; it breaks a connection when it goes down itself.
    return closed_ || closing.code == http::close_code::kNormal || closing.code == http::close_code::kPolicy;
  }

  /// Whether what was typed is taken.
  bool keeps_up() {
    const std::lock_guard lock(mutex_);
    return !far_end_ || far_end_->backlog() < kMostTyped;
  }

  void send(std::string bytes) {
    if (socket_) socket_->send({http::WebSocketOpcode::kBinary, std::move(bytes)});
  }

  void ask_for_handshake() {
    const Json action = Json::object(
        {{"ActionType", "SessionType"},
         {"ActionParameters", Json::object({{"SessionType", word_of(start_.type)}, {"Properties", properties()}})}});
    stream_.say(SessionPayload::kHandshakeRequest,
                Json::object({{"AgentVersion", kVersion}, {"RequestedClientActions", Json::array({action})}}).dump(),
                clock_.now());
    asked_ = clock_.now();
  }

  Json properties() const {
    // Without a type: a connection that the plugin's own standard streams carry.
    if (start_.type == border::SessionType::kPort) return Json::object({{"portNumber", start_.port}});
    return {};
  }

  void hear(const http::WebSocketMessage& message) {
    if (message.kind != http::WebSocketOpcode::kBinary) return;
    const std::lock_guard lock(mutex_);
    try {
      for (const SessionMessage& one : stream_.take(message.data, clock_.now())) take(one);
      acknowledged_.notify_all();
    } catch (const border::MessageError& error) {
      std::fprintf(stderr, "session %s: %s\n", start_.session_id.c_str(), error.what());
    } catch (const JsonError& error) {
      std::fprintf(stderr, "session %s: %s\n", start_.session_id.c_str(), error.what());
    }
  }

  void take(const SessionMessage& message) {
    switch (message.payload_kind) {
      case SessionPayload::kHandshakeResponse:
        return shake_hands(Json::parse(message.payload));
      case SessionPayload::kOutput:
        last_input_ = clock_.now();
        if (far_end_) far_end_->write(message.payload);
        return;
      case SessionPayload::kSize:
        size_ = Json::parse(message.payload);
        return resize();
      case SessionPayload::kFlag:
        // A client that has closed its end of a port is done with it as one that ends the session is.
        return end_far_end();
      default:
        return;
    }
  }

  /// Also where its reader waits for a client that acknowledges nothing any more.
  void end_far_end() {
    if (far_end_) far_end_->end();
    ending_ = true;
    acknowledged_.notify_all();
  }

  void resize() {
    if (far_end_ && size_.is_object())
      far_end_->resize(static_cast<int>(size_.integer("cols")), static_cast<int>(size_.integer("rows")));
  }

  void shake_hands(const Json& response) {
    if (shaken_hands_) return;
    shaken_hands_ = true;
    for (const std::string& error : response.texts("Errors")) why_ += (why_.empty() ? "" : "; ") + error;
    const Milliseconds took = clock_.now() - asked_;
    stream_.say(SessionPayload::kHandshakeComplete,
                Json::object({{"HandshakeTimeToComplete", took.count() * 1'000'000}, {"CustomerMessage", ""}}).dump(),
                clock_.now());
    if (why_.empty()) try {
        far_end_ = open_far_end(start_);
      } catch (const std::exception& error) {
        why_ = error.what();
      }
    if (!far_end_) {
      ended_ = clock_.now();
      return;
    }
    resize();
    reader_ = std::jthread([this] { read_far_end(); });
  }

  void read_far_end() {
    while (!over_) {
      std::string said = far_end_->read();
      std::unique_lock lock(mutex_);
      if (said.empty()) {
        ended_ = clock_.now();
        if (socket_) socket_->wake();
        return;
      }
      acknowledged_.wait(lock, [&] { return stream_.waiting() < kMostWaiting || ending_ || over_; });
      stream_.say(SessionPayload::kOutput, std::move(said), clock_.now());
    }
  }

  void tick() {
    const std::lock_guard lock(mutex_);
    const Timestamp now = clock_.now();
    stream_.resend(now);
    if (!ended_ && far_end_ && now - last_input_ > kIdle) {
      why_ = "nothing was typed for 20 minutes";
      end_far_end();
    }
    if (!ended_ || closed_) return;
    // What was said last is heard before the end.
    if (stream_.waiting() > 0 && now - *ended_ < kFlushed) return;
    closed_ = true;
    send(SessionMessage::channel_closed(start_.session_id, instance_, why_, now).to_bytes());
    socket_->close(http::close_code::kNormal);
  }

  Gateway& gateway_;
  const border::SessionStart start_;
  const std::string instance_;
  const SystemClock clock_;

  std::mutex mutex_;  // over all below
  std::condition_variable acknowledged_;
  border::SessionStream stream_;
  http::WebSocket* socket_ = nullptr;
  std::unique_ptr<FarEnd> far_end_;
  bool shaken_hands_ = false, ending_ = false;
  Json size_;  // of the user's terminal, as told last
  Timestamp asked_{}, last_input_{};
  std::optional<Timestamp> ended_;  // what it leads to, or the try to open it
  std::string why_;
  std::atomic<bool> closed_ = false, over_ = false;
  std::jthread reader_;  // the last member: it ends before the others do
};

}  // namespace

void run_session(Gateway& gateway, const border::SessionStart& start, const std::string& instance) {
  RunningSession(gateway, start, instance).run();
}

}  // namespace hanbat::guest
