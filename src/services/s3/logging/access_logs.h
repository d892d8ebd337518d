// Server access logs on their way into the buckets that they are for, as AWS's delivery puts them there, so that a
// bucket's policy or ACL decides. Lines wait in memory until the next minute, then as rows until they are delivered:
// best effort, as on AWS; a kill may lose the last minute's.
//   https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "region/region.h"
#include "services/s3/buckets/store.h"
#include "services/s3/logging/store.h"

namespace hanbat::s3 {

/// As whom logs are delivered.
inline constexpr const char* kLogDeliverer = "logging.s3.amazonaws.com";

/// Safe from all threads.
class AccessLogs {
 public:
  explicit AccessLogs(region::Region& home) : home_(home) {}
  /// Writes down what waits.
  ~AccessLogs();
  AccessLogs(const AccessLogs&) = delete;
  AccessLogs& operator=(const AccessLogs&) = delete;

  /// Registers the task that delivers. Called once, before the first request.
  void start();
  void add(LoggedLine line);

 private:
  void write_down();
  void deliver();
  /// Of one bucket. What its target does not take is dropped.
  void deliver(const std::string& bucket, const std::vector<LoggedLine>& lines);
  void put(const BucketRow& source, const LoggingEnabled& setting, const std::string& key, std::string text);

  region::Region& home_;
  std::mutex mutex_;
  std::vector<LoggedLine> waiting_;  // guarded by mutex_
  std::uint64_t lost_ = 0;           // guarded by mutex_; for which there was no room
};

/// Where the lines of a day go, without what makes each file's name its own. `event`: a time of that day.
std::string log_key(const LoggingEnabled& setting, const BucketRow& source, Timestamp event, Timestamp delivery);
/// Whether each file has one day's lines alone.
bool is_by_event_time(const LoggingEnabled& setting);

}  // namespace hanbat::s3
