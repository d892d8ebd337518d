#include "store/tasks.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <thread>

#include "base/ids.h"
#include "os/fault.h"

namespace hanbat::store {
namespace {

constexpr Migration kTaskSchema[] = {{"tasks", 1, R"sql(
-- One row per task. `version` changes whenever the row is replaced while it runs, so that the run that was under way
-- does not end the newer wish.
CREATE TABLE tasks(
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  key TEXT,
  body TEXT NOT NULL,
  due INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  version INTEGER NOT NULL DEFAULT 0,
  lease_owner TEXT,
  lease_until INTEGER,
  last_error TEXT
);
CREATE UNIQUE INDEX tasks_key ON tasks(kind, key);
CREATE INDEX tasks_due ON tasks(due);
)sql"},
                                     {"tasks", 2, R"sql(
-- A lease lasts as long as the process that took it, which alone holds the region; so it has no end of its own.
ALTER TABLE tasks DROP COLUMN lease_until;
)sql"},
                                     {"tasks", 3, R"sql(
-- When a task that fails did so first since it last succeeded: adding it anew does not make it one that works.
ALTER TABLE tasks ADD COLUMN failing_since INTEGER;
CREATE INDEX tasks_failing ON tasks(failing_since) WHERE failing_since IS NOT NULL;
)sql"}};

constexpr Milliseconds kLongestBackoff = std::chrono::seconds(30);
/// How soon the queue is looked at again when it could not be written.
constexpr Milliseconds kTroublePause = std::chrono::seconds(1);
constexpr Timestamp kNever{std::numeric_limits<std::int64_t>::max()};

struct Kind {
  TaskHandler handler;
  TaskOptions options;
};

}  // namespace

class TaskPool final : public Tasks {
 public:
  TaskPool(Database& database, const Clock& clock) : database_(database), clock_(clock), owner_(random_hex(16)) {}
  ~TaskPool() override { stop(); }

  void handle(std::string kind, TaskHandler handler, TaskOptions options) override {
    kinds_[std::move(kind)] = {std::move(handler), std::move(options)};
  }

  void add(Tx& tx, NewTask task) override {
    const Timestamp due = task.due.ms ? task.due : clock_.now();
    const Value key = task.key.empty() ? Value() : Value(task.key);
    tx.exec(
        "INSERT INTO tasks(kind, key, body, due) VALUES (?, ?, ?, ?) ON CONFLICT(kind, key) DO UPDATE SET "
        "body = excluded.body, due = excluded.due, attempts = 0, version = tasks.version + 1",
        task.kind, key, task.body, due);
    tx.on_commit([this, due] { expect(due); });
  }

  bool cancel(Tx& tx, std::string_view kind, std::string_view key) override {
    return tx.exec("DELETE FROM tasks WHERE kind = ? AND key = ?", kind, key) > 0;
  }

  void start(int workers) override {
    // The daemon holds its state folder alone, so a lease of another owner is one that died with it.
    database_.write([](Tx& tx) { tx.exec("UPDATE tasks SET lease_owner = NULL"); });
    for (int i = 0; i < workers; ++i) threads_.emplace_back([this](std::stop_token stop) { work(stop); });
    threads_.emplace_back([this](std::stop_token stop) { run_timer(stop); });
  }

  void stop() override {
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();
  }

  int run_until_idle() override {
    int ran = 0;
    std::stop_source source;
    while (auto run = lease(source.get_token())) {
      execute(*run);
      ++ran;
    }
    return ran;
  }

  /// Ends or reschedules a run if it is still the wish of the row; see TaskRun.
  void settle(TaskRun& run, const std::function<void(Tx&)>& result, std::optional<NewTask> again) {
    run.ended_ = true;
    // Where nothing came of it a power cut has the task done once more, which it must bear.
    const Durable durable = result ? Durable::kNow : Durable::kLater;
    database_.run(Tx::Mode::kWrite, durable, [&](Tx& tx) {
      const auto row = tx.find("SELECT version, lease_owner, due FROM tasks WHERE id = ?", run.id_);
      if (!row || row->text(1) != owner_) return;
      const bool newer = row->integer(0) != run.version_;
      if (result) result(tx);
      if (newer) {
        tx.exec("UPDATE tasks SET lease_owner = NULL, failing_since = NULL WHERE id = ?", run.id_);
      } else if (again) {
        tx.exec(
            "UPDATE tasks SET lease_owner = NULL, attempts = 0, failing_since = NULL, due = ?, body = ? WHERE id = ?",
            again->due, again->body, run.id_);
      } else {
        tx.exec("DELETE FROM tasks WHERE id = ?", run.id_);
      }
      if (!newer && !again) return;
      tx.on_commit([this, due = newer ? row->timestamp(2) : again->due] { expect(due); });
    });
  }

