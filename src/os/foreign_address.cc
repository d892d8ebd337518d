#include "os/foreign_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace hanbat {

Fd listen_tcp_on_foreign(const std::string& address, std::uint16_t port, int backlog) {
  const auto fail = [&] {
    throw std::system_error(errno, std::generic_category(), "listen on " + address + ":" + std::to_string(port));
  };
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(port);
  errno = EINVAL;
  if (::inet_pton(AF_INET, address.c_str(), &where.sin_addr) != 1) fail();
  Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
      ::setsockopt(fd.get(), SOL_IP, IP_TRANSPARENT, &on, sizeof on) < 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) < 0 || ::listen(fd.get(), backlog) < 0)
    fail();
  return fd;
}

}  // namespace hanbat
