// SQLite behind Database: one connection writes, under a mutex, to a write-ahead log; reading connections are pooled. A
// commit does not sync the log by itself (synchronous=NORMAL): after it, whoever needs it on disk has the log synced,
// or waits for one who does so already, one sync for all that were committed before it began (log_sync.h).
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>

#include "os/fault.h"
#include "os/files.h"
#include "os/writers_turn.h"
#include "store/database.h"
#include "store/durability.h"
#include "store/log_sync.h"
#include "store/statement_watch.h"

namespace hanbat::store {
namespace {

constexpr std::string_view kBeginRead = "BEGIN";
constexpr std::string_view kBeginWrite = "BEGIN IMMEDIATE";

thread_local StatementWatch* watch = nullptr;

/// SQLITE_FULL is a write that found no room; SHMSIZE the same for the index of the write-ahead log.
bool means_full(int extended_code) {
  return (extended_code & 0xff) == SQLITE_FULL || extended_code == SQLITE_IOERR_SHMSIZE;
}

[[noreturn]] void throw_error(int extended_code, const std::string& message) {
  if (extended_code == SQLITE_CONSTRAINT_UNIQUE || extended_code == SQLITE_CONSTRAINT_PRIMARYKEY)
    throw UniqueViolation(message);
  if (means_full(extended_code)) throw DatabaseFull(message);
  throw DatabaseError(message);
}

/// Makes the file, unless it is there, and its mode 0600; SQLite would make it readable to all. SQLite's own log takes
/// over the mode. A file that is there is not opened: closing it would let go of the locks that this process has on it.
void make_private(const std::string& path) {
  if (!path_exists(path)) open_file(path, O_RDWR | O_CREAT | O_EXCL, 0600);
  if (::chmod(path.c_str(), 0600) != 0) throw_errno("set the mode of " + path);
}

/// Before anything else of SQLite's. It counts the memory that it takes under one lock for all threads, and nobody
/// asks.
void leave_memory_uncounted() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

class Connection {
 public:
  enum class Access { kFull, kReadOnly };

  explicit Connection(const std::string& path, Access access = Access::kFull) {
    leave_memory_uncounted();
    const int flags = access == Access::kReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    if (sqlite3_open_v2(path.c_str(), &db_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, nullptr) != SQLITE_OK) {
      const std::string why = db_ ? sqlite3_errmsg(db_) : "out of memory";
      sqlite3_close(db_);
      throw DatabaseError("cannot open the database " + path + ": " + why);
    }
    sqlite3_busy_timeout(db_, 30'000);
    if (access == Access::kFull)
      script("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;");
  }
  Connection(const Connection&) = delete;
  ~Connection() {
    for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  void script(std::string_view sql) {
    char* error = nullptr;
    if (sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, &error) != SQLITE_OK) {
      const std::string why = error ? error : "unknown error";
      sqlite3_free(error);
      throw_error(sqlite3_extended_errcode(db_), "SQL failed: " + why + ": " + std::string(sql.substr(0, 500)));
    }
  }

  std::vector<Row> run(std::string_view sql, const std::vector<Value>& values, std::int64_t* changed) {
    sqlite3_stmt* statement = prepare(sql);
    struct Reset {
      sqlite3_stmt* statement;
      ~Reset() {
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
      }
    } reset{statement};
    if (sqlite3_bind_parameter_count(statement) != static_cast<int>(values.size()))
      throw DatabaseError("wrong number of arguments for: " + std::string(sql));
    for (std::size_t i = 0; i < values.size(); ++i) bind(statement, static_cast<int>(i) + 1, values[i]);
    if (watch) sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);

    std::vector<Row> rows;
    while (true) {
      const int status = sqlite3_step(statement);
      if (status == SQLITE_DONE) break;
      if (status != SQLITE_ROW) fail(sql);
      rows.push_back(read_row(statement));
    }
    if (changed) *changed = sqlite3_changes64(db_);
    if (watch)
      watch->add({std::string(sql), plan_of(sql), sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1)});
    return rows;
  }

 private:
  std::vector<std::string> plan_of(std::string_view sql) {
    constexpr int kDetail = 3;
    const std::string explained = "EXPLAIN QUERY PLAN " + std::string(sql);
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, explained.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail(explained);
    std::vector<std::string> plan;
    while (sqlite3_step(statement) == SQLITE_ROW) plan.push_back(read_row(statement).text(kDetail));
    sqlite3_finalize(statement);
    return plan;
  }

  sqlite3_stmt* prepare(std::string_view sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return found->second;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                           nullptr) != SQLITE_OK)
      fail(sql);
    statements_.emplace(std::string(sql), statement);
    return statement;
  }

  [[noreturn]] void fail(std::string_view sql) {
    throw_error(sqlite3_extended_errcode(db_),
                std::string(sqlite3_errmsg(db_)) + ": " + std::string(sql.substr(0, 500)));
  }

  static void bind(sqlite3_stmt* statement, int at, const Value& value) {
    const auto& held = value.get();
    if (const auto* integer = std::get_if<std::int64_t>(&held)) {
      sqlite3_bind_int64(statement, at, *integer);
    } else if (const auto* real = std::get_if<double>(&held)) {
      sqlite3_bind_double(statement, at, *real);
    } else if (const auto* text = std::get_if<std::string>(&held)) {
      sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    } else {
      sqlite3_bind_null(statement, at);
    }
  }

  static Row read_row(sqlite3_stmt* statement) {
    std::vector<Value> values;
    const int count = sqlite3_column_count(statement);
    values.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      switch (sqlite3_column_type(statement, i)) {
        case SQLITE_INTEGER:
          values.emplace_back(static_cast<std::int64_t>(sqlite3_column_int64(statement, i)));
          break;
        case SQLITE_FLOAT:
          values.emplace_back(sqlite3_column_double(statement, i));
          break;
        case SQLITE_NULL:
          values.emplace_back();
          break;
        default: {
          const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, i));
          const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
          values.emplace_back(bytes ? std::string(bytes, size) : std::string());
        }
      }
    }
    return Row(std::move(values));
  }

  friend void hanbat::store::copy_sqlite(const std::string& from, const std::string& to);
  sqlite3* db_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

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
  void write(Durable durable, const std::function<void(Tx&)>& body) {
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
    connection.script(begin);
    try {
      body();
      if (begin == kBeginWrite) fault_point("commit:before");
      connection.script("COMMIT");
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
    if (readers_.size() < 8) readers_.push_back(std::move(connection));
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

StatementWatch::StatementWatch() { watch = this; }
StatementWatch::~StatementWatch() { watch = nullptr; }

bool is_disk_full(const std::exception& error) {
  if (const auto* system = dynamic_cast<const std::system_error*>(&error))
    return system->code() == std::errc::no_space_on_device || system->code().value() == EDQUOT;
  return dynamic_cast<const DatabaseFull*>(&error) != nullptr;
}

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
  sqlite3_backup* backup = sqlite3_backup_init(target.db_, "main", source.db_, "main");
  if (!backup) throw DatabaseError("cannot copy the database: " + std::string(sqlite3_errmsg(target.db_)));
  // In one step, so under one snapshot: a writer does not disturb it and is not held up.
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE || finished != SQLITE_OK)
    throw_error(sqlite3_extended_errcode(target.db_),
                "cannot copy the database: " + std::string(sqlite3_errmsg(target.db_)));
  target.script("PRAGMA journal_mode=DELETE");
}

std::unique_ptr<Database> open_sqlite(const std::string& path) { return std::make_unique<SqliteDatabase>(path); }

}  // namespace hanbat::store
