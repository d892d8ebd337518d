#include "store/log_sync.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "os/files.h"

namespace hanbat::store {
namespace {

[[noreturn]] void refuse() {
  throw DatabaseError(
      "the disk did not take the database's log; nothing more is written until the daemon is started again");
}

}  // namespace

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
  while (synced_ < commit) {
    if (broken_) refuse();
    if (!syncing_ && ended_ >= commit) {
      lead(lock);
      continue;
    }
    Waiter self{commit};
    waiters_.push_back(&self);
    self.changed.wait(lock, [&] { return self.woken; });
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
    const bool leads = !over && !led && waiter->commit <= ended_;
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
