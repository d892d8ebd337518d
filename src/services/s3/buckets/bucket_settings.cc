// What a bucket is set to: versioning, tags, policy, public access, notifications.
#include "base/text.h"
#include "region/policy/document.h"
#include "region/policy/public_access.h"
#include "services/s3/s3.h"
#include "services/s3/tagging.h"

namespace hanbat::s3 {
namespace {

wire::Error absent(std::string code, std::string message, const std::string& bucket) {
  return wire::Error(std::move(code), 404, std::move(message)).with("BucketName", bucket);
}

/// What a bucket's policy speaks of is S3, and the bucket or its keys.
void check_scope(const region::policy::Document& document, const std::string& arn) {
  for (const region::policy::Statement& statement : document.statements) {
    for (const std::string& action : statement.actions)
      if (action != "*" && !lower(action).starts_with("s3:"))
        throw wire::Error("MalformedPolicy", 400, "Policy has invalid action");
    for (const std::string& resource : statement.resources)
      if (resource != arn && !resource.starts_with(arn + "/") && !resource.starts_with(arn + "*"))
        throw wire::Error("MalformedPolicy", 400, "Policy has invalid resource");
  }
}

std::optional<Json> try_parse(const std::string& text) {
  try {
    return Json::parse(text);
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

}  // namespace

void S3::put_setting(region::Request& rq, BucketRow bucket, std::string_view name, Json value) {
  if (value.is_null()) {
    bucket.own.erase(name);
  } else {
    bucket.own[name] = std::move(value);
  }
  region::update(rq.tx, bucket);
}

GetBucketVersioningOutput S3::get_bucket_versioning(region::Request& rq, const GetBucketVersioningInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketVersioning", in.bucket, terms_of(in));
  GetBucketVersioningOutput out;
  if (const auto versioning = versioning_of(bucket)) out.status = word_of(*versioning);
  return out;
}

PutBucketVersioningOutput S3::put_bucket_versioning(region::Request& rq, const PutBucketVersioningInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketVersioning", in.bucket, terms_of(in));
  const auto versioning = find_word<Versioning>(in.versioning_configuration.status.value_or(""));
  if (!in.versioning_configuration.status)
    throw wire::Error("IllegalVersioningConfigurationException", 400, "The Versioning element must be specified");
  if (!versioning)
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  if (has_object_lock(bucket) && versioning != Versioning::kEnabled)
    throw wire::Error(
        "InvalidBucketState", 409,
        "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.");
  put_setting(rq, bucket, "versioning", word_of(*versioning));
  return {};
}

GetBucketTaggingOutput S3::get_bucket_tagging(region::Request& rq, const GetBucketTaggingInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketTagging", in.bucket, terms_of(in));
  const region::TagMap tags = region::tags_of(rq.tx, region::KindOf<Bucket>::arn(bucket));
  if (tags.empty()) throw absent("NoSuchTagSet", "The TagSet does not exist", bucket.id);
  GetBucketTaggingOutput out;
  out.tag_set = region::tag_list<Tag>(tags);
  return out;
}

PutBucketTaggingOutput S3::put_bucket_tagging(region::Request& rq, const PutBucketTaggingInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketTagging", in.bucket, terms_of(in));
  region::replace_tags(rq.tx, region::KindOf<Bucket>::arn(bucket), region::tag_pairs(in.tagging.tag_set), kBucketTags);
  return {};
}

DeleteBucketTaggingOutput S3::delete_bucket_tagging(region::Request& rq, const DeleteBucketTaggingInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketTagging", in.bucket, terms_of(in));
  region::delete_tags(rq.tx, region::KindOf<Bucket>::arn(bucket));
  return {};
}

GetBucketPolicyOutput S3::get_bucket_policy(region::Request& rq, const GetBucketPolicyInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketPolicy", in.bucket, terms_of(in));
  const Json* policy = bucket.own.find("policy");
  if (!policy) throw absent("NoSuchBucketPolicy", "The bucket policy does not exist", bucket.id);
  GetBucketPolicyOutput out;
  out.policy = home_.identity().show_principals(rq.tx, policy->dump());
  return out;
}

PutBucketPolicyOutput S3::put_bucket_policy(region::Request& rq, const PutBucketPolicyInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketPolicy", in.bucket, terms_of(in));
  if (!in.policy.starts_with('{'))
    throw wire::Error("MalformedPolicy", 400, "Policies must be valid JSON and the first byte must be '{'");
  region::policy::Document document;
  if (const auto json = try_parse(in.policy); json && json->is_object() && !json->contains("Statement"))
    throw wire::Error("MalformedPolicy", 400, "Missing required field Statement");
  try {
    document = region::policy::parse_document(in.policy, region::policy::DocumentKind::kResource);
  } catch (const region::policy::DocumentError& refusal) {
    throw wire::Error("MalformedPolicy", 400, refusal.what());
  }
  check_scope(document, "arn:aws:s3:::" + bucket.id);
  if (const auto unknown = home_.identity().find_unknown_principal(rq.tx, document))
    throw wire::Error("MalformedPolicy", 400, "Invalid principal in policy")
        .with("Detail", "\"AWS\" : \"" + *unknown + "\"");
  if (const Json* block = bucket.own.find("public_access_block");
      block && block->flag("BlockPublicPolicy") && is_public(document))
    throw wire::Error(
        "AccessDenied", 403,
        "User: " + rq.caller.arn + " is not authorized to perform: s3:PutBucketPolicy on resource: \"" +
            "arn:aws:s3:::" + bucket.id +
            "\" because public policies are blocked by the BlockPublicPolicy block public access setting.");
  put_setting(rq, bucket, "policy", Json::parse(home_.identity().bind_principals(rq.tx, in.policy)));
  return {};
}

GetBucketPolicyStatusOutput S3::get_bucket_policy_status(region::Request& rq, const GetBucketPolicyStatusInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketPolicyStatus", in.bucket, terms_of(in));
  const Json* policy = bucket.own.find("policy");
  if (!policy) throw absent("NoSuchBucketPolicy", "The bucket policy does not exist", bucket.id);
  GetBucketPolicyStatusOutput out;
  out.policy_status.emplace().is_public =
      is_public(region::policy::read_document(*policy, region::policy::DocumentKind::kResource));
  return out;
}

DeleteBucketPolicyOutput S3::delete_bucket_policy(region::Request& rq, const DeleteBucketPolicyInput& in) {
  put_setting(rq, require_bucket(rq, "s3:DeleteBucketPolicy", in.bucket, terms_of(in)), "policy", nullptr);
  return {};
}

GetPublicAccessBlockOutput S3::get_public_access_block(region::Request& rq, const GetPublicAccessBlockInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketPublicAccessBlock", in.bucket, terms_of(in));
  const Json* block = bucket.own.find("public_access_block");
  if (!block)
    throw absent("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found",
                 bucket.id);
  GetPublicAccessBlockOutput out;
  out.public_access_block_configuration = wire::from_json<PublicAccessBlockConfiguration>(*block);
  return out;
}

PutPublicAccessBlockOutput S3::put_public_access_block(region::Request& rq, const PutPublicAccessBlockInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketPublicAccessBlock", in.bucket, terms_of(in));
  const PublicAccessBlockConfiguration& given = in.public_access_block_configuration;
  PublicAccessBlockConfiguration kept;
  kept.block_public_acls = given.block_public_acls.value_or(false);
  kept.ignore_public_acls = given.ignore_public_acls.value_or(false);
  kept.block_public_policy = given.block_public_policy.value_or(false);
  kept.restrict_public_buckets = given.restrict_public_buckets.value_or(false);
  put_setting(rq, bucket, "public_access_block", wire::to_json(kept));
  return {};
}

DeletePublicAccessBlockOutput S3::delete_public_access_block(region::Request& rq,
                                                             const DeletePublicAccessBlockInput& in) {
  put_setting(rq, require_bucket(rq, "s3:PutBucketPublicAccessBlock", in.bucket, terms_of(in)), "public_access_block",
              nullptr);
  return {};
}

GetBucketNotificationConfigurationOutput S3::get_bucket_notification_configuration(
    region::Request& rq, const GetBucketNotificationConfigurationInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketNotification", in.bucket, terms_of(in));
  GetBucketNotificationConfigurationOutput out;
  if (bucket.own.flag("event_bridge")) out.event_bridge_configuration.emplace();
  return out;
}

PutBucketNotificationConfigurationOutput S3::put_bucket_notification_configuration(
    region::Request& rq, const PutBucketNotificationConfigurationInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketNotification", in.bucket, terms_of(in));
  const bool on = in.notification_configuration.event_bridge_configuration.has_value();
  put_setting(rq, bucket, "event_bridge", on ? Json(true) : Json());
  return {};
}

}  // namespace hanbat::s3
