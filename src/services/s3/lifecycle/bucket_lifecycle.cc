// A bucket's lifecycle rules, set and described; expiry.cc does what they say.
#include "services/s3/lifecycle/expiry.h"
#include "services/s3/lifecycle/rules.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kMinimumSize = "minimum_size";
/// Of transitions, which are refused; kept, as callers compare it.
constexpr const char* kUsualMinimumSize = "all_storage_classes_128K";

}  // namespace

GetBucketLifecycleConfigurationOutput S3::get_bucket_lifecycle_configuration(
    region::Request& rq, const GetBucketLifecycleConfigurationInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetLifecycleConfiguration", in.bucket, in.expected_bucket_owner);
  const Json* setting = bucket.own.find(kLifecycleSetting);
  if (!setting)
    throw wire::Error("NoSuchLifecycleConfiguration", 404, "The lifecycle configuration does not exist")
        .with("BucketName", bucket.id);
  return {.rules = wire::from_json<BucketLifecycleConfiguration>(*setting).rules,
          .transition_default_minimum_object_size = bucket.own.text(kMinimumSize, kUsualMinimumSize)};
}

PutBucketLifecycleConfigurationOutput S3::put_bucket_lifecycle_configuration(
    region::Request& rq, const PutBucketLifecycleConfigurationInput& in) {
  BucketRow bucket = require_bucket(rq, "s3:PutLifecycleConfiguration", in.bucket, in.expected_bucket_owner);
  BucketLifecycleConfiguration configuration = in.lifecycle_configuration.value_or(BucketLifecycleConfiguration{});
  check_lifecycle(configuration.rules);
  const std::string minimum = in.transition_default_minimum_object_size.value_or(kUsualMinimumSize);
  bucket.own[kMinimumSize] = minimum;
  put_setting(rq, bucket, kLifecycleSetting, wire::to_json(configuration));
  return {.transition_default_minimum_object_size = minimum};
}

DeleteBucketLifecycleOutput S3::delete_bucket_lifecycle(region::Request& rq, const DeleteBucketLifecycleInput& in) {
  BucketRow bucket = require_bucket(rq, "s3:PutLifecycleConfiguration", in.bucket, in.expected_bucket_owner);
  bucket.own.erase(kMinimumSize);
  put_setting(rq, bucket, kLifecycleSetting, Json());
  return {};
}

}  // namespace hanbat::s3
