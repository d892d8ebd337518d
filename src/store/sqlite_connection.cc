#include "store/sqlite_connection.h"

#include <sqlite3.h>

#include <cerrno>
#include <mutex>
#include <system_error>

#include "store/durability.h"
#include "store/statement_watch.h"

namespace hanbat::store {
namespace {

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

/// Before anything else of SQLite's. It counts the memory that it takes under one lock for all threads, and nobody
/// asks.
void leave_memory_uncounted() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

void bind(sqlite3_stmt* statement, int at, const Value& value) {
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

Row read_row(sqlite3_stmt* statement) {
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

}  // namespace

Connection::Connection(const std::string& path, Access access) {
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

Connection::~Connection() {
  for (auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

void Connection::script(std::string_view sql) {
  char* error = nullptr;
  if (sqlite3_exec(db_, std::string(sql).c_str(), nullptr, nullptr, &error) != SQLITE_OK) {
    const std::string why = error ? error : "unknown error";
    sqlite3_free(error);
    throw_error(sqlite3_extended_errcode(db_), "SQL failed: " + why + ": " + std::string(sql.substr(0, 500)));
  }
}

void Connection::step(std::string_view sql) {
  sqlite3_stmt* statement = prepare(sql);
  sqlite3_step(statement);
  if (sqlite3_reset(statement) != SQLITE_OK) fail(sql);
}

std::vector<Row> Connection::run(std::string_view sql, const std::vector<Value>& values, std::int64_t* changed) {
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
  if (watch) watch->add({std::string(sql), plan_of(sql), sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1)});
  return rows;
}

std::vector<std::string> Connection::plan_of(std::string_view sql) {
  constexpr int kDetail = 3;
  const std::string explained = "EXPLAIN QUERY PLAN " + std::string(sql);
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db_, explained.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail(explained);
  std::vector<std::string> plan;
  while (sqlite3_step(statement) == SQLITE_ROW) plan.push_back(read_row(statement).text(kDetail));
  sqlite3_finalize(statement);
  return plan;
}

sqlite3_stmt* Connection::prepare(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK)
    fail(sql);
  statements_.emplace(std::string(sql), statement);
  return statement;
}

void Connection::fail(std::string_view sql) {
  throw_error(sqlite3_extended_errcode(db_), std::string(sqlite3_errmsg(db_)) + ": " + std::string(sql.substr(0, 500)));
}

void Connection::copy_from(Connection& source) {
  sqlite3_backup* backup = sqlite3_backup_init(db_, "main", source.db_, "main");
  if (!backup) throw DatabaseError("cannot copy the database: " + std::string(sqlite3_errmsg(db_)));
  // In one step, so under one snapshot: a writer does not disturb it and is not held up.
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped != SQLITE_DONE || finished != SQLITE_OK)
    throw_error(sqlite3_extended_errcode(db_), "cannot copy the database: " + std::string(sqlite3_errmsg(db_)));
}

StatementWatch::StatementWatch() { watch = this; }
StatementWatch::~StatementWatch() { watch = nullptr; }

bool is_disk_full(const std::exception& error) {
  if (const auto* system = dynamic_cast<const std::system_error*>(&error))
    return system->code() == std::errc::no_space_on_device || system->code().value() == EDQUOT;
  return dynamic_cast<const DatabaseFull*>(&error) != nullptr;
}

}  // namespace hanbat::store