  const Clock& clock() const { return clock_; }

 private:
  /// A task is due then: a worker looks for it now, or the timer wakes one.
  void expect(Timestamp due) {
    const std::lock_guard lock(mutex_);
    if (due <= clock_.now()) {
      ++wakes_;
      changed_.notify_one();
    } else if (due < next_due_) {
      next_due_ = due;
      timer_.notify_one();
    }
  }

  void wake() { expect(clock_.now()); }

  std::optional<TaskRun> lease(std::stop_token stop) {
    const Timestamp now = clock_.now();
    static constexpr std::string_view kDue =
        "SELECT id, kind, key, body, attempts, version FROM tasks WHERE due <= ? AND lease_owner IS NULL "
        "ORDER BY due, id LIMIT 1";
    // Most looks find nothing; they must not take the writer's turn.
    if (!database_.read([&](Tx& tx) { return tx.find(kDue, now).has_value(); })) return std::nullopt;
    FaultScope scope("lease");
    // A power cut takes it back with the process that has it.
    return database_.write_later([&](Tx& tx) -> std::optional<TaskRun> {
      const auto row = tx.find(kDue, now);
      if (!row) return std::nullopt;
      tx.exec("UPDATE tasks SET lease_owner = ? WHERE id = ?", owner_, row->integer(0));
      TaskRun run;
      run.tasks_ = this;
      run.id_ = row->integer(0);
      run.kind_ = row->text(1);
      scope.rename("lease:", run.kind_);
      run.key_ = row->text(2);
      run.body_ = row->json(3);
      run.attempt_ = static_cast<int>(row->integer(4)) + 1;
      run.version_ = row->integer(5);
      run.stop_ = stop;
      return run;
    });
  }

  /// Never throws: what cannot be recorded (the disk is full) is given back by the timer once it can.
  void execute(TaskRun& run) {
    const FaultScope scope("task:", run.kind_);
    try {
      attempt(run);
    } catch (const std::exception& error) {
      report_failure(error);
      const std::lock_guard lock(mutex_);
      stranded_.push_back(run.id_);
      timer_.notify_one();
    }
  }

  void attempt(TaskRun& run) {
    const auto kind = kinds_.find(run.kind_);
    try {
      if (kind == kinds_.end()) throw std::runtime_error("no handler for tasks of kind " + run.kind_);
      kind->second.handler(run);
      if (!run.ended_) settle(run, nullptr, std::nullopt);
    } catch (const std::exception& error) {
      if (!run.stop_.stop_requested() && std::has_single_bit(static_cast<unsigned>(run.attempt_)))
        spdlog::warn("task {} {} failed, try {}: {}", run.kind_, run.key_, run.attempt_, error.what());
      fail(run, error.what(), kind == kinds_.end() ? TaskOptions{} : kind->second.options);
    }
  }

  void fail(const TaskRun& run, std::string_view why, const TaskOptions& options) {
    const int doublings = std::min(run.attempt_ - 1, 9);
    const Milliseconds backoff = std::min(Milliseconds(100) * (1 << doublings), kLongestBackoff);
    const NewTask task{run.kind_, run.key_, run.body_, {}};
    database_.write([&](Tx& tx) {
      const bool last = options.max_attempts > 0 && run.attempt_ >= options.max_attempts;
      if (last) {
        if (tx.exec("DELETE FROM tasks WHERE id = ? AND lease_owner = ?", run.id_, owner_) && options.give_up)
          options.give_up(tx, task, why);
        return;
      }
      const Timestamp now = clock_.now();
      const Timestamp due = now + backoff;
      const auto since = tx.find(
          "UPDATE tasks SET lease_owner = NULL, attempts = attempts + 1, last_error = ?, due = ?, "
          "failing_since = COALESCE(failing_since, ?) WHERE id = ? AND lease_owner = ? RETURNING failing_since",
          why, due, now, run.id_, owner_);
      if (!since) return;
      tx.on_commit([this, due] { expect(due); });
      if (options.tell_waiting && since->timestamp(0) + kPatience <= now) options.tell_waiting(tx, task, why);
    });
  }

