// Tags of objects.
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"
#include "services/s3/tagging.h"

namespace hanbat::s3 {
namespace {

template <class Out>
void give_version(const BucketRow& bucket, const ObjectRow& object, Out& out) {
  if (versioning_of(bucket)) out.version_id = object.version_id;
}

}  // namespace

GetObjectTaggingOutput S3::get_object_tagging(region::Request& rq, const GetObjectTaggingInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, in.version_id ? "s3:GetObjectVersionTagging" : "s3:GetObjectTagging", in.bucket,
                             in.key, terms_of(in), in.version_id);
  const ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  GetObjectTaggingOutput out;
  give_version(bucket, object, out);
  if (const Json* tags = object.body.find("tags"))
    for (const Json& tag : tags->items()) out.tag_set.push_back({tag.text("Key"), tag.text("Value")});
  return out;
}

PutObjectTaggingOutput S3::put_object_tagging(region::Request& rq, const PutObjectTaggingInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, in.version_id ? "s3:PutObjectVersionTagging" : "s3:PutObjectTagging", in.bucket,
                             in.key, terms_of(in), in.version_id, object_tag_keys(region::tag_map(in.tagging.tag_set)));
  ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  object.body["tags"] = checked_object_tags(region::tag_pairs(in.tagging.tag_set));
  update_body(rq.tx, object);
  PutObjectTaggingOutput out;
  give_version(bucket, object, out);
  return out;
}

DeleteObjectTaggingOutput S3::delete_object_tagging(region::Request& rq, const DeleteObjectTaggingInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, in.version_id ? "s3:DeleteObjectVersionTagging" : "s3:DeleteObjectTagging", in.bucket,
                             in.key, terms_of(in), in.version_id);
  ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  object.body.erase("tags");
  update_body(rq.tx, object);
  DeleteObjectTaggingOutput out;
  give_version(bucket, object, out);
  return out;
}

}  // namespace hanbat::s3
