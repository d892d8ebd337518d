// A server that runs for a test, and raw sockets that talk to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "http/server.h"
#include "os/poller.h"
#include "os/sockets.h"

namespace hanbat::http {

/// Answers with what was asked; some paths do what their name says.
inline void echo(Exchange& exchange) {
  const RequestHead& head = exchange.head();
  if (head.raw_path == "/throw") throw std::runtime_error("secret detail");
  if (head.raw_path == "/chunks") {
    ResponseWriter& out = exchange.start(200, {});
    for (const char* part : {"one ", "two ", "three"}) {
      out.write(part);
      out.flush();
    }
    out.finish();
    return;
  }
  if (head.raw_path == "/stream") {  // the request's body, back as it comes
    ResponseWriter& out =
        exchange.start(200, {{"Content-Type", "application/octet-stream"}}, exchange.content_length());
    out.copy(exchange.body());
    return;
  }
  if (head.raw_path == "/unread") return exchange.send({403, {}, "no"});
  if (head.raw_path == "/half") {
    exchange.start(200, {}, 100).write("half");
    return;
  }
  exchange.send(
      {200, {{"X-Tag", head.listener_tag}}, head.method + " " + head.raw_path + "|" + exchange.read_body(1000)});
}

/// A server on a port of its own.
class Running {
 public:
  explicit Running(ServerOptions options = {}, Handler handler = echo)
      : server_(std::move(options), std::move(handler)) {
    Fd fd = listen_tcp("127.0.0.1", 0);
    port = local_address(fd.get()).port;
    server_.add_listener(std::move(fd), {.tag = "front"});
  }
  Server& server() { return server_; }
  std::uint16_t add(Transport transport, std::string tag) {
    Fd fd = listen_tcp("127.0.0.1", 0);
    const std::uint16_t its_port = local_address(fd.get()).port;
    server_.add_listener(std::move(fd), {std::move(tag), transport});
    return its_port;
  }
  Fd connect() { return connect_tcp("127.0.0.1", port, std::chrono::seconds(2)); }
  std::uint16_t port;

 private:
  Server server_;
};

/// Reads until `ending` came or the server closed or 3 s passed.
inline std::string read_until(const Fd& fd, std::string_view ending,
                              std::chrono::milliseconds longest = std::chrono::seconds(3)) {
  std::string text;
  char buffer[4096];
  while (text.find(ending) == std::string::npos && wait_ready(fd.get(), Interest::kRead, longest)) {
    const std::size_t n = read_some(fd.get(), buffer);
    if (n == 0) break;
    text.append(buffer, n);
  }
  return text;
}

}  // namespace hanbat::http
