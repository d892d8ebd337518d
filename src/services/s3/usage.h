// What S3 bills: requests and what answers send to the internet, to the owner of the bucket or to who asks, and what
// lies in buckets at every full hour, by storage class. Source: https://aws.amazon.com/s3/pricing/
#pragma once

#include <string_view>

#include "region/batched_usage.h"
#include "region/region.h"
#include "region/usage.h"
#include "services/s3/buckets/store.h"
#include "services/s3/objects/storage_class.h"

namespace hanbat::s3 {

/// Counts requests. One that writes is counted with what it wrote, in its transaction; one that only reads waits in
/// memory for a minute at most, so a kill may lose it. Safe from all threads.
class RequestCount {
 public:
  explicit RequestCount(region::Region& home) : home_(home), reads_(home, "s3.count-requests") {}

  /// Registers the task that writes what waits, and the one that reads what lies in buckets.
  void start();
  /// Also names the account as who pays for what the answer sends.
  void add(region::Request& rq, std::string_view action, const BucketRow& bucket, const std::string& payer);

 private:
  region::Region& home_;
  region::BatchedUsage reads_;
};

/// "Requests-Tier1", "Requests-Tier2", or "" for what is free.
std::string_view tier_of(std::string_view operation);

/// How the bill names what lies in the class: "TimedStorage-SIA-ByteHrs".
std::string_view usage_type_of(StorageClass storage_class);

}  // namespace hanbat::s3
