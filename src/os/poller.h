// Waiting for descriptors: an epoll set, and an event that one thread uses to wake another.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "os/fd.h"

namespace hanbat {

enum class Interest : std::uint8_t { kRead, kWrite };

/// Waits until one descriptor is readable (or writable, or closed); false when the time passed.
bool wait_ready(int fd, Interest interest, std::chrono::milliseconds longest);

/// A flag that poll can wait for. set() may be called from any thread and from signal handlers.
class WakeUp {
 public:
  WakeUp();
  int fd() const { return fd_.get(); }
  void set() const;
  void clear() const;

 private:
  Fd fd_;
};

/// An epoll set whose members are known by a number. add/again/remove are safe from all threads while one waits.
class Poller {
 public:
  enum class Mode { kLevel, kOnce };  // kOnce: reports once, then only after again()
  struct Ready {
    std::uint64_t id;
    bool hangup;  // closed by the other side, or broken
  };

  Poller();
  void add(int fd, std::uint64_t id, Interest interest, Mode mode);
  /// Arms a kOnce member once more.
  void again(int fd, std::uint64_t id, Interest interest);
  /// Closing the descriptor does it too, when it has no duplicate.
  void remove(int fd);
  /// Fills `ready` and returns the filled part; empty when the time passed.
  std::span<Ready> wait(std::span<Ready> ready, std::chrono::milliseconds longest);

 private:
  Fd fd_;
};

}  // namespace hanbat
