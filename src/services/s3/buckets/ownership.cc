#include "services/s3/buckets/ownership.h"

#include <algorithm>

#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

/// What a bucket's own says where its controls were deleted; where it says nothing, they are those of a new bucket.
constexpr std::string_view kDeleted = "deleted";

wire::Error acls_disabled() { return {"AccessControlListNotSupported", 400, "The bucket does not allow ACLs"}; }

bool takes_acls(const BucketRow& bucket) { return ownership_of(bucket) != ObjectOwnership::kBucketOwnerEnforced; }

/// What is neither private nor the bucket owner's lets others in.
void refuse_others(const region::Request& rq, const BucketRow& bucket, const std::string& acl) {
  const Json* block = bucket.own.find("public_access_block");
  if (is_public_acl(acl) && block && block->flag("BlockPublicAcls"))
    throw wire::Error("AccessDenied", 403, "Access Denied");
  throw wire::Error::not_implemented(rq.operation.name, "ACL=" + acl);
}

bool is_object_acl(std::string_view acl) {
  static constexpr std::string_view kCanned[] = {
      "private",       "public-read",       "public-read-write",        "authenticated-read",
      "aws-exec-read", "bucket-owner-read", "bucket-owner-full-control"};
  return std::ranges::find(kCanned, acl) != std::end(kCanned);
}

bool is_owners_alone(const AccessControlPolicy& policy, const std::string& owner) {
  if (!policy.grants || policy.grants->size() != 1) return false;
  const Grant& grant = policy.grants->front();
  return grant.permission == "FULL_CONTROL" && grant.grantee && grant.grantee->id == owner &&
         (!policy.owner || policy.owner->id.value_or(owner) == owner);
}

}  // namespace

bool is_public_acl(std::string_view acl) { return acl.starts_with("public-") || acl == "authenticated-read"; }

std::optional<ObjectOwnership> ownership_of(const BucketRow& bucket) {
  const std::string said = bucket.own.text("ownership");
  if (said.empty()) return ObjectOwnership::kBucketOwnerEnforced;
  return find_word<ObjectOwnership>(said);
}

void check_bucket_acl(const region::Request& rq, const BucketRow& bucket, const std::string& acl) {
  if (!takes_acls(bucket)) throw acls_disabled();
  if (acl != "private") refuse_others(rq, bucket, acl);
}

void check_object_acl(const region::Request& rq, const BucketRow& bucket, const std::optional<std::string>& acl) {
  if (acl && !is_object_acl(*acl)) throw invalid_argument("", "x-amz-acl", *acl);
  const bool owners = acl == "bucket-owner-full-control";
  if (!takes_acls(bucket)) {
    if (acl && !owners && *acl != "private") throw acls_disabled();
    return;
  }
  const bool own = rq.account == bucket.place.account;
  if (!own && !(owners && ownership_of(bucket) == ObjectOwnership::kBucketOwnerPreferred))
    throw wire::Error::not_implemented(rq.operation.name, "an object of another account's in a bucket of ObjectWriter");
  if (acl && !owners && acl != "private" && acl != "bucket-owner-read") refuse_others(rq, bucket, *acl);
}

GetBucketOwnershipControlsOutput S3::get_bucket_ownership_controls(region::Request& rq,
                                                                   const GetBucketOwnershipControlsInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketOwnershipControls", in.bucket, in.expected_bucket_owner);
  const auto ownership = ownership_of(bucket);
  if (!ownership)
    throw wire::Error("OwnershipControlsNotFoundError", 404, "The bucket ownership controls were not found")
        .with("BucketName", bucket.id);
  GetBucketOwnershipControlsOutput out;
  OwnershipControlsRule rule;
  rule.object_ownership = word_of(*ownership);
  out.ownership_controls.emplace().rules.push_back(std::move(rule));
  return out;
}

PutBucketOwnershipControlsOutput S3::put_bucket_ownership_controls(region::Request& rq,
                                                                   const PutBucketOwnershipControlsInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketOwnershipControls", in.bucket, in.expected_bucket_owner);
  const auto& rules = in.ownership_controls.rules;
  if (rules.size() != 1 || !find_word<ObjectOwnership>(rules.front().object_ownership))
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  put_setting(rq, bucket, "ownership", rules.front().object_ownership);
  return {};
}

