// Wakes calls that wait for something to be committed. A topic is a name; waking is a hint, never the truth: who wakes
// looks at the database again.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"

namespace hanbat::region {

class Notifier {
 public:
  /// A number that grows with every notification. Take it before looking, hand it to wait().
  std::uint64_t count() const;
  void notify(std::string_view topic);
  enum class Woken { kNotified, kTime, kClosed };
  /// Returns when the topic (or any topic that shares its slot) was notified after `seen`, after the time, or when
  /// there is nothing to wait for any more, as the daemon ends.
  Woken wait(std::string_view topic, std::uint64_t seen, Milliseconds longest);
  /// Wakes everyone; at the end of the daemon.
  void close();

 private:
  static constexpr int kSlots = 64;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t count_ = 0;
  std::uint64_t slots_[kSlots] = {};
  bool closed_ = false;
};

}  // namespace hanbat::region
