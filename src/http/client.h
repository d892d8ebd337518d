// The HTTP/1.1 client: over TCP, TLS and Unix sockets, with streamed bodies both ways and connections kept for reuse.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.h"
#include "os/fd.h"

namespace hanbat::http {

/// Where a client connects to.
struct Endpoint {
  enum class Scheme : std::uint8_t { kHttp, kHttps };
  Scheme scheme = Scheme::kHttp;
  std::string host = "localhost";  // for the Host header, SNI and the certificate's check
  std::uint16_t port = 80;
  /// Connects here instead of to `host`: a numeric address.
  std::string connect_address;
  std::uint16_t connect_port = 0;  // 0 = port
  /// Connects to this Unix socket instead.
  std::string unix_path;
  /// Makes the connected socket itself, in another namespace for example; over all of the above.
  std::function<Fd()> connector;

  static Endpoint unix_socket(std::string path) { return {.unix_path = std::move(path)}; }
  /// "http://host:port" or "https://host"; throws std::invalid_argument. What follows the authority is passed over.
  static Endpoint of_url(std::string_view url);
};

struct ClientOptions {
  std::string ca_pem;  // who may have signed the server's certificate; "" = the system's
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds io_timeout =
      std::chrono::seconds(60);  // for each read or write, the answer's head included
  std::size_t max_idle = 8;
};

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";
  Headers headers;                             // Host, Content-Length and Transfer-Encoding are added when missing
  std::string body;                            // used when `stream` is null
  BodyReader* stream = nullptr;                // borrowed for the call
  std::optional<std::uint64_t> stream_length;  // nothing = chunked
};

/// An answer whose body is still to be read. Destroying it before its end closes the connection.
class ClientResponse : public BodyReader {
 public:
  int status = 0;
  Headers headers;
  std::optional<std::uint64_t> content_length;
};

class ConnectionPool;
class WebSocket;

/// Safe from all threads; each request takes a connection of its own from the idle ones or makes one.
class Client {
 public:
  explicit Client(Endpoint endpoint, ClientOptions options = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends the request and reads the answer's head. Throws http::Error (status 0) when there is no answer. Tried once
  /// more on a new connection when a kept one turns out closed and the body can be sent again.
  std::unique_ptr<ClientResponse> open(const ClientRequest& request);
  /// The same with the whole body, of at most `limit` bytes.
  Response send(const ClientRequest& request, std::size_t limit = 64u << 20);

 private:
  std::shared_ptr<ConnectionPool> pool_;  // shared with answers that are still being read
};

/// A WebSocket to a server, with its connection.
class ClientWebSocket {
 public:
  /// Asks for one at `target`. Throws http::Error: its status when the server answers with another than 101, else 0.
  ClientWebSocket(const Endpoint& endpoint, const ClientOptions& options, const std::string& target, Headers headers);
  ~ClientWebSocket();
  ClientWebSocket(const ClientWebSocket&) = delete;
  ClientWebSocket& operator=(const ClientWebSocket&) = delete;

  WebSocket& socket() { return *socket_; }

 private:
  struct Connected;
  std::unique_ptr<Connected> connected_;
  std::unique_ptr<WebSocket> socket_;
};

}  // namespace hanbat::http
