#include "region/notifier.h"

namespace hanbat::region {

std::uint64_t Notifier::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

void Notifier::notify(std::string_view topic) {
  const std::lock_guard lock(mutex_);
  slots_[std::hash<std::string_view>()(topic) % kSlots] = ++count_;
  changed_.notify_all();
}

Notifier::Woken Notifier::wait(std::string_view topic, std::uint64_t seen, Milliseconds longest) {
  const std::size_t slot = std::hash<std::string_view>()(topic) % kSlots;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, longest, [&] { return closed_ || slots_[slot] > seen; });
  if (closed_) return Woken::kClosed;
  return slots_[slot] > seen ? Woken::kNotified : Woken::kTime;
}

void Notifier::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

}  // namespace hanbat::region
