// One connection to a SQLite database: its statements, kept prepared, and its errors as the store's. Inside store/
// only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "store/database.h"

struct sqlite3;
struct sqlite3_stmt;

namespace hanbat::store {

/// Used by one thread at a time. Everything throws DatabaseError, UniqueViolation or DatabaseFull.
class Connection {
 public:
  enum class Access { kFull, kReadOnly };

  explicit Connection(const std::string& path, Access access = Access::kFull);
  Connection(const Connection&) = delete;
  ~Connection();

  /// Runs statements without arguments.
  void script(std::string_view sql);
  /// BEGIN, COMMIT: a statement that has neither values nor rows, prepared once, and that no StatementWatch sees.
  void step(std::string_view sql);
  /// Runs one; all rows of its answer, and how many it changed when that is asked.
  std::vector<Row> run(std::string_view sql, const std::vector<Value>& values, std::int64_t* changed);
  /// Takes the content of the other database, as it is at one moment.
  void copy_from(Connection& source);

 private:
  std::vector<std::string> plan_of(std::string_view sql);
  sqlite3_stmt* prepare(std::string_view sql);
  [[noreturn]] void fail(std::string_view sql);

  sqlite3* db_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

}  // namespace hanbat::store
