// Access control lists: what the owner of a bucket or an object grants to others, beside its policies. A bucket takes
// them where its ownership lets it (buckets/ownership.h).
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/words.h"
#include "gen/s3/model.h"
#include "region/authorization.h"
#include "region/request.h"
#include "services/s3/buckets/store.h"

namespace hanbat::s3 {

enum class AclPermission { kFullControl, kWrite, kWriteAcp, kRead, kReadAcp };
/// Who may be granted something without being named. The last writes logs of access (logging/).
enum class AclGroup { kAllUsers, kAuthenticatedUsers, kLogDelivery };
/// On what an ACL lies.
enum class AclTarget { kBucket, kObject };

}  // namespace hanbat::s3

template <>
inline constexpr auto hanbat::kWords<hanbat::s3::AclPermission> =
    std::to_array<hanbat::Word<hanbat::s3::AclPermission>>({{hanbat::s3::AclPermission::kFullControl, "FULL_CONTROL"},
                                                            {hanbat::s3::AclPermission::kWrite, "WRITE"},
                                                            {hanbat::s3::AclPermission::kWriteAcp, "WRITE_ACP"},
                                                            {hanbat::s3::AclPermission::kRead, "READ"},
                                                            {hanbat::s3::AclPermission::kReadAcp, "READ_ACP"}});
template <>
inline constexpr auto hanbat::kWords<hanbat::s3::AclGroup> = std::to_array<hanbat::Word<hanbat::s3::AclGroup>>(
    {{hanbat::s3::AclGroup::kAllUsers, "http://acs.amazonaws.com/groups/global/AllUsers"},
     {hanbat::s3::AclGroup::kAuthenticatedUsers, "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"},
     {hanbat::s3::AclGroup::kLogDelivery, "http://acs.amazonaws.com/groups/s3/LogDelivery"}});

namespace hanbat::s3 {

/// Of the own of buckets and the bodies of objects and uploads: an AccessControlPolicy. The owner alone where there is
/// none.
inline constexpr const char* kAcl = "acl";

/// What a call says of an ACL in its headers.
struct AclHeaders {
  std::optional<std::string> canned, full_control, read, read_acp, write, write_acp;

  bool has_grants() const { return full_control || read || read_acp || write || write_acp; }
  bool empty() const { return !canned && !has_grants(); }
};
template <class In>
AclHeaders acl_headers(const In& in) {
  AclHeaders out{in.acl, in.grant_full_control, in.grant_read, in.grant_read_acp, std::nullopt, in.grant_write_acp};
  if constexpr (requires { in.grant_write; }) out.write = in.grant_write;
  return out;
}
/// What policies may ask of them.
void add_acl_keys(const AclHeaders& headers, region::ConditionKeys& keys);

/// The ACL that the headers ask for; what is of somebody else than its bucket names both. Throws S3's errors (400) for
/// what cannot be granted.
AccessControlPolicy acl_of(const AclHeaders& headers, AclTarget target, const std::string& owner,
                           const std::string& bucket_owner);
/// Throws S3's errors for a document that cannot be: MalformedACLError, InvalidArgument (400), AccessDenied for another
/// owner's. It names all by canonical ids, as S3's callers do.
void check_acl(const AccessControlPolicy& acl, const std::string& owner);
/// The same ACL as it is kept, by account; and as S3 tells it, by canonical ids.
AccessControlPolicy named_by_account(AccessControlPolicy acl);
AccessControlPolicy named_by_canonical_id(AccessControlPolicy acl);

/// Whether it grants nothing to anybody but the owner.
bool is_owners_alone(const AccessControlPolicy& acl, const std::string& owner);
/// Whether it lets in whoever is not named.
bool is_public_acl(const AccessControlPolicy& acl);

/// What was kept of an ACL, or the owner's alone.
AccessControlPolicy kept_acl(const Json& of, const std::string& owner);
/// Keeps it; of the owner's alone nothing.
void keep_acl(Json& of, const AccessControlPolicy& acl, const std::string& owner);

/// The policy that an ACL amounts to for this caller, by AWS's own table; nothing where it grants nothing. `arn`: of
/// the bucket, or of the object. Of public grants nothing where `ignores_public`.
enum class PublicGrants { kCount, kIgnored };
std::optional<Json> policy_of(const AccessControlPolicy& acl, AclTarget target, const std::string& arn,
                              const std::string& owner, PublicGrants of_public, const region::Caller& caller);

/// Whose a new object is, and what it grants; nothing where that is its owner's alone.
struct WrittenAcl {
  std::string owner;
  std::optional<AccessControlPolicy> acl;
};
/// Keeps it in the body of an object or upload.
void keep_written(Json& body, const WrittenAcl& written, const BucketRow& bucket);

/// Throws AccessControlListNotSupported where ACLs are disabled, AccessDenied for a public one that is blocked.
void check_acl_taken(const BucketRow& bucket, const AccessControlPolicy& acl);

}  // namespace hanbat::s3
