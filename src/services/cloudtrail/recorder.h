// Records of calls that changed nothing wait here a moment and are written many at a time: a call that only reads shall
// not pay for a transaction of its own, and has none to write in. A crash loses what waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <thread>

#include "services/cloudtrail/store.h"
#include "store/database.h"

namespace hanbat::cloudtrail {

/// Safe from all threads.
class Recorder {
 public:
  Recorder(store::Database& database, const Store& store) : database_(database), store_(store) {}
  /// Writes what waits.
  ~Recorder();

  /// Starts the one writer.
  void start();
  /// Hands over an event. When too many wait it waits too, which slows callers to what the disk takes; while the
  /// database refuses writes it does not wait but drops the event, and the log will tell how many.
  void add(TrailEvent event);
  /// Writes what waits now. Throws store::DatabaseError; the events still wait then.
  void flush();

 private:
  void work(std::stop_token stop);

  store::Database& database_;
  const Store& store_;
  std::mutex flushing_;  // one writer at a time, so that events keep their order
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<TrailEvent> waiting_;
  bool refused_ = false;  // whether the last write failed
  std::size_t dropped_ = 0;
  std::jthread writer_;
};

}  // namespace hanbat::cloudtrail
