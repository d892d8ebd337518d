// Use that comes with calls that only read, and with bytes that are sent: it waits in memory and is written once a
// minute, so that no call writes because it is billed. A kill loses what waits.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "region/region.h"
#include "region/request.h"
#include "region/usage.h"

namespace hanbat::region {

/// Safe from all threads.
class BatchedUsage {
 public:
  /// `name` is the kind of the task that writes: "s3.count-requests".
  BatchedUsage(Region& home, std::string name) : home_(home), name_(std::move(name)) {}
  /// Writes what waits.
  ~BatchedUsage();
  BatchedUsage(const BatchedUsage&) = delete;
  BatchedUsage& operator=(const BatchedUsage&) = delete;

  /// Registers the task. Called once, before the first request.
  void start();
  /// What happened just now; as region::meter_event has it.
  void add(const Place& place, const std::string& arn, const Use& use);
  /// The same of what a call is billed for, whose handler may be called anew (WriteFirst, PrepareFirst): once a call.
  void add_once(const Request& rq, const Place& place, const std::string& arn, const Use& use);

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string, UsageUnit>;

  void flush(store::Tx& tx);

  Region& home_;
  const std::string name_;
  std::mutex mutex_;
  std::map<Key, std::int64_t> waiting_;  // guarded by mutex_; by account, region, ARN, service, usage type, operation
};

}  // namespace hanbat::region
