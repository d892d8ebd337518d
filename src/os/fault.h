// Fault points: named places where a test has this process die, as by a power cut of the process alone. Without
// HANBAT_FAULT and HANBAT_FAULT_LOG in the environment they do nothing.
//
// * HANBAT_FAULT=<name>[#<n>],…: SIGKILL to this process the n-th time (the first, without n) that it passes such a
//   point.
// * HANBAT_FAULT_LOG=<file>: each name is appended to the file, a line, when it is first passed.
//
// A point's name is "<step>:<what>": "commit:before:codecommit.PutFile", "host:after:create_machine". hanbat-hostd
// passes "supervisor:child-killed" when hanbatd was killed: named as a second point, both daemons die together.
#pragma once

#include <string>
#include <string_view>

namespace hanbat {

/// What this thread is about while the object lives (an operation, a kind of task): the second half of the names of the
/// points that it passes. The innermost counts. Thread-bound: it ends in the thread that made it.
class FaultScope {
 public:
  /// The name is `kind` and `name` put together.
  explicit FaultScope(std::string_view kind, std::string_view name = {}, std::string_view rest = {});
  FaultScope(const FaultScope&) = delete;
  FaultScope& operator=(const FaultScope&) = delete;
  ~FaultScope();

  /// Another name from here on, for what is known only later.
  void rename(std::string_view kind, std::string_view name = {}, std::string_view rest = {});

 private:
  std::string outer_;
};

/// The point "<step>:<what the scope says>", or "<step>:other" outside of every scope. Safe from all threads.
void fault_point(std::string_view step);
/// The point "<step>:<what>".
void fault_point(std::string_view step, std::string_view what);

}  // namespace hanbat
