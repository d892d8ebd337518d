// SQLite behind Database: one connection writes, under a mutex, to a write-ahead log; reading connections are pooled. A
// commit does not sync the log by itself (synchronous=NORMAL): after it, whoever needs it on disk has the log synced,
// or waits for one who does so already, one sync for all that were committed before it began (log_sync.h).
#include <fcntl.h>
#include <sys/stat.h>

#include <map>
#include <mutex>
#include <utility>

#include "os/fault.h"
#include "os/files.h"
#include "os/writers_turn.h"
#include "store/database.h"
#include "store/durability.h"
#include "store/log_sync.h"
#include "store/sqlite_connection.h"

namespace hanbat::store {
namespace {

/// That many reading connections are kept: one that is made has the schema to read and each statement to prepare.
constexpr std::size_t kMostReaders = 64;
constexpr std::string_view kBeginRead = "BEGIN";
constexpr std::string_view kBeginWrite = "BEGIN IMMEDIATE";

/// Makes the file, unless it is there, and its mode 0600; SQLite would make it readable to all. SQLite's own log takes
/// over the mode. A file that is there is not opened: closing it would let go of the locks that this process has on it.
void make_private(const std::string& path) {
  if (!path_exists(path)) open_file(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (::chmod(path.c_str(), 0600) != 0) throw_errno("set the mode of " + path);
}

std::map<std::string_view, int> newest_of(std::span<const Migration> migrations) {
  std::map<std::string_view, int> newest;
  for (const Migration& step : migrations) newest[step.module] = std::max(newest[step.module], step.number);
  return newest;
}

[[noreturn]] void refuse(std::string_view module, std::int64_t step, int known) {
  throw NewerDatabase("the database is newer than this program: " + std::string(module) + " is at step " +
                      std::to_string(step) + ", known are " + std::to_string(known) +
                      ". It was left as it is. Start it with the version that wrote it, or restore a backup of an "
                      "older one into another folder");
}

/// A path as a part of a URI.
std::string escaped(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (c == '?') {
      out += "%3f";
    } else if (c == '#') {
      out += "%23";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c;
    }
  }
  return out;
}

class SqliteTx final : public Tx {
 public:
  SqliteTx(Connection& connection, Mode mode) : connection_(connection), mode_(mode) {}

  void savepoint(const std::function<void()>& body) override {
    const std::size_t actions = after_commit_.size();
    connection_.script("SAVEPOINT nested");
    try {
      body();
    } catch (...) {
      connection_.script("ROLLBACK TO nested; RELEASE nested");
      after_commit_.resize(actions);
      throw;
    }
    connection_.script("RELEASE nested");
  }

  Mode mode() const override { return mode_; }

  void committed() {
    for (const auto& action : after_commit_) action();
  }

 private:
  std::vector<Row> run(std::string_view sql, const std::vector<Value>& values, std::int64_t* changed) override {
    if (changed && mode_ == Mode::kRead) throw DatabaseError("a write in a reading transaction: " + std::string(sql));
    return connection_.run(sql, values, changed);
  }

  Connection& connection_;
  Mode mode_;
};

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(const std::string& path)
      : path_(path == ":memory:" ? "file:hanbat-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) +
                                       "?mode=memory&cache=shared"
                                 : path),
        in_memory_(path == ":memory:"),
        log_(in_memory_ ? "" : path + "-wal") {
    // Nobody else could open one that lies in memory: it begins here.
    if (in_memory_) writer();
  }

  void migrate(std::span<const Migration> migrations) override {
    const std::lock_guard lock(write_mutex_);
    Connection& connection = writer();
    for (const auto& [module, number] : newest_of(migrations)) {
      const auto rows = connection.run("SELECT MAX(number) FROM migrations WHERE module = ?", {Value(module)}, nullptr);
      if (!rows.front().is_null(0) && rows.front().integer(0) > number) refuse(module, rows.front().integer(0), number);
    }
    for (const Migration& step : migrations) {
      const std::vector<Value> key{Value(step.module), Value(step.number)};
      if (!connection.run("SELECT 1 FROM migrations WHERE module = ? AND number = ?", key, nullptr).empty()) continue;
      transact(connection, kBeginWrite, [&] {
        connection.script(step.sql);
        connection.run("INSERT INTO migrations(module, number) VALUES (?, ?)", key, nullptr);
      });
    }
    const std::uint64_t last = log_.begin(Durable::kNow);
    log_.end(last);
    log_.await(last);
  }

  void await_durable() override { log_.await_wanted(); }

