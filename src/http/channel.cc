#include "http/channel.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

#include "http/message.h"
#include "os/poller.h"

namespace hanbat::http {

Channel::Channel(Fd fd) : fd_(std::move(fd)) { set_nonblocking(fd_.get()); }

Channel::~Channel() {
  if (tls_) SSL_free(tls_);
}

void Channel::set_tls(ssl_st* session) {
  tls_ = session;
  SSL_set_fd(tls_, fd_.get());
}

std::string Channel::tls_version() const {
  constexpr std::string_view kPrefix = "TLSv";
  return tls_ ? std::string(SSL_get_version(tls_)).substr(kPrefix.size()) : "";
}

namespace {
Channel::Tried explain_errno(const char* what, Channel::Outcome wait) {
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {wait};
  throw Error(0, std::string(what) + ": " + std::strerror(errno));
}
}  // namespace

Channel::Tried Channel::explain(int result, std::string_view what) {
  const int saved = errno;
  switch (SSL_get_error(tls_, result)) {
    case SSL_ERROR_WANT_READ:
      return {Outcome::kWantRead};
    case SSL_ERROR_WANT_WRITE:
      return {Outcome::kWantWrite};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::kEnd};
    case SSL_ERROR_SYSCALL:
      throw Error(0, std::string(what) + ": " + (saved ? std::strerror(saved) : "the connection ended"));
    default: {
      char text[256];
      ERR_error_string_n(ERR_get_error(), text, sizeof text);
      throw Error(0, std::string(what) + ": " + text);
    }
  }
}

Channel::Tried Channel::try_read(std::span<char> into) {
  if (tls_) {
    ERR_clear_error();
    errno = 0;
    const int n = SSL_read(tls_, into.data(), static_cast<int>(std::min<std::size_t>(into.size(), INT_MAX)));
    if (n > 0) return {Outcome::kDone, static_cast<std::size_t>(n)};
    return explain(n, "read over TLS");
  }
  for (;;) {
    const ssize_t n = ::recv(fd_.get(), into.data(), into.size(), 0);
    if (n > 0) return {Outcome::kDone, static_cast<std::size_t>(n)};
    if (n == 0) return {Outcome::kEnd};
    if (errno != EINTR) return explain_errno("read", Outcome::kWantRead);
  }
}

Channel::Tried Channel::try_write(std::string_view bytes) {
  if (tls_) {
    ERR_clear_error();
    errno = 0;
    const int n = SSL_write(tls_, bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)));
    if (n > 0) return {Outcome::kDone, static_cast<std::size_t>(n)};
    return explain(n, "write over TLS");
  }
  for (;;) {
    const ssize_t n = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n >= 0) return {Outcome::kDone, static_cast<std::size_t>(n)};
    if (errno != EINTR) return explain_errno("write", Outcome::kWantWrite);
  }
}

Channel::Tried Channel::try_handshake() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(tls_);
  if (result == 1) return {Outcome::kDone};
  return explain(result, "TLS handshake");
}

void Channel::wait_for(Outcome wanted, const Patience& patience) {
  using namespace std::chrono;
  const auto begin = steady_clock::now();
  if (observer_) observer_->on_wait_begin(*this);
  const bool ready =
      wait_ready(fd_.get(), wanted == Outcome::kWantRead ? Interest::kRead : Interest::kWrite, patience.step);
  if (observer_) observer_->waited(*this);
  waited_ += steady_clock::now() - begin;
  const auto earned =
      patience.min_bytes_per_second ? milliseconds(moved_ * 1000 / patience.min_bytes_per_second) : milliseconds::max();
  if (!ready || (patience.min_bytes_per_second && waited_ > patience.step + earned))
    throw Error(408, "the other side is too slow");
}

std::size_t Channel::read(std::span<char> into, const Patience& patience) {
  for (;;) {
    const Tried tried = try_read(into);
    moved_ += tried.bytes;
    if (tried.outcome == Outcome::kDone) return tried.bytes;
    if (tried.outcome == Outcome::kEnd) return 0;
    wait_for(tried.outcome, patience);
  }
}

void Channel::write(std::string_view bytes, const Patience& patience) {
  while (!bytes.empty()) {
    const Tried tried = try_write(bytes);
    moved_ += tried.bytes;
    bytes.remove_prefix(tried.bytes);
    if (tried.outcome == Outcome::kEnd) throw Error(0, "write: the connection ended");
    if (tried.outcome != Outcome::kDone) wait_for(tried.outcome, patience);
  }
}

void Channel::handshake(std::chrono::milliseconds longest) {
  for (;;) {
    const Tried tried = try_handshake();
    if (tried.outcome == Outcome::kDone) return;
    if (tried.outcome == Outcome::kEnd) throw Error(0, "TLS handshake: the connection ended");
    wait_for(tried.outcome, Patience{longest, 0});
  }
}

void Channel::end_writing() {
  if (tls_) {
    ERR_clear_error();
    SSL_shutdown(tls_);
  }
  ::shutdown(fd_.get(), SHUT_WR);
}

void Channel::cut() { ::shutdown(fd_.get(), SHUT_RDWR); }

std::chrono::steady_clock::duration Channel::debt() const {
  return waited_ - std::chrono::milliseconds(moved_ * 1000 / (64 << 10));
}

void Channel::clear_waits() {
  waited_ = {};
  moved_ = 0;
}

}  // namespace hanbat::http