DeleteBucketOwnershipControlsOutput S3::delete_bucket_ownership_controls(region::Request& rq,
                                                                         const DeleteBucketOwnershipControlsInput& in) {
  put_setting(rq, require_bucket(rq, "s3:PutBucketOwnershipControls", in.bucket, in.expected_bucket_owner), "ownership",
              kDeleted);
  return {};
}

namespace {

/// The one ACL that there is.
template <class Out>
void give_owners_acl(const BucketRow& bucket, Out& out) {
  out.owner.emplace().id = bucket.place.account;
  Grantee grantee;
  grantee.type = "CanonicalUser";
  grantee.id = bucket.place.account;
  Grant grant;
  grant.grantee = std::move(grantee);
  grant.permission = "FULL_CONTROL";
  out.grants.emplace().push_back(std::move(grant));
}

/// An ACL comes in a header or in the body.
template <class In>
void require_one_acl(const In& in) {
  if (in.acl.has_value() != in.access_control_policy.has_value()) return;
  throw in.acl ? wire::Error("UnexpectedContent", 400, "This request does not support content")
               : wire::Error("MissingSecurityHeader", 400, "Your request was missing a required header")
                     .with("MissingHeaderName", "x-amz-acl");
}

}  // namespace

GetObjectAclOutput S3::get_object_acl(region::Request& rq, const GetObjectAclInput& in) {
  const BucketRow bucket = require_bucket_for_key(rq, in.version_id ? "s3:GetObjectVersionAcl" : "s3:GetObjectAcl",
                                                  in.bucket, in.key, in.expected_bucket_owner, in.version_id);
  require_object(rq, bucket, in.key, in.version_id);
  GetObjectAclOutput out;
  give_owners_acl(bucket, out);
  return out;
}

PutObjectAclOutput S3::put_object_acl(region::Request& rq, const PutObjectAclInput& in) {
  region::ConditionKeys keys;
  if (in.acl) keys["s3:x-amz-acl"] = {*in.acl};
  const BucketRow bucket = require_bucket_for_key(rq, in.version_id ? "s3:PutObjectVersionAcl" : "s3:PutObjectAcl",
                                                  in.bucket, in.key, in.expected_bucket_owner, in.version_id, keys);
  require_object(rq, bucket, in.key, in.version_id);
  require_one_acl(in);
  check_object_acl(rq, bucket, in.acl.value_or("private"));
  if (in.access_control_policy && !is_owners_alone(*in.access_control_policy, bucket.place.account))
    throw takes_acls(bucket) ? wire::Error::not_implemented(rq.operation.name, "grants to others than the owner")
                             : acls_disabled();
  return {};
}

GetBucketAclOutput S3::get_bucket_acl(region::Request& rq, const GetBucketAclInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketAcl", in.bucket, in.expected_bucket_owner);
  GetBucketAclOutput out;
  give_owners_acl(bucket, out);
  return out;
}

PutBucketAclOutput S3::put_bucket_acl(region::Request& rq, const PutBucketAclInput& in) {
  region::ConditionKeys keys;
  if (in.acl) keys["s3:x-amz-acl"] = {*in.acl};
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketAcl", in.bucket, in.expected_bucket_owner, std::move(keys));
  require_one_acl(in);
  check_bucket_acl(rq, bucket, in.acl.value_or("private"));
  if (in.access_control_policy && !is_owners_alone(*in.access_control_policy, bucket.place.account))
    throw wire::Error::not_implemented(rq.operation.name, "grants to others than the owner");
  return {};
}

void check_expected_owner(const BucketRow& bucket, const std::optional<std::string>& expected) {
  if (!expected) return;
  if (expected->size() != 12 || expected->find_first_not_of("0123456789") != std::string::npos)
    throw wire::Error(
        "InvalidBucketOwnerAWSAccountID", 400,
        "The value of the expected bucket owner parameter must be an AWS Account ID... [" + *expected + "]");
  if (*expected != bucket.place.account) throw wire::Error("AccessDenied", 403, "Access Denied");
}

}  // namespace hanbat::s3
