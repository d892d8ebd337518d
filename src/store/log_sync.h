// Syncing the database's log for several commits at once. Commits are numbered in their order; a sync covers all that
// were written before it began. Inside store/ only.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "os/fd.h"
#include "store/database.h"

namespace hanbat::store {

class LogSync {
 public:
  /// `path` of the log, "" for none: then nothing waits.
  explicit LogSync(std::string path) : path_(std::move(path)) {}
  /// For tests: what syncs instead of the log.
  explicit LogSync(std::function<void()> sync) : path_("a test's"), sync_(std::move(sync)) {}

  /// A writer is in line for its turn, from this call to leave_line(), which follows the end of its commit or its
  /// failure: a sync waits a moment for those in line, so that one does for all of them.
  void join_line();
  void leave_line();
  /// Numbers the commit that the one writer is about to make, before anybody can read it. Throws DatabaseError after a
  /// sync has failed: what the kernel could not write it may have dropped, so what would follow might never be found.
  std::uint64_t begin(Durable durable);
  /// It has been made, or has failed.
  void end(std::uint64_t commit);
  /// Returns once the commit has ended and is on disk. Throws DatabaseError.
  void await(std::uint64_t commit);
  /// The same for all commits so far that are to be on disk at once.
  void await_wanted();

 private:
  /// Who waits for a commit. Each is woken by itself: a commit of one of many concerns none of the others.
  struct Waiter {
    std::uint64_t commit;
    bool patient;  // whether it still waits for those in line
    std::condition_variable changed = {};
    bool woken = false;
  };

  void wait(std::unique_lock<std::mutex>& lock, std::uint64_t commit);
  /// Whether a sync may begin now, for who has not waited long.
  bool is_time() const;
  /// Syncs the log, for all commits that have ended by now.
  void lead(std::unique_lock<std::mutex>& lock);
  /// Under the mutex: wakes those whose wait is over, and one of the others to make the next sync, if nobody makes one.
  void wake();
  void sync_log();

  const std::string path_;
  const std::function<void()> sync_;
  Fd log_;  // of whoever syncs

  std::mutex mutex_;
  std::vector<Waiter*> waiters_;  // in the order in which they came
  std::uint64_t begun_ = 0, wanted_ = 0, ended_ = 0, synced_ = 0;
  std::uint64_t in_line_ = 0;
  bool syncing_ = false, broken_ = false;
};

}  // namespace hanbat::store
