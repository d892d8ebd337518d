// Sockets: listening, connecting with a limit on time, addresses as text, and descriptors passed over Unix sockets.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/fd.h"

namespace hanbat {

/// An address of one end of a connection: "10.1.0.5" or "::1" or, of a Unix socket, its path with port 0.
struct SocketAddress {
  std::string address;
  std::uint16_t port = 0;
};

/// Whether the text is an IPv4 or IPv6 address, and no name.
bool is_ip_address(const std::string& text);

/// A listening TCP socket (nonblocking, REUSEADDR) on a numeric address; port 0 takes a free one.
Fd listen_tcp(const std::string& address, std::uint16_t port, int backlog = 1024);
/// A listening Unix stream socket of mode 0600; an old file there is replaced.
Fd listen_unix(const std::string& path, int backlog = 128);

/// A listening Unix stream socket without a file, of the network namespace that this runs in: "name" padded with zeros,
/// as HAProxy's abns@name is. Anybody there may connect; peer_user() tells who did.
Fd listen_abstract(const std::string& name, int backlog = 1024);
/// As whom the other end of a Unix socket connected.
unsigned peer_user(int fd);

/// A connected TCP socket (blocking, NODELAY). `host` is a name or numeric. Throws std::system_error; a passed limit is
/// ETIMEDOUT.
Fd connect_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds longest);
Fd connect_unix(const std::string& path);

SocketAddress local_address(int fd);
SocketAddress peer_address(int fd);

/// A connected pair that keeps message boundaries (SEQPACKET); for parent and child.
std::pair<Fd, Fd> message_socket_pair();

/// One message with the descriptors that came with it.
struct Message {
  std::string bytes;
  std::vector<Fd> descriptors;
};

/// Sends one message whole, with descriptors (at most 64). Blocks.
void send_message(int fd, std::string_view bytes, std::span<const int> descriptors = {});
/// Receives one message of at most `limit` bytes; of a stream socket whatever is there. Empty bytes: the other end is
/// closed.
Message receive_message(int fd, std::size_t limit = 1u << 20);

}  // namespace hanbat
