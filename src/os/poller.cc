#include "os/poller.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace hanbat {

bool wait_ready(int fd, Interest interest, std::chrono::milliseconds longest) {
  const auto end = std::chrono::steady_clock::now() + longest;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd poll{fd, static_cast<short>(interest == Interest::kRead ? POLLIN : POLLOUT), 0};
    const int n = ::poll(&poll, 1, static_cast<int>(std::clamp<long long>(left, 0, 3'600'000)));
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) throw_errno("poll");
    if (left <= 0) return false;
  }
}

WakeUp::WakeUp() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!fd_) throw_errno("eventfd");
}

void WakeUp::set() const {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(fd_.get(), &one, sizeof one);
}

void WakeUp::clear() const {
  std::uint64_t count;
  [[maybe_unused]] const ssize_t n = ::read(fd_.get(), &count, sizeof count);
}

namespace {
epoll_event event_of(std::uint64_t id, Interest interest, Poller::Mode mode) {
  epoll_event event{};
  event.events = (interest == Interest::kRead ? EPOLLIN | EPOLLRDHUP : EPOLLOUT);
  if (mode == Poller::Mode::kOnce) event.events |= EPOLLONESHOT;
  event.data.u64 = id;
  return event;
}
}  // namespace

Poller::Poller() : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (!fd_) throw_errno("epoll_create");
}

void Poller::add(int fd, std::uint64_t id, Interest interest, Mode mode) {
  epoll_event event = event_of(id, interest, mode);
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) < 0) throw_errno("epoll_ctl add");
}

void Poller::again(int fd, std::uint64_t id, Interest interest) {
  epoll_event event = event_of(id, interest, Mode::kOnce);
  if (::epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event) < 0) throw_errno("epoll_ctl again");
}

void Poller::remove(int fd) { ::epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr); }

std::span<Poller::Ready> Poller::wait(std::span<Ready> ready, std::chrono::milliseconds longest) {
  epoll_event events[128];
  const int most = static_cast<int>(std::min<std::size_t>(ready.size(), std::size(events)));
  const int n = ::epoll_wait(fd_.get(), events, most, static_cast<int>(longest.count()));
  if (n < 0) {
    if (errno == EINTR) return {};
    throw_errno("epoll_wait");
  }
  for (int i = 0; i < n; ++i)
    ready[static_cast<std::size_t>(i)] = {events[i].data.u64, (events[i].events & (EPOLLHUP | EPOLLERR)) != 0};
  return ready.first(static_cast<std::size_t>(n));
}

}  // namespace hanbat
