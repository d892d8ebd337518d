// ACLs put and told.
#include "services/s3/acls/acl.h"
#include "services/s3/buckets/ownership.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

template <class Out>
Out told(const AccessControlPolicy& kept) {
  AccessControlPolicy acl = named_by_canonical_id(kept);
  Out out;
  out.owner = std::move(acl.owner);
  out.grants = std::move(acl.grants);
  return out;
}

/// Where ACLs are disabled, those of before say nothing any more.
AccessControlPolicy acl_in_force(const BucketRow& bucket, const Json& of) {
  return kept_acl(takes_acls(bucket) ? of : Json::object(), owner_of(bucket, of));
}

/// An ACL comes in headers or in the body.
template <class In>
AccessControlPolicy require_acl_of(const In& in, AclTarget target, const std::string& owner,
                                   const std::string& bucket_owner) {
  const AclHeaders headers = acl_headers(in);
  if (headers.empty() && !in.access_control_policy)
    throw wire::Error("MissingSecurityHeader", 400, "Your request was missing a required header")
        .with("MissingHeaderName", "x-amz-acl");
  if (!headers.empty() && in.access_control_policy)
    throw wire::Error("UnexpectedContent", 400, "This request does not support content");
  if (!in.access_control_policy) return acl_of(headers, target, owner, bucket_owner);
  check_acl(*in.access_control_policy, owner);
  return named_by_account(*in.access_control_policy);
}

}  // namespace

GetObjectAclOutput S3::get_object_acl(region::Request& rq, const GetObjectAclInput& in) {
  const BucketRow bucket = require_bucket_for_key(rq, in.version_id ? "s3:GetObjectVersionAcl" : "s3:GetObjectAcl",
                                                  in.bucket, in.key, terms_of(in), in.version_id);
  const ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  return told<GetObjectAclOutput>(acl_in_force(bucket, object.body));
}

PutObjectAclOutput S3::put_object_acl(region::Request& rq, const PutObjectAclInput& in) {
  region::ConditionKeys keys;
  add_acl_keys(acl_headers(in), keys);
  const BucketRow bucket = require_bucket_for_key(rq, in.version_id ? "s3:PutObjectVersionAcl" : "s3:PutObjectAcl",
                                                  in.bucket, in.key, terms_of(in), in.version_id, std::move(keys));
  ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  const std::string owner = owner_of(bucket, object.body);
  const AccessControlPolicy acl = require_acl_of(in, AclTarget::kObject, owner, bucket.place.account);
  // What says no more than ownership does is taken by every bucket.
  if (!takes_acls(bucket) && is_owners_alone(acl, owner)) return {};
  check_acl_taken(bucket, acl);
  keep_acl(object.body, acl, owner);
  update_body(rq.tx, object);
  return {};
}

GetBucketAclOutput S3::get_bucket_acl(region::Request& rq, const GetBucketAclInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketAcl", in.bucket, terms_of(in));
  return told<GetBucketAclOutput>(acl_in_force(bucket, bucket.own));
}

PutBucketAclOutput S3::put_bucket_acl(region::Request& rq, const PutBucketAclInput& in) {
  region::ConditionKeys keys;
  add_acl_keys(acl_headers(in), keys);
  BucketRow bucket = require_bucket(rq, "s3:PutBucketAcl", in.bucket, terms_of(in), std::move(keys));
  const AccessControlPolicy acl = require_acl_of(in, AclTarget::kBucket, bucket.place.account, bucket.place.account);
  check_acl_taken(bucket, acl);
  keep_acl(bucket.own, acl, bucket.place.account);
  region::update(rq.tx, bucket);
  return {};
}

WrittenAcl S3::acl_of_write(region::Request& rq, const BucketRow& bucket, const std::string& key,
                            const AclHeaders& headers) {
  if (!headers.empty()) {
    region::ConditionKeys keys;
    add_acl_keys(headers, keys);
    require_bucket_for_key(rq, "s3:PutObjectAcl", bucket.id, key, {}, {}, std::move(keys));
  }
  WrittenAcl out{.owner = bucket.place.account, .acl = std::nullopt};
  const bool is_given =
      headers.canned == "bucket-owner-full-control" && ownership_of(bucket) == ObjectOwnership::kBucketOwnerPreferred;
  // What a service of AWS's delivers as an account of Amazon's is left to the bucket's owner.
  const bool is_delivered = rq.caller.kind == region::Caller::Kind::kRoot && rq.host.empty();
  if (takes_acls(bucket) && rq.account != out.owner && !is_given && !is_delivered) {
    if (rq.account.empty())
      throw wire::Error::not_implemented(rq.operation.name, "an object of nobody's in a bucket with ACLs");
    out.owner = rq.account;
  }
  if (headers.empty()) return out;
  AccessControlPolicy acl = acl_of(headers, AclTarget::kObject, out.owner, bucket.place.account);
  if (is_owners_alone(acl, out.owner)) return out;
  check_acl_taken(bucket, acl);
  out.acl = std::move(acl);
  return out;
}

}  // namespace hanbat::s3
