// The events of objects that a bucket with EventBridge notifications publishes.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
#pragma once

#include <string>
#include <string_view>

#include "base/words.h"
#include "region/region.h"
#include "services/s3/buckets/store.h"
#include "services/s3/objects/store.h"

namespace hanbat::s3 {

/// What EventBridge hears of objects.
enum class ObjectEvent { kCreated, kDeleted, kStorageClassChanged };

}  // namespace hanbat::s3

template <>
inline constexpr auto hanbat::kWords<hanbat::s3::ObjectEvent> = std::to_array<hanbat::Word<hanbat::s3::ObjectEvent>>(
    {{hanbat::s3::ObjectEvent::kCreated, "Object Created"},
     {hanbat::s3::ObjectEvent::kDeleted, "Object Deleted"},
     {hanbat::s3::ObjectEvent::kStorageClassChanged, "Object Storage Class Changed"}});

namespace hanbat::s3 {

/// By whom and by what an object came or went.
struct ObjectCause {
  std::string request_id;
  std::string requester;
  std::string source_ip;      // "": no request from outside
  std::string reason;         // "": the event tells none
  std::string moved_to = {};  // the storage class that it went into
};
ObjectCause cause_of_lifecycle();
ObjectCause cause_of_transition(std::string storage_class);

/// Publishes the event, if the bucket wants events.
void publish_object_event(region::Region& home, store::Tx& tx, const BucketRow& bucket, const ObjectRow& object,
                          ObjectEvent event, const ObjectCause& cause);

/// The id of a new version: one of its own where the bucket keeps versions, "null" elsewhere.
std::string version_id_for(const BucketRow& bucket);

}  // namespace hanbat::s3
