// Which refusals the log tells. An agent without a permission asks for the same every few seconds, for ever: what comes
// again is counted, and told when it has come ten, a hundred, a thousand times. Header only.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/time.h"

namespace hanbat::iam {

/// Used by many threads.
class Refusals {
 public:
  /// What the log says of a refusal with this message; nothing when it has been told lately. After an hour in which it
  /// did not come, a message is a new one.
  std::optional<std::string> line_for(const std::string& message, Timestamp now) {
    const std::lock_guard lock(mutex_);
    if (seen_.size() >= kMost && !seen_.contains(message)) seen_.clear();
    Seen& seen = seen_[message];
    if (seen.times == 0 || now - seen.last >= kForgotten) seen = {.first = now, .last = now, .times = 0, .next = 1};
    seen.last = now;
    if (++seen.times < seen.next) return std::nullopt;
    seen.next *= 10;
    if (seen.times == 1) return message;
    return message + " (" + std::to_string(seen.times) + " times since " + iso8601(seen.first) + ")";
  }

 private:
  struct Seen {
    Timestamp first, last;
    std::uint64_t times, next;
  };
  static constexpr Milliseconds kForgotten{3'600'000};
  static constexpr std::size_t kMost = 1000;  // a stranger may ask for what he likes

  std::mutex mutex_;
  std::map<std::string, Seen> seen_;
};

}  // namespace hanbat::iam
