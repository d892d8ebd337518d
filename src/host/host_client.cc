// HostClient. A request is one message {"id", "action", "arguments"}; an answer is {"id", "result"} or {"id", "error",
// "message"}, with a descriptor for listen.
#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

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

  Json call(std::string_view action, Json arguments, Fd* descriptor) {
    require_no_writers_turn("wait for the host's side");
    std::unique_lock lock(mutex_);
    if (closed_) throw HostError("Gone", "hanbat-hostd is away");
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
      throw HostError("Gone", std::string("cannot reach hanbat-hostd: ") + error.what());
    }
    lock.lock();
    arrived_.wait(lock, [&] { return closed_ || waiting_.at(id).message; });
    Answer answer = std::move(waiting_.at(id));
    waiting_.erase(id);
    if (!answer.message) throw HostError("Gone", "hanbat-hostd went away during " + std::string(action));
    fault_point("host:after", action);
    if (const Json* error = answer.message->find("error"))
      throw HostError(error->as_string(), answer.message->text("message"));
    if (descriptor) *descriptor = std::move(answer.descriptor);
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
      // A broken socket is the same as a closed one: every caller is told.
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

Json HostClient::call(std::string_view action, Json arguments, Fd* descriptor) {
  return connection_->call(action, std::move(arguments), descriptor);
}

void HostClient::apply_vpc(const VpcSpec& spec) { call("apply_vpc", encode(spec)); }
void HostClient::remove_vpc(const std::string& id) { call("remove_vpc", encode(Name{id})); }
std::vector<VpcState> HostClient::vpcs() { return decode<std::vector<VpcState>>(call("vpcs", Json::object())); }

Fd HostClient::listen(const ListenSpec& spec) {
  Fd descriptor;
  call("listen", encode(spec), &descriptor);
  if (!descriptor) throw HostError("Failed", "hanbat-hostd sent no socket");
  return descriptor;
}

void HostClient::create_machine(const MachineSpec& spec) { call("create_machine", encode(spec)); }
void HostClient::start_machine(const std::string& name) { call("start_machine", encode(Name{name})); }
void HostClient::stop_machine(const std::string& name, StopMode mode) {
  call(mode == StopMode::kForce ? "kill_machine" : "stop_machine", encode(Name{name}));
}
void HostClient::restart_machine(const std::string& name) { call("restart_machine", encode(Name{name})); }
void HostClient::delete_machine(const std::string& name) { call("delete_machine", encode(Name{name})); }
std::vector<MachineState> HostClient::machines() {
  return decode<std::vector<MachineState>>(call("machines", Json::object()));
}
std::string HostClient::console(const std::string& name) {
  return decode<std::string>(call("console", encode(Name{name})));
}

ImageState HostClient::import_image(const ImageSpec& spec) {
  return decode<ImageState>(call("import_image", encode(spec)));
}
ImageState HostClient::publish_image(const std::string& machine, const std::string& alias) {
  return decode<ImageState>(call("publish_image", encode(PublishImage{machine, alias})));
}
std::vector<ImageState> HostClient::images() { return decode<std::vector<ImageState>>(call("images", Json::object())); }
void HostClient::delete_image(const std::string& alias) { call("delete_image", encode(Name{alias})); }

void HostClient::apply_balancers(const BalancersSpec& spec) { call("apply_balancers", encode(spec)); }
std::vector<TargetHealth> HostClient::balancer_health() {
  return decode<std::vector<TargetHealth>>(call("balancer_health", Json::object()));
}

std::vector<std::string> HostClient::sweep(const SweepSpec& spec) {
  return decode<std::vector<std::string>>(call("sweep", encode(spec)));
}
std::vector<Finding> HostClient::doctor() { return decode<std::vector<Finding>>(call("doctor", Json::object())); }

}  // namespace hanbat::host
