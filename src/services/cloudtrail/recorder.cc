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
constexpr std::size_t kBatch = 512;
constexpr std::size_t kMostWaiting = 8 * kBatch;

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
  writer_ = std::jthread([this](std::stop_token stop) { work(stop); });
}

void Recorder::add(TrailEvent event) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waiting_.size() < kMostWaiting || refused_; });
  if (waiting_.size() >= kMostWaiting) {
    ++dropped_;
    return;
  }
  waiting_.push_back(std::move(event));
  if (waiting_.size() >= kBatch) changed_.notify_all();
}

void Recorder::flush() {
  const std::lock_guard one(flushing_);
  while (true) {
    std::deque<TrailEvent> batch;
    {
      const std::lock_guard lock(mutex_);
      const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kBatch));
      batch.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
      waiting_.erase(waiting_.begin(), end);
    }
    if (batch.empty()) return;
    try {
      const FaultScope scope("trail");
      database_.write([&](store::Tx& tx) {
        for (const TrailEvent& event : batch) store_.insert(tx, event);
      });
    } catch (...) {
      const std::lock_guard lock(mutex_);
      waiting_.insert(waiting_.begin(), std::make_move_iterator(batch.begin()), std::make_move_iterator(batch.end()));
      refused_ = true;
      changed_.notify_all();
      throw;
    }
    const std::lock_guard lock(mutex_);
    refused_ = false;
    if (dropped_) spdlog::error("the trail lacks {} calls: the database took no writes", std::exchange(dropped_, 0));
    changed_.notify_all();
  }
}

void Recorder::work(std::stop_token stop) {
  bool told = false;  // one line for the whole time in which the database takes no writes
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, stop, kEvery, [&] { return waiting_.size() >= kBatch && !refused_; });
    }
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
