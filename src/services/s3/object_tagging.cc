// Tags of objects.
#include <set>

#include "services/s3/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

template <class Out>
void give_version(const BucketRow& bucket, const ObjectRow& object, Out& out) {
  if (!bucket.versioning().empty()) out.version_id = object.version_id;
}

}  // namespace

GetObjectTaggingOutput S3::get_object_tagging(region::Request& rq, const GetObjectTaggingInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, in.version_id ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging", in.bucket,
                             in.key, in.expected_bucket_owner, in.version_id);
  const ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  GetObjectTaggingOutput out;
  give_version(bucket, object, out);
  if (const Json* tags = object.body.find("tags"))
    for (const Json& tag : tags->items()) out.tag_set.push_back({tag.text("Key"), tag.text("Value")});
  return out;
}

PutObjectTaggingOutput S3::put_object_tagging(region::Request& rq, const PutObjectTaggingInput& in) {
  const BucketRow bucket = require_bucket_for_key(
      rq, in.version_id ? "s3:PutObjectVersionTagging" : "s3:PutObjectTagging", in.bucket, in.key,
      in.expected_bucket_owner, in.version_id, object_tag_keys(region::tag_map(in.tagging.tag_set)));
  ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  std::set<std::string> keys;
  Json tags = Json::array();
  for (const Tag& tag : in.tagging.tag_set) {
    if (!keys.insert(tag.key).second)
      throw wire::Error("InvalidTag", 400, "Cannot provide multiple Tags with the same key");
    tags.push_back(Json::object({{"Key", tag.key}, {"Value", tag.value}}));
  }
  if (tags.size() > 10) throw wire::Error("BadRequest", 400, "Object tags cannot be greater than 10");
  object.body["tags"] = std::move(tags);
  store_.update_body(rq.tx, object);
  PutObjectTaggingOutput out;
  give_version(bucket, object, out);
  return out;
}

DeleteObjectTaggingOutput S3::delete_object_tagging(region::Request& rq, const DeleteObjectTaggingInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, in.version_id ? "s3:DeleteObjectVersionTagging" : "s3:DeleteObjectTagging", in.bucket,
                             in.key, in.expected_bucket_owner, in.version_id);
  ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  object.body.erase("tags");
  store_.update_body(rq.tx, object);
  DeleteObjectTaggingOutput out;
  give_version(bucket, object, out);
  return out;
}

}  // namespace hanbat::s3
