// Durable work: what a transaction decided must happen, and when. A task is a row; it commits with the state that asks
// for it, a worker leases it, does it outside any transaction, and finishes it in the transaction that records the
// result. So it happens at least once, whatever dies in between, and every task must bear happening twice.
//
//   due ──lease──▶ running ──finish──▶ gone
//    ▲               ├──again(delay)──▶ due        (polling; attempts start over)
//    └───────────────┴──throws────────▶ due later  (attempts + 1, backoff doubles up to 30 s)
// What fails is logged at its first, second, fourth, eighth… failure, and list_failing tells it for as long as it
// fails.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "store/database.h"

namespace hanbat::store {

/// A task to be. With a key, adding a second of the same kind and key while one waits moves the waiting one (body and
/// due time are replaced); while it runs, it will run once more.
struct NewTask {
  std::string kind;
  std::string key;  // "" = no deduplication
  Json body = {};
  Timestamp due = {0};  // {0} = at once
};

class Tasks;

/// One execution of a task, as its handler sees it. Used by the handler's thread only.
class TaskRun {
 public:
  const std::string& kind() const { return kind_; }
  const std::string& key() const { return key_; }
  const Json& body() const { return body_; }
  /// 1 for the first try; counts failures since it was added or last asked for `again`.
  int attempt() const { return attempt_; }
  /// Set when the daemon stops; a handler that waits must give up then by throwing or `again`.
  std::stop_token stop() const { return stop_; }

  /// Ends the task in the transaction in which `result` writes what came of it. At most once per run. When the lease
  /// was lost or the task cancelled meanwhile, `result` is not called.
  void finish(const std::function<void(Tx&)>& result);
  /// The same task again after the delay, with a new body if one is given; `also` writes in the same transaction.
  void again(Milliseconds delay, const std::function<void(Tx&)>& also = nullptr);
  void again(Milliseconds delay, Json body, const std::function<void(Tx&)>& also = nullptr);

 private:
  friend class TaskPool;
  Tasks* tasks_ = nullptr;
  std::int64_t id_ = 0;
  std::int64_t version_ = 0;
  std::string kind_;
  std::string key_;
  Json body_;
  int attempt_ = 1;
  std::stop_token stop_;
  bool ended_ = false;
};

/// Does one task. Returning without `finish` or `again` ends the task too. Throwing retries it.
using TaskHandler = std::function<void(TaskRun&)>;
/// Called in a transaction when a task has failed `max_attempts` times; it records that failure. The task is then gone.
using GiveUp = std::function<void(Tx&, const NewTask&, std::string_view why)>;

/// How long a task that is tried for ever may fail on end before what waits for it is told: longer than a host's
/// programs are exchanged.
inline constexpr Milliseconds kPatience = std::chrono::minutes(5);

struct TaskOptions {
  int max_attempts = 0;  // 0 = for ever
  GiveUp give_up = nullptr;
  /// Of a task that is tried for ever: called in the transaction of each failure once it has failed for kPatience on
  /// end, whatever was added meanwhile, to tell what waits for it. The task goes on.
  GiveUp tell_waiting = nullptr;
};

/// A task that has failed since it last succeeded, and is tried again.
struct FailingTask {
  std::string kind;
  std::string key;
  Timestamp since;
  int attempts = 0;  // since it was added last
  std::string why;   // of the last time
};

class Tasks {
 public:
  virtual ~Tasks() = default;

  /// Names the handler of a kind. Before start() only.
  virtual void handle(std::string kind, TaskHandler handler, TaskOptions options = {}) = 0;
  virtual void add(Tx& tx, NewTask task) = 0;
  /// Drops the waiting task; one that runs finishes without effect. Returns whether there was one.
  virtual bool cancel(Tx& tx, std::string_view kind, std::string_view key) = 0;

  virtual void start(int workers) = 0;
  /// Asks running handlers to stop and waits for them.
  virtual void stop() = 0;
  /// Runs what is due, in this thread, until nothing is; for tests with a fake clock. Returns how many ran.
  virtual int run_until_idle() = 0;
};

std::unique_ptr<Tasks> make_tasks(Database& database, const Clock& clock);
/// The schema of this module.
std::span<const Migration> task_migrations();
/// What fails, the longest first; at most so many.
std::vector<FailingTask> list_failing(Tx& tx, int most);

}  // namespace hanbat::store
