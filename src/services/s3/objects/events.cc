#include "services/s3/objects/events.h"

#include <cstdio>

#include "base/ids.h"

namespace hanbat::s3 {

ObjectCause cause_of_lifecycle() { return {random_uuid(), "s3.amazonaws.com", "", "Lifecycle Expiration"}; }

ObjectCause cause_of_transition(std::string storage_class) {
  return {random_uuid(), "s3.amazonaws.com", "", "", std::move(storage_class)};
}

std::string version_id_for(const BucketRow& bucket) {
  if (versioning_of(bucket) != Versioning::kEnabled) return "null";
  return random_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._", 32);
}

void publish_object_event(region::Region& home, store::Tx& tx, const BucketRow& bucket, const ObjectRow& object,
                          ObjectEvent event, const ObjectCause& cause) {
  if (!bucket.own.flag("event_bridge")) return;
  Json about = Json::object({{"key", object.key}});
  if (!object.delete_marker) {
    about["size"] = object.size;
    about["etag"] = object.e_tag.size() > 2 ? object.e_tag.substr(1, object.e_tag.size() - 2) : "";
  }
  if (versioning_of(bucket)) about["version-id"] = object.version_id;
  char sequencer[20];
  std::snprintf(sequencer, sizeof sequencer, "%016llX", static_cast<unsigned long long>(object.id));
  about["sequencer"] = sequencer;
  Json detail = Json::object({{"version", "0"},
                              {"bucket", Json::object({{"name", bucket.id}})},
                              {"object", std::move(about)},
                              {"request-id", cause.request_id},
                              {"requester", cause.requester}});
  if (!cause.reason.empty()) detail["reason"] = cause.reason;
  if (!cause.moved_to.empty()) detail["destination-storage-class"] = cause.moved_to;
  if (!cause.source_ip.empty()) detail["source-ip-address"] = cause.source_ip;
  if (event == ObjectEvent::kDeleted)
    detail["deletion-type"] = object.delete_marker ? "Delete Marker Created" : "Permanently Deleted";
  home.publish(tx, bucket.place.account, region_of(bucket),
               {.source = "aws.s3",
                .detail_type = std::string(word_of(event)),
                .resources = {"arn:aws:s3:::" + bucket.id},
                .detail = std::move(detail)});
}

}  // namespace hanbat::s3
