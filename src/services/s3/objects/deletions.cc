// Objects deleted: removed for good, or hidden behind a delete marker where the bucket keeps versions.
#include "services/s3/buckets/ownership.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {

DeleteObjectOutput S3::delete_object(region::Request& rq, const DeleteObjectInput& in) {
  region::ConditionKeys keys;
  if (in.if_match) keys["s3:if-match"] = {*in.if_match};
  const BucketRow bucket = require_bucket_for_key(rq, in.version_id ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
                                                  in.bucket, in.key, terms_of(in), in.version_id, std::move(keys));
  if (in.version_id) check_version_id(*in.version_id);
  DeleteObjectOutput out;
  if (in.if_match) {
    const auto there = find_latest(rq.tx, bucket.id, in.key);
    check_write_conditions(in.key, there, in.if_match, std::nullopt);
  }

  if (in.version_id || !versioning_of(bucket)) {
    const std::string version = in.version_id.value_or("null");
    // Deleting what is not there succeeds, as on AWS.
    if (const auto object = find_version(rq.tx, bucket.id, in.key, version)) {
      notes_of(rq).object_size = object->size;
      require_removable(rq, *object, in.bypass_governance_retention);
      remove_version(rq.tx, home_.blobs, rq.now(), *object);
      ObjectRow gone = *object;
      const bool was_marker = gone.delete_marker;
      gone.delete_marker = false;
      publish_object_event(rq, bucket, gone, ObjectEvent::kDeleted, "DeleteObject");
      if (was_marker) out.delete_marker = true;
    }
    if (in.version_id) out.version_id = version;
    return out;
  }

  ObjectRow marker;
  marker.bucket = bucket.id;
  marker.key = in.key;
  marker.delete_marker = true;
  marker.modified = rq.now();
  marker.body = Json::object();
  marker = write_object(rq, bucket, std::move(marker), "DeleteObject");
  out.delete_marker = true;
  out.version_id = marker.version_id;
  return out;
}

DeleteObjectsOutput S3::delete_objects(region::Request& rq, const DeleteObjectsInput& in) {
  if (in.delete_.objects.empty() || in.delete_.objects.size() > 1000)
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  const auto bucket = find_bucket(rq.tx, in.bucket);
  if (!bucket)
    throw wire::Error("NoSuchBucket", 404, "The specified bucket does not exist").with("BucketName", in.bucket);
  check_expected_owner(*bucket, in.expected_bucket_owner);
  note_bucket(rq, *bucket);
  DeleteObjectsOutput out;
  std::vector<NotedDeletion> deletions;
  const bool quiet = in.delete_.quiet.value_or(false);
  for (const ObjectIdentifier& one : in.delete_.objects) {
    notes_of(rq).object_size.reset();
    NotedDeletion& noted = deletions.emplace_back();
    noted.key = one.key;
    noted.version_id = one.version_id.value_or("");
    try {
      DeleteObjectInput each;
      each.bucket = in.bucket;
      each.key = one.key;
      each.version_id = one.version_id;
      each.if_match = one.e_tag;
      each.bypass_governance_retention = in.bypass_governance_retention;
      each.expected_bucket_owner = in.expected_bucket_owner;
      each.request_payer = in.request_payer;
      const DeleteObjectOutput deleted = delete_object(rq, each);
      noted.size = notes_of(rq).object_size;
      if (quiet) continue;
      if (!out.deleted) out.deleted.emplace();
      DeletedObject entry;
      entry.key = one.key;
      entry.version_id = one.version_id;
      if (deleted.delete_marker.value_or(false)) {
        entry.delete_marker = true;
        entry.delete_marker_version_id = deleted.version_id;
      }
      out.deleted->push_back(std::move(entry));
    } catch (const wire::Error& error) {
      noted.status = error.status();
      noted.error = error.code();
      if (!out.errors) out.errors.emplace();
      Error entry;
      entry.key = one.key;
      entry.version_id = one.version_id;
      entry.code = error.code();
      entry.message = error.message();
      out.errors->push_back(std::move(entry));
    }
  }
  notes_of(rq).object_size.reset();
  notes_of(rq).deleted = std::move(deletions);
  return out;
}

}  // namespace hanbat::s3
