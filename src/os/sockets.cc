#include "os/sockets.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <system_error>

#include "os/writers_turn.h"

namespace hanbat {
namespace {

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw std::system_error(ENAMETOOLONG, std::generic_category(), "socket " + path);
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

AddressList resolve(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (code != 0)
    throw std::system_error(EHOSTUNREACH, std::generic_category(),
                            "resolve " + host + " (" + ::gai_strerror(code) + ")");
  return {found, &::freeaddrinfo};
}

/// 0 or the errno of the attempt.
int try_connect(const Fd& fd, const sockaddr* address, socklen_t size, std::chrono::milliseconds longest) {
  if (::connect(fd.get(), address, size) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  const auto end = std::chrono::steady_clock::now() + longest;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd poll{fd.get(), POLLOUT, 0};
    const int n = ::poll(&poll, 1, static_cast<int>(std::max<long long>(left.count(), 0)));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    if (n == 0) return ETIMEDOUT;
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
  }
}

SocketAddress to_text(const sockaddr_storage& storage) {
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
    ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    return {text, ntohs(in.sin_port)};
  }
  if (storage.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(storage);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
    std::string_view name = text;
    if (name.starts_with("::ffff:") && name.find('.') != std::string_view::npos) name.remove_prefix(7);
    return {std::string(name), ntohs(in.sin6_port)};
  }
  if (storage.ss_family == AF_UNIX) return {reinterpret_cast<const sockaddr_un&>(storage).sun_path, 0};
  return {};
}

}  // namespace

Fd listen_tcp(const std::string& address, std::uint16_t port, int backlog) {
  const std::string what = "listen on " + address + ":" + std::to_string(port);
  const AddressList list = resolve(address, port, AI_NUMERICHOST | AI_PASSIVE);
  Fd fd(::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw_errno(what);
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), list->ai_addr, list->ai_addrlen) < 0 || ::listen(fd.get(), backlog) < 0) throw_errno(what);
  return fd;
}

Fd listen_unix(const std::string& path, int backlog) {
  const sockaddr_un address = unix_address(path);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) throw_errno("listen on " + path);
  ::unlink(path.c_str());
  // The file gets the socket's own mode. A umask for a moment would be that of every thread, and of children begun
  // then.
  if (::fchmod(fd.get(), 0600) < 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
      ::listen(fd.get(), backlog) < 0)
    throw_errno("listen on " + path);
  return fd;
}

Fd listen_abstract(const std::string& name, int backlog) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() + 1 >= sizeof address.sun_path)
    throw std::system_error(ENAMETOOLONG, std::generic_category(), "socket @" + name);
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
      ::listen(fd.get(), backlog) < 0)
    throw_errno("listen on @" + name);
  return fd;
}

unsigned peer_user(int fd) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) throw_errno("ask who connected");
  return who.uid;
}

Fd connect_tcp(const std::string& host, std::uint16_t port, std::chrono::milliseconds longest) {
  require_no_writers_turn("wait for a peer");
  const AddressList list = resolve(host, port, 0);
  int error = EHOSTUNREACH;
  for (const addrinfo* each = list.get(); each; each = each->ai_next) {
    Fd fd(::socket(each->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) {
      error = errno;
      continue;
    }
    error = try_connect(fd, each->ai_addr, each->ai_addrlen, longest);
    if (error == 0) {
      set_blocking(fd.get());
      const int on = 1;
      ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return fd;
    }
  }
  throw std::system_error(error, std::generic_category(), "connect to " + host + ":" + std::to_string(port));
}

Fd connect_unix(const std::string& path) {
  const sockaddr_un address = unix_address(path);
  Fd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
    throw_errno("connect to " + path);
  return fd;
}

bool is_ip_address(const std::string& text) {
  unsigned char buffer[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, text.c_str(), buffer) == 1 || ::inet_pton(AF_INET6, text.c_str(), buffer) == 1;
}

SocketAddress local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) < 0) throw_errno("getsockname");
  return to_text(storage);
}

SocketAddress peer_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&storage), &size) < 0) throw_errno("getpeername");
  return to_text(storage);
}

std::pair<Fd, Fd> message_socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) throw_errno("socketpair");
  return {Fd(ends[0]), Fd(ends[1])};
}

constexpr std::size_t kMostDescriptors = 64;

void send_message(int fd, std::string_view bytes, std::span<const int> descriptors) {
  if (descriptors.size() > kMostDescriptors)
    throw std::system_error(EINVAL, std::generic_category(), "send more descriptors than one message carries");
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)] = {};
  while (true) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    if (!descriptors.empty()) {
      header.msg_control = control;
      header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
      cmsghdr* about = CMSG_FIRSTHDR(&header);
      about->cmsg_level = SOL_SOCKET;
      about->cmsg_type = SCM_RIGHTS;
      about->cmsg_len = CMSG_LEN(descriptors.size_bytes());
      std::memcpy(CMSG_DATA(about), descriptors.data(), descriptors.size_bytes());
    }
    const ssize_t n = ::sendmsg(fd, &header, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("send a message");
    descriptors = {};
    bytes.remove_prefix(static_cast<std::size_t>(n));
    if (bytes.empty()) return;
  }
}

Message receive_message(int fd, std::size_t limit) {
  Message message;
  message.bytes.resize(limit);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int) * kMostDescriptors)];
  iovec part{message.bytes.data(), limit};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  ssize_t n;
  while ((n = ::recvmsg(fd, &header, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
  }
  if (n < 0) throw_errno("receive a message");
  for (cmsghdr* about = CMSG_FIRSTHDR(&header); about; about = CMSG_NXTHDR(&header, about)) {
    if (about->cmsg_level != SOL_SOCKET || about->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (about->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int received;
      std::memcpy(&received, CMSG_DATA(about) + i * sizeof(int), sizeof received);
      message.descriptors.emplace_back(received);
    }
  }
  if (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
    throw std::system_error(EMSGSIZE, std::generic_category(), "receive a message that is larger than the limit");
  message.bytes.resize(static_cast<std::size_t>(n));
  message.bytes.shrink_to_fit();
  return message;
}

}  // namespace hanbat
