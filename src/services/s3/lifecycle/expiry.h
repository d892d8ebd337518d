// S3's worker: what has expired by the lifecycle rules of its bucket goes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "region/region.h"
#include "services/s3/buckets/store.h"
#include "services/s3/objects/store.h"

namespace hanbat::s3 {

/// A bucket's setting with its rules: {rules, minimum_size}.
inline constexpr const char* kLifecycleSetting = "lifecycle";

/// Looks through all buckets that have rules, every hour.
struct ExpireObjectsTask {
  static constexpr std::string_view kKind = "s3.expire";

  Json to_json() const { return Json::object(); }
  static ExpireObjectsTask from_json(const Json&) { return {}; }
};

class Expiry {
 public:
  explicit Expiry(region::Region& home) : home_(home) {}

  void start();

 private:
  void expire(const BucketRow& bucket);
  /// Expires what there is of some keys, each with all of its versions. Looked for again in the transaction: it may
  /// have changed since.
  void expire_keys(const BucketRow& bucket, const std::vector<std::string>& keys);
  void remove(store::Tx& tx, const BucketRow& bucket, const ObjectRow& version);
  void hide(store::Tx& tx, const BucketRow& bucket, const ObjectRow& latest);

  region::Region& home_;
};

}  // namespace hanbat::s3