  void work(std::stop_token stop) {
    std::uint64_t seen = 0;
    while (!stop.stop_requested()) {
      {
        const std::lock_guard lock(mutex_);
        seen = wakes_;
      }
      try {
        if (auto run = lease(stop)) {
          failing_ = false;
          // Others may be due as well; whoever finds one wakes the next worker.
          wake();
          execute(*run);
          continue;
        }
      } catch (const std::exception& error) {
        report_failure(error);
      }
      std::unique_lock lock(mutex_);
      const auto woken = [&] { return wakes_ != seen; };
      if (failing_)
        changed_.wait_for(lock, stop, kTroublePause, woken);
      else
        changed_.wait(lock, stop, woken);
    }
  }

  /// A run whose end could not be written holds its lease; without it the task is due again, and done once more.
  void requeue_stranded() {
    std::vector<std::int64_t> ids;
    {
      const std::lock_guard lock(mutex_);
      ids = stranded_;
    }
    if (ids.empty()) return;
    database_.write([&](Tx& tx) {
      for (const std::int64_t id : ids)
        tx.exec("UPDATE tasks SET lease_owner = NULL WHERE id = ? AND lease_owner = ?", id, owner_);
    });
    const std::lock_guard lock(mutex_);
    stranded_.erase(stranded_.begin(), stranded_.begin() + static_cast<std::ptrdiff_t>(ids.size()));
    failing_ = false;
    ++wakes_;
    changed_.notify_one();
  }

  /// Once per trouble: a full disk is no better for a line per second and worker.
  void report_failure(const std::exception& error) {
    if (!failing_.exchange(true)) spdlog::error("the task queue waits, it cannot be written: {}", error.what());
  }

  /// Sleeps until the next task is due, or a commit brings one that is due sooner; wakes a worker then.
  void run_timer(std::stop_token stop) {
    while (!stop.stop_requested()) {
      bool trouble = false;
      try {
        requeue_stranded();
        find_next_due();
      } catch (const std::exception& error) {
        report_failure(error);
        trouble = true;
      }
      std::unique_lock lock(mutex_);
      if (trouble) {
        timer_.wait_for(lock, stop, kTroublePause, [] { return false; });
        continue;
      }
      while (!stop.stop_requested() && stranded_.empty() && clock_.now() < next_due_) {
        const Timestamp due = next_due_;
        timer_.wait_for(lock, stop, clock_.time_to(due), [&] { return next_due_ != due || !stranded_.empty(); });
      }
    }
  }

  /// Wakes a worker for what is due now, and notes when the next is.
  void find_next_due() {
    {
      // What is committed while we look makes it sooner again.
      const std::lock_guard lock(mutex_);
      next_due_ = kNever;
    }
    wake();
    const Timestamp now = clock_.now();
    const auto next = database_.read(
        [&](Tx& tx) { return tx.find("SELECT MIN(due) FROM tasks WHERE lease_owner IS NULL AND due > ?", now); });
    if (next && !next->is_null(0)) expect(next->timestamp(0));
  }

  Database& database_;
  const Clock& clock_;
  const std::string owner_;
  std::map<std::string, Kind> kinds_;
  std::mutex mutex_;                     // over the next five
  std::condition_variable_any changed_;  // a worker may find something to do
  std::uint64_t wakes_ = 0;
  std::condition_variable_any timer_;  // the time to wait for has changed
  Timestamp next_due_ = kNever;
  std::vector<std::int64_t> stranded_;
  std::atomic<bool> failing_ = false;
  std::vector<std::jthread> threads_;
};

void TaskRun::finish(const std::function<void(Tx&)>& result) {
  static_cast<TaskPool*>(tasks_)->settle(*this, result, std::nullopt);
}

void TaskRun::again(Milliseconds delay, const std::function<void(Tx&)>& also) { again(delay, body_, also); }

void TaskRun::again(Milliseconds delay, Json body, const std::function<void(Tx&)>& also) {
  auto* pool = static_cast<TaskPool*>(tasks_);
  pool->settle(*this, also, NewTask{kind_, key_, std::move(body), pool->clock().now() + delay});
}

std::unique_ptr<Tasks> make_tasks(Database& database, const Clock& clock) {
  return std::make_unique<TaskPool>(database, clock);
}

std::span<const Migration> task_migrations() { return kTaskSchema; }

std::vector<FailingTask> list_failing(Tx& tx, int most) {
  std::vector<FailingTask> failing;
  for (const Row& row : tx.query("SELECT kind, key, failing_since, attempts, last_error FROM tasks "
                                 "WHERE failing_since IS NOT NULL ORDER BY failing_since LIMIT ?",
                                 most))
    failing.push_back({row.text(0), row.text(1), row.timestamp(2), static_cast<int>(row.integer(3)), row.text(4)});
  return failing;
}

}  // namespace hanbat::store
