// How a bucket says that its objects are encrypted. What lies on the disk is as the operator's disk has it: the setting
// is kept and described, as AWS describes SSE-S3 of every bucket, and changes no bytes.
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kSetting = "encryption";

ServerSideEncryptionConfiguration of_every_bucket() {
  ServerSideEncryptionRule rule;
  rule.apply_server_side_encryption_by_default.emplace().sse_algorithm = kSseS3;
  rule.bucket_key_enabled = false;
  return {.rules = {rule}};
}

}  // namespace

GetBucketEncryptionOutput S3::get_bucket_encryption(region::Request& rq, const GetBucketEncryptionInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetEncryptionConfiguration", in.bucket, in.expected_bucket_owner);
  const Json* own = bucket.own.find(kSetting);
  return {.server_side_encryption_configuration =
              own ? wire::from_json<ServerSideEncryptionConfiguration>(*own) : of_every_bucket()};
}

PutBucketEncryptionOutput S3::put_bucket_encryption(region::Request& rq, const PutBucketEncryptionInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutEncryptionConfiguration", in.bucket, in.expected_bucket_owner);
  ServerSideEncryptionConfiguration configuration = in.server_side_encryption_configuration;
  if (configuration.rules.size() != 1)
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  ServerSideEncryptionRule& rule = configuration.rules.front();
  if (rule.blocked_encryption_types) throw wire::Error::not_implemented(rq.operation.name, "BlockedEncryptionTypes");
  if (rule.apply_server_side_encryption_by_default &&
      !rule.apply_server_side_encryption_by_default->sse_algorithm.starts_with("aws:") &&
      rule.apply_server_side_encryption_by_default->sse_algorithm != kSseS3)
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  if (rule.apply_server_side_encryption_by_default &&
      rule.apply_server_side_encryption_by_default->sse_algorithm != kSseS3)
    throw wire::Error::not_implemented(rq.operation.name,
                                       "SSEAlgorithm=" + rule.apply_server_side_encryption_by_default->sse_algorithm);
  if (!rule.bucket_key_enabled) rule.bucket_key_enabled = false;
  put_setting(rq, bucket, kSetting, wire::to_json(configuration));
  return {};
}

DeleteBucketEncryptionOutput S3::delete_bucket_encryption(region::Request& rq, const DeleteBucketEncryptionInput& in) {
  put_setting(rq, require_bucket(rq, "s3:PutEncryptionConfiguration", in.bucket, in.expected_bucket_owner), kSetting,
              Json());
  return {};
}

}  // namespace hanbat::s3
