// What S3 bills: requests, to the owner of the bucket, and what lies in buckets at every full hour.
// Source: https://aws.amazon.com/s3/pricing/
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>

#include "region/region.h"
#include "region/usage.h"
#include "services/s3/buckets/store.h"

namespace hanbat::s3 {

/// Counts requests. One that writes is counted with what it wrote, in its transaction; one that only reads waits in
/// memory for a minute at most, so a kill may lose it. Safe from all threads.
class RequestCount {
 public:
  explicit RequestCount(region::Region& home) : home_(home) {}
  /// Writes what waits.
  ~RequestCount();

  /// Registers the task that writes what waits, and the one that reads what lies in buckets.
  void start();
  void add(region::Request& rq, std::string_view action, const BucketRow& bucket);

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::string>;

  void flush(store::Tx& tx);

  region::Region& home_;
  std::mutex mutex_;
  std::map<Key, std::int64_t> waiting_;  // by account, region, bucket, usage type and operation
};

/// "Requests-Tier1", "Requests-Tier2", or "" for what is free.
std::string_view tier_of(std::string_view operation);

}  // namespace hanbat::s3
