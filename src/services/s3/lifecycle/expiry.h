// S3's worker: what has expired by the lifecycle rules of its bucket goes, and what is due goes into another class.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "region/region.h"
#include "services/s3/buckets/store.h"
#include "services/s3/lifecycle/transitions.h"
#include "services/s3/logging/access_logs.h"
#include "services/s3/objects/store.h"

namespace hanbat::s3 {

/// Of a bucket's own: its rules, and how small an object may be to go into another class.
inline constexpr const char* kLifecycleSetting = "lifecycle";
inline constexpr const char* kMinimumSize = "minimum_size";

inline SmallObjects small_objects_of(const BucketRow& bucket) {
  return find_word<SmallObjects>(bucket.own.text(kMinimumSize)).value_or(SmallObjects::kStay);
}

/// Those of the bucket, or none.
std::vector<LifecycleRule> lifecycle_rules_of(const BucketRow& bucket);
/// As the header x-amz-expiration tells of the object; nothing of a version that is not the latest.
std::optional<std::string> told_expiration(const BucketRow& bucket, const ObjectRow& object);

/// Looks through all buckets that have rules, every hour.
struct ExpireObjectsTask {
  static constexpr std::string_view kKind = "s3.expire";

  Json to_json() const { return Json::object(); }
  static ExpireObjectsTask from_json(const Json&) { return {}; }
};

class Expiry {
 public:
  Expiry(region::Region& home, AccessLogs& logs) : home_(home), logs_(logs) {}

  void start();

 private:
  void expire(const BucketRow& bucket);
  /// Expires what there is of some keys, each with all of its versions, and moves what stays and is due. Looked for
  /// again in the transaction: it may have changed since.
  void expire_keys(const BucketRow& bucket, const std::vector<std::string>& keys);
  void remove(store::Tx& tx, const BucketRow& bucket, const ObjectRow& version);
  void hide(store::Tx& tx, const BucketRow& bucket, const ObjectRow& latest);
  void move(store::Tx& tx, const BucketRow& bucket, const Transitioned& due);
  /// Adds a line to the log of the bucket, once this is committed.
  void log(store::Tx& tx, const BucketRow& bucket, std::string_view operation, const std::string& key,
           const std::string& version_id, std::optional<std::uint64_t> size);

  region::Region& home_;
  AccessLogs& logs_;
};

}  // namespace hanbat::s3
