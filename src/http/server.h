// The HTTP/1.1 server. Connections that wait for their next request are parked in one epoll set and cost a few hundred
// bytes; a request whose head is complete is handled from start to end by one thread of a pool, which may block. Heads
// that trickle in hold no thread. Of those threads only the ones that work are counted: a client that is slow with its
// body or its answer keeps no other from being served, and when too many are slow, the slowest are cut.
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

class Authority;
class WebSocket;

/// The body of an answer, written piece by piece. Blocks while the client is slow to take it; throws http::Error when
/// it is too slow or gone.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;
  virtual void write(std::string_view bytes) = 0;
  /// Sends what was written so far; for answers that go on for a while.
  virtual void flush() = 0;
  /// Ends the answer. When the handler returns without, the connection is cut, so that a client sees the answer is not
  /// whole.
  virtual void finish() = 0;
  /// Writes the whole reader, then finishes.
  void copy(BodyReader& from);
};

/// One request and its answer. Used by the handler's thread only, while the handler runs.
class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const RequestHead& head() const = 0;
  /// The request's body; empty when it has none. The first read sends "100 Continue" when the client waits for it. A
  /// body that is not read is passed over.
  virtual BodyReader& body() = 0;
  /// Content-Length, or nothing when the body is chunked.
  virtual std::optional<std::uint64_t> content_length() const = 0;
  /// The whole body; http::Error 413 when it is larger (before reading when Content-Length says so).
  std::string read_body(std::size_t limit);

  /// Answers at once. Content-Length, Date and Connection are added. Once per exchange: this or start().
  virtual void send(Response response) = 0;
  /// Starts an answer: with its length, or chunked. For HEAD the length is sent and what is written is dropped.
  virtual ResponseWriter& start(int status, Headers headers, std::optional<std::uint64_t> content_length = {}) = 0;
  /// Whether send() or start() was called.
  virtual bool answered() const = 0;
  /// How many bytes of answers went out on this exchange so far, before encryption; 0 where nobody counts.
  virtual std::uint64_t sent_bytes() const { return 0; }
  /// Whether the client has gone away; asks the socket, so that a handler that waits long can stop.
  virtual bool client_gone() = 0;
  /// The connection ends after this answer.
  virtual void close_after() = 0;
  /// This answer's packets die after so many hops (their IP time to live); the connection ends after it.
  virtual void limit_hops(int hops) = 0;

  /// Answers with 101 and makes the connection a WebSocket, which lives as long as the handler runs; the connection
  /// ends with it. Null, and answered, for another version than 13. Throws http::Error 400 for a request that asks for
  /// no WebSocket.
  virtual std::unique_ptr<WebSocket> accept_websocket();
};

/// Answers one request. Runs in many threads at once. http::Error becomes its status, any other exception 500.
using Handler = std::function<void(Exchange&)>;

enum class Transport : std::uint8_t {
  kPlain,
  kTls,
  kEither,   // looks at the first byte: TLS and plain HTTP on one port
  kProxied,  // TLS, behind a proxy on a Unix socket that first tells whose connection it is (http/proxied.h)
};

struct ListenerOptions {
  std::string tag;
  Transport transport = Transport::kPlain;
  /// Of kProxied: as whom the proxy runs. Nobody else is listened to.
  unsigned proxy_user = 0;
};

struct ServerOptions {
  /// Mints certificates for TLS listeners; must outlive the server. Null: no TLS.
  Authority* authority = nullptr;
  int max_threads = 128;  // made as they are needed; as many requests are worked on at once
  int max_waiting = 384;  // threads beyond those while that many wait; then the slowest client is cut for a new one
  int max_resting = 8;    // of those that wait, for one caller's sake; see Server::rest
  int max_connections = 8192;  // past it the one that has waited longest for a whole head is closed for a new one
  std::size_t header_limit = 64 << 10;
  std::chrono::milliseconds header_timeout = std::chrono::seconds(20);  // from the first byte to the whole head
  std::chrono::milliseconds idle_timeout = std::chrono::seconds(120);   // between requests
  std::chrono::milliseconds io_timeout = std::chrono::seconds(60);      // for one read or write of a body
  /// A client that on the whole is slower than this, io_timeout apart, is cut off.
  std::uint64_t min_bytes_per_second = 256;
  /// Told of exceptions that handlers let through, for the log.
  std::function<void(const RequestHead&, std::string_view what)> on_error = nullptr;
};

class Server {
 public:
  Server(ServerOptions options, Handler handler);
  /// Stops, see stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves a socket that listens already, in whatever namespace it was made. Any time, any thread.
  void add_listener(Fd listening, ListenerOptions options);
  /// Closes the listeners with that tag; connections that came by them live on. Returns how many.
  int remove_listeners(std::string_view tag);

  struct Figures {
    int connections = 0;
    int parked = 0;
    int threads = 0;
    std::uint64_t requests = 0;
  };
  Figures figures() const;

  /// Runs `wait`, in which a handler's thread waits for something other than its client: meanwhile it is not counted
  /// among max_threads. Does not run it when max_resting threads rest for `who` already: no caller may take all of
  /// them.
  void rest(std::string_view who, const std::function<void()>& wait);

  /// Takes no more requests, lets those that run end for at most `grace`, then cuts their connections and returns when
  /// every handler has.
  void stop(std::chrono::milliseconds grace = std::chrono::seconds(5));

 private:
  class Room;
  std::unique_ptr<Room> room_;
};

}  // namespace hanbat::http
