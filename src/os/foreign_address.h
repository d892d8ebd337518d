// Listening on an address that no link here has, to which routes lead packets here all the same.
#pragma once

#include <cstdint>
#include <string>

#include "os/fd.h"

namespace hanbat {

/// A listening TCP socket (nonblocking, REUSEADDR) on a numeric IPv4 address, whose answers leave from that address
/// too. Takes CAP_NET_ADMIN. Throws std::system_error.
Fd listen_tcp_on_foreign(const std::string& address, std::uint16_t port, int backlog = 1024);

}  // namespace hanbat
