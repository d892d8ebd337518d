// The root daemon's end of the socket pair: requests come one after another and are carried out side by side.
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <semaphore>
#include <span>
#include <thread>
#include <vector>

#include "host/daemon.h"
#include "host/error.h"
#include "host/protocol.h"
#include "os/fault.h"
#include "os/sockets.h"

namespace hanbat::host {
namespace {

/// The requests under way of one hanbatd.
class Conversation {
 public:
  Conversation(Actions& actions, int socket) : actions_(actions), socket_(socket) {}
  ~Conversation() {
    for (;;) {
      std::thread next;
      {
        std::lock_guard lock(threads_mutex_);
        if (!done_.empty())
          next = std::move(done_.back()), done_.pop_back();
        else if (!threads_.empty())
          next = std::move(threads_.begin()->second), threads_.erase(threads_.begin());
        else
          return;
      }
      next.join();
    }
  }

  /// Waits while too many are under way.
  void begin(ActionCall call) {
    slots_.acquire();
    std::lock_guard lock(threads_mutex_);
    for (auto& thread : done_) thread.join();
    done_.clear();
    std::thread thread([this, call = std::move(call)] {
      answer(call);
      slots_.release();
      std::lock_guard inner(threads_mutex_);
      const auto self = threads_.find(std::this_thread::get_id());
      if (self == threads_.end()) return;
      done_.push_back(std::move(self->second));
      threads_.erase(self);
    });
    const auto id = thread.get_id();
    threads_.emplace(id, std::move(thread));
  }

 private:
  void answer(const ActionCall& call) {
    Json out = Json::object({{"id", call.id}});
    Fd descriptor;
    try {
      fault_point("hostd:before", call.action);
      ActionResult result = actions_.run(call.action, call.arguments);
      fault_point("hostd:after", call.action);
      out["result"] = std::move(result.result);
      descriptor = std::move(result.descriptor);
    } catch (const HostError& error) {
      out["error"] = word_of(error.code);
      out["message"] = error.what();
    } catch (const std::exception& error) {
      out["error"] = word_of(HostErrorCode::kFailed);
      out["message"] = error.what();
    }
    try {
      std::lock_guard lock(sending_);
      const int number = descriptor.get();
      send_message(socket_, out.dump(), descriptor ? std::span<const int>(&number, 1) : std::span<const int>());
    } catch (const std::exception&) {
      // hanbatd is gone; the next one asks again.
    }
  }

  Actions& actions_;
  const int socket_;
  std::counting_semaphore<32> slots_{32};
  std::mutex sending_;
  std::mutex threads_mutex_;
  std::map<std::thread::id, std::thread> threads_;
  std::vector<std::thread> done_;
};

}  // namespace

void serve_actions(Actions& actions, int socket) {
  Conversation conversation(actions, socket);
  try {
    for (;;) {
      const ssize_t size = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC);
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) break;
      const Message message =
          receive_message(socket, std::min<std::size_t>(static_cast<std::size_t>(size), kMessageLimit));
      conversation.begin(read_call(message.bytes));
    }
  } catch (const std::exception&) {
    // What does not parse ends the connection: the other end is no hanbatd of ours.
  }
  ::shutdown(socket, SHUT_RDWR);
}

}  // namespace hanbat::host
