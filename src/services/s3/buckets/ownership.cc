#include "services/s3/buckets/ownership.h"

#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

/// What a bucket's own says where its controls were deleted; where it says nothing, they are those of a new bucket.
constexpr std::string_view kDeleted = "deleted";

}  // namespace

wire::Error acls_disabled() { return {"AccessControlListNotSupported", 400, "The bucket does not allow ACLs"}; }

bool takes_acls(const BucketRow& bucket) { return ownership_of(bucket) != ObjectOwnership::kBucketOwnerEnforced; }

std::string owner_of(const BucketRow& bucket, const Json& body) {
  return takes_acls(bucket) ? body.text(kObjectOwner, bucket.place.account) : bucket.place.account;
}

std::optional<ObjectOwnership> ownership_of(const BucketRow& bucket) {
  const std::string said = bucket.own.text("ownership");
  if (said.empty()) return ObjectOwnership::kBucketOwnerEnforced;
  return find_word<ObjectOwnership>(said);
}

GetBucketOwnershipControlsOutput S3::get_bucket_ownership_controls(region::Request& rq,
                                                                   const GetBucketOwnershipControlsInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketOwnershipControls", in.bucket, terms_of(in));
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
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketOwnershipControls", in.bucket, terms_of(in));
  const auto& rules = in.ownership_controls.rules;
  if (rules.size() != 1 || !find_word<ObjectOwnership>(rules.front().object_ownership))
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  put_setting(rq, bucket, "ownership", rules.front().object_ownership);
  return {};
}

DeleteBucketOwnershipControlsOutput S3::delete_bucket_ownership_controls(region::Request& rq,
                                                                         const DeleteBucketOwnershipControlsInput& in) {
  put_setting(rq, require_bucket(rq, "s3:PutBucketOwnershipControls", in.bucket, terms_of(in)), "ownership", kDeleted);
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
