// The header by which a proxy tells whose connection it passes on: the PROXY protocol's second version, its binary
// form.
//   header = signature (12 bytes) command (1) family (1) length (2, big-endian) addresses (length)
//   addresses = client, server, client's port, server's port; behind them what we pass over
// Source: "The PROXY protocol", https://www.haproxy.org/download/2.6/doc/proxy-protocol.txt, section 2.2.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "os/sockets.h"

namespace hanbat::http {

/// The part of fixed length, in which the length of the rest stands.
inline constexpr std::size_t kProxiedHeadSize = 16;
/// No header is longer that we take.
inline constexpr std::size_t kLongestProxiedHeader = 1024;

/// How long the whole header is. `bytes` are its first sixteen at least. Nothing when it is none, or too long.
std::optional<std::size_t> proxied_size(std::string_view bytes);

struct ProxiedEnds {
  SocketAddress client;
  SocketAddress server;  ///< where the client connected to
};

/// What a whole header says. Nothing when it tells of no TCP connection over IP.
std::optional<ProxiedEnds> read_proxied_header(std::string_view header);

}  // namespace hanbat::http
