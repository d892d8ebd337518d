#include "store/log_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "os/files.h"

namespace hanbat::store {
namespace {

// How many commits a sync waits for while more are in line, and how long. A turn takes about as long as a sync, so
// that without waiting nearly every commit has one of its own.
constexpr std::uint64_t kEnough = 16;
constexpr std::chrono::milliseconds kLongest{2};

[[noreturn]] void refuse() {
  throw DatabaseError(
      "the disk did not take the database's log; nothing more is written until the daemon is started again");
}

}  // namespace

void LogSync::join_line() {
  const std::lock_guard lock(mutex_);
  ++in_line_;
}

void LogSync::leave_line() {
  const std::lock_guard lock(mutex_);
  --in_line_;
  wake();
}

bool LogSync::is_time() const { return in_line_ == 0 || ended_ - synced_ >= kEnough; }

std::uint64_t LogSync::begin(Durable durable) {
  const std::lock_guard lock(mutex_);
  if (broken_) refuse();
  ++begun_;
  if (durable == Durable::kNow) wanted_ = begun_;
  return begun_;
}

void LogSync::end(std::uint64_t commit) {
  const std::lock_guard lock(mutex_);
  ended_ = std::max(ended_, commit);
  wake();
}

void LogSync::await_wanted() {
  std::unique_lock lock(mutex_);
  wait(lock, wanted_);
}

void LogSync::await(std::uint64_t commit) {
  std::unique_lock lock(mutex_);
  wait(lock, commit);
}

void LogSync::wait(std::unique_lock<std::mutex>& lock, std::uint64_t commit) {
  if (path_.empty()) return;
  bool patient = true;
  while (synced_ < commit) {
    if (broken_) refuse();
    if (!syncing_ && ended_ >= commit && (!patient || is_time())) {
      lead(lock);
      continue;
    }
    Waiter self{commit, patient};
    waiters_.push_back(&self);
    const auto woken = [&] { return self.woken; };
    if (!patient)
      self.changed.wait(lock, woken);
    else if (!self.changed.wait_for(lock, kLongest, woken))
      std::erase(waiters_, &self);
    patient = false;  // it is to make the next sync, or has waited long enough
  }
}

void LogSync::lead(std::unique_lock<std::mutex>& lock) {
  syncing_ = true;
  const std::uint64_t covered = ended_;
  lock.unlock();
  bool done = true;
  try {
    sync_log();
  } catch (const std::exception&) {
    done = false;
  }
  lock.lock();
  syncing_ = false;
  if (done)
    synced_ = covered;
  else
    broken_ = true;
  wake();
}

void LogSync::wake() {
  bool led = syncing_;
  std::erase_if(waiters_, [&](Waiter* waiter) {
    const bool over = broken_ || waiter->commit <= synced_;
    const bool leads = !over && !led && waiter->commit <= ended_ && (!waiter->patient || is_time());
    if (!over && !leads) return false;
    led = led || leads;
    waiter->woken = true;
    waiter->changed.notify_one();
    return true;
  });
}

void LogSync::sync_log() {
  if (sync_) return sync_();
  if (!log_) log_ = open_file(path_, O_RDONLY);
  if (::fdatasync(log_.get()) != 0) throw_errno("sync " + path_);
}

}  // namespace hanbat::store
