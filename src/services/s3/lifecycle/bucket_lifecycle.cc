// A bucket's lifecycle rules, set and described; expiry.cc does what they say.
#include "services/s3/lifecycle/expiry.h"
#include "services/s3/lifecycle/rules.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
GetBucketLifecycleConfigurationOutput S3::get_bucket_lifecycle_configuration(
    region::Request& rq, const GetBucketLifecycleConfigurationInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetLifecycleConfiguration", in.bucket, terms_of(in));
  const Json* setting = bucket.own.find(kLifecycleSetting);
  if (!setting)
    throw wire::Error("NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist")
        .with("BucketName", bucket.id);
  return {.rules = wire::from_json<BucketLifecycleConfiguration>(*setting).rules,
          .transition_default_minimum_object_size = std::string(word_of(small_objects_of(bucket)))};
}

PutBucketLifecycleConfigurationOutput S3::put_bucket_lifecycle_configuration(
    region::Request& rq, const PutBucketLifecycleConfigurationInput& in) {
  BucketRow bucket = require_bucket(rq, "s3:PutLifecycleConfiguration", in.bucket, terms_of(in));
  BucketLifecycleConfiguration configuration = in.lifecycle_configuration.value_or(BucketLifecycleConfiguration{});
  check_lifecycle(configuration.rules);
  const auto small = find_word<SmallObjects>(
      in.transition_default_minimum_object_size.value_or(std::string(word_of(SmallObjects::kStay))));
  if (!small)
    throw wire::Error("InvalidRequest", 400, "Value for x-amz-transition-default-minimum-object-size is invalid.");
  const std::string minimum(word_of(*small));
  bucket.own[kMinimumSize] = minimum;
  put_setting(rq, bucket, kLifecycleSetting, wire::to_json(configuration));
  return {.transition_default_minimum_object_size = minimum};
}

DeleteBucketLifecycleOutput S3::delete_bucket_lifecycle(region::Request& rq, const DeleteBucketLifecycleInput& in) {
  BucketRow bucket = require_bucket(rq, "s3:PutLifecycleConfiguration", in.bucket, terms_of(in));
  bucket.own.erase(kMinimumSize);
  put_setting(rq, bucket, kLifecycleSetting, Json());
  return {};
}

}  // namespace hanbat::s3
