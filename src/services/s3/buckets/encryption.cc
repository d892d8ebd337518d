// What lies on the disk is as the operator's disk has it, but for what customers encrypt: the setting is kept and
// described, as AWS describes SSE-S3 of every bucket, and changes no bytes.
#include "services/s3/buckets/encryption.h"

#include <algorithm>

#include "base/words.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kSetting = "encryption";
/// Of a bucket's own: that it takes what customers encrypt.
constexpr const char* kTakesCustomerKeys = "takes_customer_keys";

/// What a bucket may block.
enum class BlockedEncryption { kNone, kSseC };

}  // namespace
}  // namespace hanbat::s3

namespace hanbat {

template <>
constexpr auto kWords<s3::BlockedEncryption> = std::to_array<Word<s3::BlockedEncryption>>(
    {{s3::BlockedEncryption::kNone, "NONE"}, {s3::BlockedEncryption::kSseC, "SSE-C"}});

}  // namespace hanbat

namespace hanbat::s3 {
namespace {

ServerSideEncryptionConfiguration of_every_bucket() {
  ServerSideEncryptionRule rule;
  rule.apply_server_side_encryption_by_default.emplace().sse_algorithm = kSseS3;
  rule.bucket_key_enabled = false;
  return {.rules = {rule}};
}

}  // namespace

bool blocks_customer_keys(const BucketRow& bucket) { return !bucket.own.flag(kTakesCustomerKeys); }

GetBucketEncryptionOutput S3::get_bucket_encryption(region::Request& rq, const GetBucketEncryptionInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetEncryptionConfiguration", in.bucket, terms_of(in));
  const Json* own = bucket.own.find(kSetting);
  ServerSideEncryptionConfiguration out =
      own ? wire::from_json<ServerSideEncryptionConfiguration>(*own) : of_every_bucket();
  const auto blocked = blocks_customer_keys(bucket) ? BlockedEncryption::kSseC : BlockedEncryption::kNone;
  for (ServerSideEncryptionRule& rule : out.rules)
    rule.blocked_encryption_types.emplace().encryption_type = {std::string(word_of(blocked))};
  return {.server_side_encryption_configuration = std::move(out)};
}

PutBucketEncryptionOutput S3::put_bucket_encryption(region::Request& rq, const PutBucketEncryptionInput& in) {
  BucketRow bucket = require_bucket(rq, "s3:PutEncryptionConfiguration", in.bucket, terms_of(in));
  ServerSideEncryptionConfiguration configuration = in.server_side_encryption_configuration;
  if (configuration.rules.size() != 1)
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  ServerSideEncryptionRule& rule = configuration.rules.front();
  // Who says nothing of it leaves it as it is.
  if (rule.blocked_encryption_types && rule.blocked_encryption_types->encryption_type) {
    const auto& blocked = *rule.blocked_encryption_types->encryption_type;
    bucket.own[kTakesCustomerKeys] = std::ranges::find(blocked, word_of(BlockedEncryption::kSseC)) == blocked.end();
  }
  rule.blocked_encryption_types.reset();
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
  if (!rule.apply_server_side_encryption_by_default)
    rule.apply_server_side_encryption_by_default =
        of_every_bucket().rules.front().apply_server_side_encryption_by_default;
  put_setting(rq, bucket, kSetting, wire::to_json(configuration));
  return {};
}

DeleteBucketEncryptionOutput S3::delete_bucket_encryption(region::Request& rq, const DeleteBucketEncryptionInput& in) {
  put_setting(rq, require_bucket(rq, "s3:PutEncryptionConfiguration", in.bucket, terms_of(in)), kSetting, Json());
  return {};
}

}  // namespace hanbat::s3
