// What SQL a thread runs and how the database goes about it, so that a test can hold a call to it: that it seeks and
// does not scan, and that it does no more when there is more.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace hanbat::store {

struct WatchedStatement {
  std::string sql;
  std::vector<std::string> plan;  // the lines of EXPLAIN QUERY PLAN
  std::int64_t steps = 0;         // of SQLite's virtual machine: what it did, whatever time that took
};

/// Writes down what this thread runs as long as the object lives; one a thread at a time.
class StatementWatch {
 public:
  StatementWatch();
  ~StatementWatch();
  StatementWatch(const StatementWatch&) = delete;

  const std::vector<WatchedStatement>& statements() const { return statements_; }
  void add(WatchedStatement statement) { statements_.push_back(std::move(statement)); }

 private:
  std::vector<WatchedStatement> statements_;
};

}  // namespace hanbat::store
