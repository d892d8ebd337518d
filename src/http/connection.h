// The server's side of one connection: how it lives, and the exchange that runs on it. Inside http/ only.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/channel.h"
#include "http/parser.h"
#include "http/server.h"
#include "os/sockets.h"

namespace hanbat::http {

/// Where a connection came in.
struct Entrance {
  std::string tag;
  Transport transport = Transport::kPlain;
  unsigned proxy_user = 0;
};

struct Connection {
  Connection(Fd fd, std::shared_ptr<const Entrance> entrance);

  /// What came and was not used yet.
  std::string_view pending() const { return std::string_view(in).substr(at); }
  void consume(std::size_t bytes);
  /// Moves what is pending to the front of the buffer.
  void compact();
  /// Gives back the memory that an idle connection does not need.
  void slim();

  std::uint64_t id = 0;
  Channel channel;
  std::shared_ptr<const Entrance> entrance;  // shared with the listener, which may close first
  SocketAddress peer;
  SocketAddress local;
  std::string server_name;
  bool transport_known = false;
  bool handshaken = false;
  bool in_poller = false;
  std::unique_ptr<MessageParser> parser;  // while a message is under way
  std::string in;
  std::size_t at = 0;
  std::chrono::steady_clock::time_point deadline;  // while parked
  std::chrono::steady_clock::time_point since;     // when it came, or its last request ended
  bool answered = false;                           // whether there was one
  bool idle = true;                                // parked, and nothing of a request came yet
};

/// What a connection that nobody works on waits for.
enum class Next : std::uint8_t { kClose, kWaitRead, kWaitWrite };
/// Takes a connection as far as it goes without waiting for the client's next head: settles its transport, then reads
/// and answers one request after the other, each counted. Throws when the connection is broken.
Next advance(Connection& connection, const ServerOptions& options, const Handler& handler,
             const std::atomic<bool>& stopping, std::atomic<std::uint64_t>& requests);
/// Runs the handler for the request whose head the connection's parser holds. Returns whether the connection can take
/// another one. Never throws.
bool run_exchange(Connection& connection, const ServerOptions& options, const Handler& handler,
                  const std::atomic<bool>& stopping);
/// Answers a request that could not be read, and ends the writing.
void refuse(Connection& connection, const ServerOptions& options, int status, std::string_view why);

}  // namespace hanbat::http
