// HostClient. A request is one message {"id", "action", "arguments"}; an answer is {"id", "result"} or {"id", "error",
// "message"}, with a descriptor for listen.
#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>

#include <sys/socket.h>

#include "host/client.h"
#include "host/codec.h"
#include "host/protocol.h"
#include "os/fault.h"
#include "os/sockets.h"
#include "os/writers_turn.h"

namespace hanbat::host {

class HostClient::Connection {
 public:
  explicit Connection(Fd socket) : socket_(std::move(socket)), reader_([this] { read(); }) {}

  ~Connection() {
    ::shutdown(socket_.get(), SHUT_RDWR);
    reader_.join();
  }

  Json call(std::string_view action, Json arguments, Fd& descriptor) {
    require_no_writers_turn("wait for the host's side");
    std::unique_lock lock(mutex_);
    if (closed_) throw HostError(HostErrorCode::kGone, "hanbat-hostd is away");
    const std::int64_t id = ++last_id_;
    waiting_.emplace(id, Answer{});
    lock.unlock();
    const std::string bytes =
        Json::object({{"id", id}, {"action", std::string(action)}, {"arguments", std::move(arguments)}}).dump();
    fault_point("host:before", action);
    try {
      std::lock_guard sending(send_mutex_);
      send_message(socket_.get(), bytes);
    } catch (const std::exception& error) {
      lock.lock();
      waiting_.erase(id);
      throw HostError(HostErrorCode::kGone, std::string("cannot reach hanbat-hostd: ") + error.what());
    }
    lock.lock();
    arrived_.wait(lock, [&] { return closed_ || waiting_.at(id).message; });
    Answer answer = std::move(waiting_.at(id));
    waiting_.erase(id);
    if (!answer.message) throw HostError(HostErrorCode::kGone, "hanbat-hostd went away during " + std::string(action));
    fault_point("host:after", action);
    if (const Json* error = answer.message->find("error"))
      throw HostError(decode<HostErrorCode>(*error), answer.message->text("message"));
    descriptor = std::move(answer.descriptor);
    return (*answer.message)["result"];
  }

 private:
  struct Answer {
    std::optional<Json> message;
    Fd descriptor;
  };

  void read() {
    try {
      for (;;) {
        // The size first: a buffer for the largest message would be held and cleared for each.
        const ssize_t size = ::recv(socket_.get(), nullptr, 0, MSG_PEEK | MSG_TRUNC);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) break;
        Message message =
            receive_message(socket_.get(), std::min<std::size_t>(static_cast<std::size_t>(size), kMessageLimit));
        Json json = Json::parse(message.bytes);
        std::lock_guard lock(mutex_);
        const auto found = waiting_.find(json.integer("id"));
        if (found == waiting_.end()) continue;
        if (!message.descriptors.empty()) found->second.descriptor = std::move(message.descriptors.front());
        found->second.message = std::move(json);
        arrived_.notify_all();
      }
    } catch (const std::exception&) {
      // A broken socket is the same as a closed one: every caller learns of it.
    }
    std::lock_guard lock(mutex_);
    closed_ = true;
    arrived_.notify_all();
  }

  Fd socket_;
  std::mutex send_mutex_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::map<std::int64_t, Answer> waiting_;
  std::int64_t last_id_ = 0;
  bool closed_ = false;
  std::thread reader_;
};

HostClient::HostClient(Fd socket) : connection_(std::make_unique<Connection>(std::move(socket))) {}
HostClient::~HostClient() = default;

template <class Result>
Result HostClient::call(std::string_view action, Json arguments) {
  Fd descriptor;
  const Json result = connection_->call(action, std::move(arguments), descriptor);
  if constexpr (std::is_same_v<Result, Fd>) {
    if (!descriptor) throw HostError(HostErrorCode::kFailed, "hanbat-hostd sent no socket");
    return descriptor;
  } else if constexpr (!std::is_void_v<Result>) {
    return decode<Result>(result);
  }
}

#define HANBAT_DEFINE(name, Argument, Result) \
  Result HostClient::name(const Argument& argument) { return call<Result>(#name, encode(argument)); }
HANBAT_HOST_ACTIONS(HANBAT_DEFINE)
#undef HANBAT_DEFINE

}  // namespace hanbat::host
