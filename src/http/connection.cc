// The life of one connection: from its first byte, which says whether it is TLS, through its requests one after the
// other, as far as it goes without waiting for the client's next head.
#include "http/connection.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>
#include <optional>
#include <utility>

#include "http/authority.h"
#include "http/proxied.h"

namespace hanbat::http {

using SteadyClock = std::chrono::steady_clock;

Connection::Connection(Fd fd, std::shared_ptr<const Entrance> from)
    : channel(std::move(fd)),
      entrance(std::move(from)),
      peer(peer_address(channel.fd())),
      local(hanbat::local_address(channel.fd())) {}

void Connection::consume(std::size_t bytes) {
  at += bytes;
  if (at == in.size()) {
    in.clear();
    at = 0;
  }
}

void Connection::compact() {
  in.erase(0, at);
  at = 0;
}

void Connection::slim() {
  compact();
  in.shrink_to_fit();
}

namespace {

/// Reads what the proxy says of the connection, and nothing behind it. Nothing when it is read.
std::optional<Next> read_proxied(Connection& connection) {
  const int fd = connection.channel.fd();
  if (peer_user(fd) != connection.entrance->proxy_user) return Next::kClose;
  char buffer[kLongestProxiedHeader];
  const ssize_t n = ::recv(fd, buffer, sizeof buffer, MSG_PEEK | MSG_DONTWAIT);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return Next::kWaitRead;
  if (n <= 0) return Next::kClose;
  const std::string_view seen(buffer, static_cast<std::size_t>(n));
  if (seen.size() < kProxiedHeadSize) return Next::kWaitRead;
  const auto size = proxied_size(seen);
  if (!size) return Next::kClose;
  if (seen.size() < *size) return Next::kWaitRead;
  const auto ends = read_proxied_header(seen.substr(0, *size));
  if (!ends) return Next::kClose;
  if (::recv(fd, buffer, *size, MSG_DONTWAIT) != static_cast<ssize_t>(*size)) return Next::kClose;
  connection.peer = ends->client;
  connection.local = ends->server;
  return std::nullopt;
}

/// Settles whether it is TLS, and shakes hands. Nothing when the connection can carry requests now.
std::optional<Next> open_transport(Connection& connection, const ServerOptions& options) {
  if (!connection.transport_known) {
    bool tls = connection.entrance->transport == Transport::kTls;
    if (connection.entrance->transport == Transport::kProxied) {
      if (const auto next = read_proxied(connection)) return next;
      tls = true;
    }
    if (connection.entrance->transport == Transport::kEither) {
      char first;
      const ssize_t n = ::recv(connection.channel.fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return Next::kWaitRead;
      if (n <= 0) return Next::kClose;
      tls = first == 0x16;  // a TLS record of type handshake; no HTTP method begins so
    }
    connection.transport_known = true;
    connection.deadline = SteadyClock::now() + options.header_timeout;
    if (tls) {
      SSL* session = SSL_new(options.authority->server_context());
      if (!session) throw std::bad_alloc();
      SSL_set_accept_state(session);
      connection.channel.set_tls(session);
    }
  }
  if (!connection.channel.tls() || connection.handshaken) return std::nullopt;
  const auto tried = connection.channel.try_handshake();
  connection.idle = false;
  if (tried.outcome == Channel::Outcome::kWantRead) return Next::kWaitRead;
  if (tried.outcome == Channel::Outcome::kWantWrite) return Next::kWaitWrite;
  if (tried.outcome == Channel::Outcome::kEnd) return Next::kClose;
  connection.handshaken = true;
  connection.idle = true;
  if (const char* name = SSL_get_servername(connection.channel.tls(), TLSEXT_NAMETYPE_host_name))
    connection.server_name = name;
  return std::nullopt;
}

}  // namespace

Next advance(Connection& connection, const ServerOptions& options, const Handler& handler,
             const std::atomic<bool>& stopping, std::atomic<std::uint64_t>& requests) {
  if (const auto next = open_transport(connection, options)) return *next;
  while (!stopping) {
    if (!connection.parser)
      connection.parser = std::make_unique<MessageParser>(MessageParser::Kind::kRequest, options.header_limit);
    try {
      // Empty lines between requests are allowed.
      while (connection.idle && connection.pending().starts_with("\r\n")) connection.consume(2);
      if (!connection.pending().empty()) {
        if (std::exchange(connection.idle, false)) connection.deadline = SteadyClock::now() + options.header_timeout;
        const auto fed = connection.parser->feed(connection.pending(), {});
        connection.consume(fed.consumed);
      }
    } catch (const Error& error) {
      refuse(connection, options, error.status, error.what());
      return Next::kClose;
    }
    if (connection.parser->head_done()) {
      ++requests;
      if (!run_exchange(connection, options, handler, stopping)) return Next::kClose;
      connection.parser.reset();
      connection.idle = connection.answered = true;
      connection.since = SteadyClock::now();
      connection.deadline = connection.since + options.idle_timeout;
      continue;
    }
    char buffer[16384];
    const auto tried = connection.channel.try_read(buffer);
    switch (tried.outcome) {
      case Channel::Outcome::kEnd:
        return Next::kClose;
      case Channel::Outcome::kWantWrite:
        return Next::kWaitWrite;
      case Channel::Outcome::kWantRead:
        if (connection.idle) connection.parser.reset();
        return Next::kWaitRead;
      case Channel::Outcome::kDone:
        break;
    }
    connection.compact();
    connection.in.append(buffer, tried.bytes);
  }
  return Next::kClose;
}

}  // namespace hanbat::http
