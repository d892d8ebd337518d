#include "services/cloudtrail/recorder.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "os/fault.h"

namespace hanbat::cloudtrail {
namespace {

// Also the longest time that a record of a read waits, and so is lost in a crash.
constexpr Milliseconds kEvery(500);
// Rows are safe where they are; they wait longer, so that few syncs are made for few calls.
constexpr int kRoundsForRows = 10;
constexpr std::size_t kBatch = 512;
constexpr std::size_t kMostWaiting = 8 * kBatch;
constexpr std::size_t kMostWaitingBytes = 16 << 20;

}  // namespace

Recorder::~Recorder() {
  writer_ = {};  // asks it to stop, and joins
  try {
    flush();
  } catch (const std::exception& error) {
    spdlog::error("the last records of the trail could not be written: {}", error.what());
  }
}

void Recorder::start() {
  const Position position = database_.read([&](store::Tx& tx) {
    std::int64_t none = 0;
    next_id_.compare_exchange_strong(none, store_.next_id(tx));
    pending_ = store_.oldest_pending(tx, 1).size();  // what a daemon before left
    return store_.position(tx);
  });
  segments_.open(position);
  try {
    move_old_tables();
  } catch (const std::exception& error) {
    spdlog::error("the calls that were recorded before this version are found only after another start: {}",
                  error.what());
  }
  writer_ = std::jthread([this](std::stop_token stop) { work(stop); });
}

void Recorder::move_old_tables() {
  const FaultScope scope("trail");
  Position reached = database_.read([&](store::Tx& tx) { return store_.position(tx); });
  std::size_t moved = 0;
  for (std::int64_t after = 0;;) {
    auto events = database_.read([&](store::Tx& tx) { return store_.events_of_old_tables(tx, after, kBatch); });
    if (events.empty()) break;
    if (moved == 0) spdlog::info("moves the records of calls out of the database");
    after = events.back().id;
    moved += events.size();
    for (TrailEvent& event : events) event.id = next_id_++;
    reached = segments_.append(reached, events);
  }
  if (moved == 0) return;
  database_.write([&](store::Tx& tx) {
    store_.set_position(tx, reached, next_id_);
    store_.empty_old_tables(tx);
  });
  spdlog::info("moved {} records of calls out of the database", moved);
}

std::int64_t Recorder::next_id(store::Tx& tx) {
  if (next_id_ == 0) next_id_ = store_.next_id(tx);
  return next_id_++;
}

void Recorder::add(TrailEvent event) {
  std::unique_lock lock(mutex_);
  const auto has_room = [&] { return waiting_.size() < kMostWaiting && waiting_bytes_ < kMostWaitingBytes; };
  changed_.wait(lock, [&] { return has_room() || refused_; });
  if (!has_room()) {
    ++dropped_;
    return;
  }
  waiting_bytes_ += event.record.size();
  waiting_.push_back(std::move(event));
  if (waiting_.size() >= kBatch) changed_.notify_all();
}

void Recorder::count_pending() {
  const std::lock_guard lock(mutex_);
  if (++pending_ == kBatch) changed_.notify_all();
}

std::deque<TrailEvent> Recorder::take_waiting() {
  const std::lock_guard lock(mutex_);
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kBatch));
  std::deque<TrailEvent> taken(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
  waiting_.erase(waiting_.begin(), end);
  for (const TrailEvent& event : taken) waiting_bytes_ -= event.record.size();
  return taken;
}

void Recorder::give_back(std::deque<TrailEvent> events) {
  const std::lock_guard lock(mutex_);
  for (const TrailEvent& event : events) waiting_bytes_ += event.record.size();
  waiting_.insert(waiting_.begin(), std::make_move_iterator(events.begin()), std::make_move_iterator(events.end()));
  refused_ = true;
  changed_.notify_all();
}

bool Recorder::bring_away(const std::deque<TrailEvent>& from_memory) {
  // The position is asked each time: a commit that is said to have failed may have come about.
  auto [from, batch] = database_.read([&](store::Tx& tx) {
    return std::pair(store_.position(tx), store_.oldest_pending(tx, static_cast<int>(kBatch)));
  });
  const std::int64_t last_row = batch.empty() ? 0 : batch.back().id;
  for (const TrailEvent& event : from_memory) {
    batch.push_back(event);
    batch.back().id = next_id_++;
  }
  if (batch.empty()) return false;
  const Position reached = segments_.append(from, batch);
  database_.write([&](store::Tx& tx) {
    store_.remove_pending(tx, last_row);
    store_.set_position(tx, reached, next_id_);
  });
  return true;
}

void Recorder::flush() {
  const std::lock_guard one(flushing_);
  const FaultScope scope("trail");
  while (true) {
    std::deque<TrailEvent> taken = take_waiting();
    {
      const std::lock_guard lock(mutex_);
      pending_ = 0;
    }
    bool any = false;
    try {
      any = bring_away(taken);
    } catch (...) {
      give_back(std::move(taken));
      throw;
    }
    const std::lock_guard lock(mutex_);
    refused_ = false;
    if (dropped_) spdlog::error("the trail lacks {} calls: the disk took no writes", std::exchange(dropped_, 0));
    changed_.notify_all();
    if (!any) return;
  }
}

void Recorder::remove_before(Timestamp at) {
  segments_.remove_before(database_.read([&](store::Tx& tx) { return store_.position(tx); }), at);
}

void Recorder::work(std::stop_token stop) {
  bool told = false;  // one line for the whole time in which the disk takes no writes
  for (int rounds = 1; !stop.stop_requested(); ++rounds) {
    {
      std::unique_lock lock(mutex_);
      const auto many = [&] { return waiting_.size() >= kBatch || pending_ >= kBatch; };
      changed_.wait_for(lock, stop, kEvery, [&] { return many() && !refused_; });
      if (waiting_.empty() && !many() && (pending_ == 0 || rounds < kRoundsForRows)) continue;
    }
    rounds = 0;
    try {
      flush();
      told = false;
    } catch (const std::exception& error) {
      if (!std::exchange(told, true))
        spdlog::error("records of the trail could not be written, and wait: {}", error.what());
    }
  }
}

}  // namespace hanbat::cloudtrail
