// Who owns what is put into a bucket, and which ACLs the bucket takes. There is one kind of ACL here: its owner alone,
// with FULL_CONTROL. A bucket of BucketOwnerEnforced refuses ACLs as AWS does; others take the canned ones that mean
// just that. https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
#pragma once

#include <optional>
#include <string>

#include "region/request.h"
#include "services/s3/buckets/store.h"

namespace hanbat::s3 {

/// nullopt where the controls were deleted: such a bucket acts like one of ObjectWriter.
std::optional<ObjectOwnership> ownership_of(const BucketRow& bucket);

/// Whether the canned ACL lets in whoever is not named.
bool is_public_acl(std::string_view acl);

/// Throws AccessControlListNotSupported where ACLs are disabled, AccessDenied for a public one that is blocked, and 501
/// The owner that a caller expects the bucket to have: InvalidBucketOwnerAWSAccountID for what is no account,
/// AccessDenied.
void check_expected_owner(const BucketRow& bucket, const std::optional<std::string>& expected);
/// for what would let others in.
void check_bucket_acl(const region::Request& rq, const BucketRow& bucket, const std::string& acl);

/// As above, for an object that the caller writes; and 501 where another account's object would stay its writer's.
void check_object_acl(const region::Request& rq, const BucketRow& bucket, const std::optional<std::string>& acl);

}  // namespace hanbat::s3
