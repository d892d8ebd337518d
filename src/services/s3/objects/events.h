// The events of objects that a bucket with EventBridge notifications publishes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
#pragma once

#include <string>
#include <string_view>

#include "region/region.h"
#include "services/s3/buckets/store.h"
#include "services/s3/objects/store.h"

namespace hanbat::s3 {

/// By whom and by what an object came or went.
struct ObjectCause {
  std::string request_id;
  std::string requester;
  std::string source_ip;  // "": no request from outside
  std::string reason;
};
ObjectCause cause_of_lifecycle();

/// Publishes "Object Created" or "Object Deleted", if the bucket wants events.
void publish_object_event(region::Region& home, store::Tx& tx, const BucketRow& bucket, const ObjectRow& object,
                          std::string_view detail_type, const ObjectCause& cause);

/// The id of a new version: one of its own where the bucket keeps versions, "null" elsewhere.
std::string version_id_for(const BucketRow& bucket);

}  // namespace hanbat::s3
