// SQLite behind Database: write-ahead log, synchronous=FULL so that an acknowledged commit outlives a power cut. One
// connection writes, under a mutex; reading connections are pooled.
#include <sqlite3.h>

#include <map>
#include <mutex>

#include "store/database.h"

namespace hanbat::store {
namespace {

class Connection {
 public:
  explicit Connection(const std::string& path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
    if (sqlite3_open_v2(path.c_str(), &db_, flags, nullptr) != SQLITE_OK) {
      const std::string why = db_ ? sqlite3_errmsg(db_) : "out of memory";
      sqlite3_close(db_);
      throw DatabaseError("cannot open the database " + path + ": " + why);
    }
    sqlite3_busy_timeout(db_, 30'000);
    script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;");
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
      throw DatabaseError("SQL failed: " + why + ": " + std::string(sql.substr(0, 500)));
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

    std::vector<Row> rows;
    while (true) {
      const int status = sqlite3_step(statement);
      if (status == SQLITE_DONE) break;
      if (status != SQLITE_ROW) fail(sql);
      rows.push_back(read_row(statement));
    }
    if (changed) *changed = sqlite3_changes64(db_);
    return rows;
  }

 private:
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
    const std::string message = std::string(sqlite3_errmsg(db_)) + ": " + std::string(sql.substr(0, 500));
    const int code = sqlite3_extended_errcode(db_);
    if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) throw UniqueViolation(message);
    throw DatabaseError(message);
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

  sqlite3* db_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

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
        writer_(path_) {
    writer_.script(
        "CREATE TABLE IF NOT EXISTS migrations(module TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(module, "
        "number))");
  }

  void migrate(std::span<const Migration> migrations) override {
    std::map<std::string_view, int> newest;
    for (const Migration& step : migrations) newest[step.module] = std::max(newest[step.module], step.number);
    const std::lock_guard lock(write_mutex_);
    for (const auto& [module, number] : newest) {
      const auto rows = writer_.run("SELECT MAX(number) FROM migrations WHERE module = ?", {Value(module)}, nullptr);
      if (!rows.front().is_null(0) && rows.front().integer(0) > number)
        throw DatabaseError("the database is newer than this program: " + std::string(module) + " is at step " +
                            std::to_string(rows.front().integer(0)) + ", known are " + std::to_string(number) +
                            "; install the newer version, or restore a backup");
    }
    for (const Migration& step : migrations) {
      const std::vector<Value> key{Value(step.module), Value(step.number)};
      if (!writer_.run("SELECT 1 FROM migrations WHERE module = ? AND number = ?", key, nullptr).empty()) continue;
      writer_.script("BEGIN IMMEDIATE");
      try {
        writer_.script(step.sql);
        writer_.run("INSERT INTO migrations(module, number) VALUES (?, ?)", key, nullptr);
        writer_.script("COMMIT");
      } catch (...) {
        writer_.script("ROLLBACK");
        throw;
      }
    }
  }

  void run(Tx::Mode mode, const std::function<void(Tx&)>& body) override {
    // A shared in-memory database locks whole tables, so there its readers take turns with the writer.
    if (mode == Tx::Mode::kWrite || in_memory_) {
      std::unique_lock lock(write_mutex_);
      SqliteTx tx(writer_, mode);
      transact(writer_, mode == Tx::Mode::kWrite ? "BEGIN IMMEDIATE" : "BEGIN", [&] { body(tx); });
      lock.unlock();
      tx.committed();
      return;
    }
    auto connection = take_reader();
    SqliteTx tx(*connection, mode);
    transact(*connection, "BEGIN", [&] { body(tx); });
    give_reader(std::move(connection));
    tx.committed();
  }

 private:
  static void transact(Connection& connection, std::string_view begin, const std::function<void()>& body) {
    connection.script(begin);
    try {
      body();
      connection.script("COMMIT");
    } catch (...) {
      try {
        connection.script("ROLLBACK");
      } catch (const DatabaseError&) {
        // The failure itself may have ended the transaction (a full disk does); the first error is the one to report.
      }
      throw;
    }
  }

  std::unique_ptr<Connection> take_reader() {
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

  void give_reader(std::unique_ptr<Connection> connection) {
    const std::lock_guard lock(readers_mutex_);
    if (readers_.size() < 8) readers_.push_back(std::move(connection));
  }

  std::string path_;
  bool in_memory_;
  Connection writer_;
  std::mutex write_mutex_;
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;
};

}  // namespace

bool Row::is_null(std::size_t column) const { return std::holds_alternative<std::monostate>(values_.at(column).get()); }

std::string Row::text(std::size_t column) const {
  const auto& held = values_.at(column).get();
  if (const auto* text = std::get_if<std::string>(&held)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&held)) return std::to_string(*integer);
  if (std::holds_alternative<std::monostate>(held)) return "";
  throw DatabaseError("a column is no text");
}

std::int64_t Row::integer(std::size_t column) const {
  const auto& held = values_.at(column).get();
  if (const auto* integer = std::get_if<std::int64_t>(&held)) return *integer;
  if (std::holds_alternative<std::monostate>(held)) return 0;
  throw DatabaseError("a column is no integer");
}

std::optional<std::string> Row::find_text(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<std::int64_t> Row::find_integer(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::unique_ptr<Database> open_sqlite(const std::string& path) { return std::make_unique<SqliteDatabase>(path); }

}  // namespace hanbat::store