  void run(Tx::Mode mode, Durable durable, const std::function<void(Tx&)>& body) override {
    if (mode == Tx::Mode::kWrite) return write(durable, body);
    // A shared in-memory database locks whole tables, so there its readers take turns with the writer.
    if (in_memory_) {
      std::unique_lock lock(write_mutex_);
      SqliteTx tx(writer(), mode);
      transact(writer(), kBeginRead, [&] { body(tx); });
      lock.unlock();
      return tx.committed();
    }
    auto connection = acquire_reader();
    SqliteTx tx(*connection, mode);
    transact(*connection, kBeginRead, [&] { body(tx); });
    release_reader(std::move(connection));
    tx.committed();
  }

 private:
  /// A writer's place in line, until its commit has ended.
  class Place {
   public:
    explicit Place(LogSync& log) : log_(&log) { log.join_line(); }
    ~Place() { leave(); }
    Place(const Place&) = delete;
    void leave() {
      if (LogSync* log = std::exchange(log_, nullptr)) log->leave_line();
    }

   private:
    LogSync* log_;
  };

  void write(Durable durable, const std::function<void(Tx&)>& body) {
    Place place(log_);
    std::unique_lock lock(write_mutex_);
    SqliteTx tx(writer(), Tx::Mode::kWrite);
    std::optional<std::uint64_t> commit;
    try {
      transact(writer(), kBeginWrite, [&] {
        const WritersTurn turn;
        body(tx);
        commit = log_.begin(durable);  // before others can read it
      });
    } catch (...) {
      if (commit) log_.end(*commit);
      throw;
    }
    log_.end(*commit);
    place.leave();
    lock.unlock();
    if (durable == Durable::kNow) log_.await(*commit);
    tx.committed();
  }

  /// The one connection that writes; under write_mutex_.
  Connection& writer() {
    if (writer_) return *writer_;
    if (!in_memory_) make_private(path_);
    auto made = std::make_unique<Connection>(path_);
    made->script(
        "CREATE TABLE IF NOT EXISTS migrations(module TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(module, "
        "number))");
    writer_ = std::move(made);
    return *writer_;
  }

  static void transact(Connection& connection, std::string_view begin, const std::function<void()>& body) {
    connection.step(begin);
    try {
      body();
      if (begin == kBeginWrite) fault_point("commit:before");
      connection.step("COMMIT");
    } catch (...) {
      try {
        connection.script("ROLLBACK");
      } catch (const DatabaseError&) {
        // The failure itself may have ended the transaction (a full disk does); the first error is the one to report.
      }
      throw;
    }
    if (begin == kBeginWrite) fault_point("commit:after");
  }

  std::unique_ptr<Connection> acquire_reader() {
    {
      const std::lock_guard lock(readers_mutex_);
      if (!readers_.empty()) {
        auto connection = std::move(readers_.back());
        readers_.pop_back();
        return connection;
      }
    }
    return std::make_unique<Connection>(path_);
  }

  void release_reader(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(readers_mutex_);
    if (readers_.size() < kMostReaders) readers_.push_back(std::move(connection));
  }

  std::string path_;
  bool in_memory_;
  std::unique_ptr<Connection> writer_;
  std::mutex write_mutex_;
  LogSync log_;
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;
};

}  // namespace

void require_not_newer(const std::string& path, std::span<const Migration> all) {
  struct stat about{};
  if (::stat(path.c_str(), &about) != 0 || about.st_size == 0) return;
  // Without a log nothing else is needed to read it, and SQLite leaves no file beside it.
  const bool whole = !path_exists(path + "-wal");
  Connection reader(whole ? "file:" + escaped(path) + "?immutable=1" : path, Connection::Access::kReadOnly);
  if (reader.run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'", {}, nullptr).empty())
    throw DatabaseError(path + " is no database of this program");
  const auto known = newest_of(all);
  for (const Row& row : reader.run("SELECT module, MAX(number) FROM migrations GROUP BY module", {}, nullptr)) {
    const std::string name = row.text(0);
    const auto module = known.find(name);
    const int newest = module == known.end() ? 0 : module->second;
    if (row.integer(1) > newest) refuse(name, row.integer(1), newest);
  }
}

void copy_sqlite(const std::string& from, const std::string& to) {
  make_private(to);
  Connection source(from, Connection::Access::kReadOnly);
  Connection target(to);
  target.copy_from(source);
  target.script("PRAGMA journal_mode=DELETE");
}

void read_sqlite(const std::string& path, const std::function<void(Tx&)>& body) {
  Connection connection(path, Connection::Access::kReadOnly);
  SqliteTx tx(connection, Tx::Mode::kRead);
  connection.script(kBeginRead);
  body(tx);
  connection.script("COMMIT");
}

std::unique_ptr<Database> open_sqlite(const std::string& path) { return std::make_unique<SqliteDatabase>(path); }

}  // namespace hanbat::store
