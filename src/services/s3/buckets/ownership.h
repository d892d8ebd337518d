// Who owns what is put into a bucket, and whether the bucket takes ACLs (acls/): one of BucketOwnerEnforced, as every
// new one, refuses them as AWS does. https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
#pragma once

#include <optional>

#include "services/s3/buckets/store.h"
#include "wire/error.h"

namespace hanbat::s3 {

/// nullopt where the controls were deleted: such a bucket acts like one of ObjectWriter.
std::optional<ObjectOwnership> ownership_of(const BucketRow& bucket);
bool takes_acls(const BucketRow& bucket);
/// Of the bodies of objects and uploads: the account that they are of, where that is not the bucket's.
inline constexpr const char* kObjectOwner = "object_owner";
/// Whose the object is: its writer's in a bucket that lets objects be so, the bucket owner's in any other.
std::string owner_of(const BucketRow& bucket, const Json& body);
wire::Error acls_disabled();

/// The owner that a caller expects the bucket to have: InvalidBucketOwnerAWSAccountID for what is no account,
/// AccessDenied.
void check_expected_owner(const BucketRow& bucket, const std::optional<std::string>& expected);

}  // namespace hanbat::s3
