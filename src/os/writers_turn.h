// The database has one writer at a time, so whoever waits for a disk or a child while it is its turn has the whole
// region wait: a request changes rows and nothing else. What writes files, waits for children or for the host's side
// asks here, so that any test shows who breaks that.
#pragma once

#include <string_view>

namespace hanbat {

/// This thread is the one that writes to the database, as long as the object lives.
class WritersTurn {
 public:
  WritersTurn();
  ~WritersTurn();
  WritersTurn(const WritersTurn&) = delete;
  WritersTurn& operator=(const WritersTurn&) = delete;
};

/// From here on this process ends, with a line that says why, when the rule is broken. So it does from its start with
/// HANBAT_GUARD=1 in its environment. Safe from all threads.
void guard_writers_turn();

/// Called before what must not happen in the writer's turn: "write a file". Does nothing unless guarded.
void require_no_writers_turn(std::string_view what);

}  // namespace hanbat
