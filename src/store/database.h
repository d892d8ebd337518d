// The one database of a region: every row that must survive lies here. Readers run side by side; writers take turns;
// a commit is on disk before `write` returns. SQL is what both SQLite 3.40 and PostgreSQL 15 take.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace hanbat::store {

/// A statement that failed: the message holds the SQL and what the database said.
struct DatabaseError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A row that broke a uniqueness rule; services turn it into their own "already exists".
struct UniqueViolation : DatabaseError {
  using DatabaseError::DatabaseError;
};

/// A value bound to a statement: null, integer, real or text. Built from what a call site has at hand.
class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(std::nullopt_t) {}
  /// Throws DatabaseError for an unsigned value that no column holds.
  template <class T>
    requires std::is_integral_v<T>
  Value(T value) : value_(static_cast<std::int64_t>(value)) {
    if constexpr (std::is_unsigned_v<T> && sizeof(T) == sizeof(std::int64_t))
      if (static_cast<std::int64_t>(value) < 0)
        throw DatabaseError(std::to_string(value) + " does not fit in a column");
  }
  Value(double value) : value_(value) {}
  Value(std::string value) : value_(std::move(value)) {}
  Value(std::string_view value) : value_(std::string(value)) {}
  Value(const char* value) : value_(std::string(value)) {}
  Value(const Json& value) : value_(value.dump()) {}
  Value(Timestamp value) : value_(value.ms) {}
  template <class T>
  Value(const std::optional<T>& value) {
    if (value) *this = Value(*value);
  }

  const std::variant<std::monostate, std::int64_t, double, std::string>& get() const { return value_; }

 private:
  std::variant<std::monostate, std::int64_t, double, std::string> value_;
};

/// One row of an answer; columns are read by position.
class Row {
 public:
  explicit Row(std::vector<Value> values) : values_(std::move(values)) {}
  bool is_null(std::size_t column) const;
  std::string text(std::size_t column) const;
  std::int64_t integer(std::size_t column) const;
  bool flag(std::size_t column) const { return integer(column) != 0; }
  Timestamp timestamp(std::size_t column) const { return {integer(column)}; }
  Json json(std::size_t column) const { return is_null(column) ? Json() : Json::parse(text(column)); }
  std::optional<std::string> find_text(std::size_t column) const;
  std::optional<std::int64_t> find_integer(std::size_t column) const;

 private:
  std::vector<Value> values_;
};

/// A numbered step of one module's schema; steps run in order, once.
struct Migration {
  std::string_view module;
  int number;
  std::string_view sql;
};

/// A transaction. It ends with the function that it was handed to: normally by commit, by an exception in rollback.
class Tx {
 public:
  enum class Mode { kRead, kWrite };

  virtual ~Tx() = default;
  Tx() = default;
  Tx(const Tx&) = delete;

  /// All rows. Throws DatabaseError.
  template <class... Args>
  std::vector<Row> query(std::string_view sql, const Args&... args) {
    return run(sql, {Value(args)...}, nullptr);
  }
  /// The first row, or nothing.
  template <class... Args>
  std::optional<Row> find(std::string_view sql, const Args&... args) {
    auto rows = run(sql, {Value(args)...}, nullptr);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }
  /// Runs a change; returns how many rows it touched. Throws UniqueViolation, DatabaseError.
  template <class... Args>
  std::int64_t exec(std::string_view sql, const Args&... args) {
    std::int64_t changed = 0;
    run(sql, {Value(args)...}, &changed);
    return changed;
  }

  /// Called once this transaction is durable, in the committing thread; not called after a rollback.
  void on_commit(std::function<void()> action) { after_commit_.push_back(std::move(action)); }
  /// Runs `body` so that its changes alone are undone when it throws.
  virtual void savepoint(const std::function<void()>& body) = 0;
  virtual Mode mode() const = 0;

 protected:
  virtual std::vector<Row> run(std::string_view sql, const std::vector<Value>& values, std::int64_t* changed) = 0;
  std::vector<std::function<void()>> after_commit_;
};

/// Whether a commit is on disk when `run` returns, or only before every later one that is: what a power cut may take
/// back, and what comes back by itself (a lease on a task).
enum class Durable { kNow, kLater };

/// The database file and its connections. Safe from all threads.
class Database {
 public:
  virtual ~Database() = default;

  /// Runs the migrations that have not run. Throws DatabaseError when the file is newer than the program.
  virtual void migrate(std::span<const Migration> migrations) = 0;
  virtual void run(Tx::Mode mode, Durable durable, const std::function<void(Tx&)>& body) = 0;
  /// Returns once all commits of Durable::kNow that can be read by now are on disk: whoever answers with what it has
  /// read waits for them, so that no answer is taken back.
  virtual void await_durable() = 0;

  /// Runs `body(tx)` against a snapshot and returns what it returns. A write in it throws.
  template <class F>
  auto read(F&& body) {
    return with(Tx::Mode::kRead, Durable::kNow, std::forward<F>(body));
  }
  /// Runs `body(tx)` as the only writer; it is durable when this returns. Must not be nested.
  template <class F>
  auto write(F&& body) {
    return with(Tx::Mode::kWrite, Durable::kNow, std::forward<F>(body));
  }
  /// The same without waiting for the disk; see Durable::kLater.
  template <class F>
  auto write_later(F&& body) {
    return with(Tx::Mode::kWrite, Durable::kLater, std::forward<F>(body));
  }

 private:
  template <class F>
  auto with(Tx::Mode mode, Durable durable, F&& body) {
    using Result = std::invoke_result_t<F, Tx&>;
    if constexpr (std::is_void_v<Result>) {
      run(mode, durable, [&](Tx& tx) { body(tx); });
    } else {
      std::optional<Result> result;
      run(mode, durable, [&](Tx& tx) { result.emplace(body(tx)); });
      return std::move(*result);
    }
  }
};

/// Opens (or makes) the SQLite database at the path; ":memory:" gives one that lives with the object, for tests.
std::unique_ptr<Database> open_sqlite(const std::string& path);

}  // namespace hanbat::store
