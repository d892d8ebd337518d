#include "host/control.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "host/codec.h"
#include "os/sockets.h"

namespace hanbat::host {
namespace {

constexpr std::size_t kLongestRequest = 4 * 1024 * 1024;
constexpr int kStopPollMs = 200;

/// One line from the socket, without its end; empty when the other side closed first.
std::string read_line(int fd) {
  std::string line;
  std::array<char, 4096> buffer;
  while (line.size() < kLongestRequest) {
    const std::size_t got = read_some(fd, buffer);
    if (got == 0) return "";
    line.append(buffer.data(), got);
    if (const std::size_t end = line.find('\n'); end != std::string::npos) return line.substr(0, end);
  }
  throw std::runtime_error("the request is too long");
}

Json carry_out(ControlActions& actions, const Json& request, const Progress& progress) {
  Json answer = Json::object({});
  switch (decode<ControlRequest>(request["action"])) {
    case ControlRequest::kStatus:
      answer = actions.status();
      break;
    case ControlRequest::kImportImage:
      actions.import_image(request.text("name"), request.text("folder"), progress);
      break;
    case ControlRequest::kCall:
      answer["result"] =
          actions.call(request.text("method"), request["arguments"].is_null() ? Json::object() : request["arguments"]);
      break;
    case ControlRequest::kDown:
      actions.down(progress,
                   request["machines"].is_null() ? StopMode::kGraceful : decode<StopMode>(request["machines"]));
      break;
  }
  answer["done"] = true;
  return answer;
}

}  // namespace

ControlServer::ControlServer(const std::string& path, ControlActions& actions) : path_(path), actions_(actions) {
  listener_ = listen_unix(path);
  set_nonblocking(listener_.get());
  acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_until(stop); });
}

ControlServer::~ControlServer() {
  acceptor_.request_stop();
  acceptor_.join();
  ::unlink(path_.c_str());
  conversations_.clear();  // joins
}

void ControlServer::accept_until(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd wanted{.fd = listener_.get(), .events = POLLIN, .revents = 0};
    ::poll(&wanted, 1, kStopPollMs);
    forget_ended();
    Fd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!socket) continue;
    const std::scoped_lock lock(mutex_);
    Conversation& one = conversations_.emplace_back();
    one.thread = std::jthread([this, &one, socket = std::move(socket)]() mutable {
      serve(std::move(socket));
      const std::scoped_lock done(mutex_);
      one.ended = true;
    });
  }
}

void ControlServer::forget_ended() {
  std::list<Conversation> ended;
  const std::scoped_lock lock(mutex_);
  for (auto one = conversations_.begin(); one != conversations_.end();) {
    const auto next = std::next(one);
    if (one->ended) ended.splice(ended.end(), conversations_, one);
    one = next;
  }
}

void ControlServer::serve(Fd socket) {
  // Who asked may leave at any time; what was asked is carried out all the same.
  const auto send = [&](const Json& line) {
    try {
      write_all(socket.get(), line.dump() + "\n");
    } catch (const std::exception&) {
    }
  };
  try {
    const std::string line = read_line(socket.get());
    if (line.empty()) return;
    send(carry_out(actions_, Json::parse(line),
                   [&](const std::string& text) { send(Json::object({{"progress", text}})); }));
  } catch (const std::exception& error) {
    send(Json::object({{"error", error.what()}}));
  }
}

}  // namespace hanbat::host
