// Brings events to the segments, many at a time: those of calls that changed nothing, which wait in memory for it, and
// those of changes, which wait as rows that were committed with them. A crash loses what waits in memory, and nothing
// else: events count in a segment once the commit that says so takes their rows away.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>

#include "services/cloudtrail/segments/segments.h"
#include "services/cloudtrail/store.h"
#include "store/database.h"

namespace hanbat::cloudtrail {

/// Safe from all threads.
class Recorder {
 public:
  Recorder(store::Database& database, const Store& store, Segments& segments)
      : database_(database), store_(store), segments_(segments) {}
  /// Brings away what waits.
  ~Recorder();

  /// Makes the segments what the database says, moves to them what tables of before them hold, and starts the one
  /// writer. Once, when the database has its tables.
  void start();
  /// The next event's id; asked in the writer's turn, so that ids are in the order of commits.
  std::int64_t next_id(store::Tx& tx);
  /// Hands over an event that is in no row. When too many wait it waits too, which slows callers to what the disk
  /// takes; while the disk takes nothing it does not wait but drops the event, and the log will tell how many.
  void add(TrailEvent event);
  /// A row more has been committed.
  void count_pending();
  /// Brings away what waits now. Throws store::DatabaseError and std::system_error; what waits still does then.
  void flush();
  /// Removes segments all of whose events are older; see Segments.
  void remove_before(Timestamp at);

 private:
  void work(std::stop_token stop);
  void move_old_tables();
  std::deque<TrailEvent> take_waiting();
  void give_back(std::deque<TrailEvent> events);
  /// Has the segments and the database have a batch. False when there was nothing to bring away.
  bool bring_away(const std::deque<TrailEvent>& from_memory);

  store::Database& database_;
  const Store& store_;
  Segments& segments_;
  std::atomic<std::int64_t> next_id_ = 0;  // 0 until the database was asked

  std::mutex flushing_;  // one at a time, so that events keep their order
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<TrailEvent> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool refused_ = false;  // whether the last write failed
  std::size_t dropped_ = 0;
  std::size_t pending_ = 0;
  std::jthread writer_;
};

}  // namespace hanbat::cloudtrail
