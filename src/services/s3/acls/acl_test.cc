// What ACLs amount to as policies, and across accounts.
#include "services/s3/acls/acl.h"

#include "region/canonical_user.h"
#include "services/s3/testing.h"
#include "wire/testing.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kOwner = "123456789012";
constexpr const char* kStranger = "210987654321";
const std::string kStrangersId = "id=\"" + region::canonical_user_id(kStranger) + "\"";

std::string policy_for(const AclHeaders& headers, AclTarget target, const region::Caller& caller,
                       PublicGrants of_public = PublicGrants::kCount) {
  const auto policy = policy_of(acl_of(headers, target, kOwner), target, "arn:aws:s3:::b", kOwner, of_public, caller);
  return policy ? (*policy)["Statement"].dump() : "";
}

TEST(Acl, AGrantIsAPolicyThatAllowsItsActions) {
  AclHeaders headers;
  headers.read = kStrangersId;
  EXPECT_EQ(policy_for(headers, AclTarget::kObject, {}),
            R"([{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":["s3:GetObject",)"
            R"("s3:GetObjectVersion"],"Resource":"arn:aws:s3:::b"}])");
  AclHeaders write;
  write.write = headers.read;
  EXPECT_EQ(policy_for(write, AclTarget::kBucket, {}),
            R"([{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":["s3:PutObject"],)"
            R"("Resource":"arn:aws:s3:::b/*"}])");
}

TEST(Acl, PublicGrantsAreNoneWhereTheyAreIgnoredAndOfUsersForUsersAlone) {
  AclHeaders everybody, users;
  everybody.canned = "public-read";
  users.canned = "authenticated-read";
  EXPECT_NE(policy_for(everybody, AclTarget::kObject, {}), "");
  EXPECT_EQ(policy_for(everybody, AclTarget::kObject, {}, PublicGrants::kIgnored), "");
  EXPECT_EQ(policy_for(users, AclTarget::kObject, {}), "");
  region::Caller user;
  user.account = kStranger;
  EXPECT_NE(policy_for(users, AclTarget::kObject, user), "");
  EXPECT_EQ(policy_for(users, AclTarget::kObject, user, PublicGrants::kIgnored), "");
}

TEST(Acl, TheOwnersAloneGrantsNothingMore) {
  AclHeaders headers;
  headers.canned = "bucket-owner-full-control";
  EXPECT_TRUE(is_owners_alone(acl_of(headers, AclTarget::kObject, kOwner), kOwner));
  EXPECT_EQ(policy_for(headers, AclTarget::kObject, {}), "");
}

TEST(Acl, IsKeptByAccountAndToldByCanonicalId) {
  AclHeaders headers;
  headers.read = kStrangersId;
  const AccessControlPolicy kept = acl_of(headers, AclTarget::kObject, kOwner);
  EXPECT_EQ(kept.owner->id, kOwner);
  EXPECT_EQ(kept.grants->front().grantee->id, kStranger);
  const AccessControlPolicy told = named_by_canonical_id(kept);
  EXPECT_EQ(told.owner->id, region::canonical_user_id(kOwner));
  EXPECT_EQ(told.grants->front().grantee->id, region::canonical_user_id(kStranger));
  EXPECT_NO_THROW(check_acl(told, kOwner));
}

TEST(Acl, ANumberOfAnAccountIsNobodysId) {
  AclHeaders headers;
  headers.read = std::string("id=") + kStranger;
  EXPECT_EQ(wire::code_of([&] { acl_of(headers, AclTarget::kObject, kOwner); }), "InvalidArgument");
}

class AclCalls : public S3Test {};

TEST_F(AclCalls, TheQuestionOfAReadHasWhatItsObjectsAclAllows) {
  PutBucketOwnershipControlsInput ownership;
  ownership.bucket = "bucket";
  ownership.ownership_controls.rules.emplace_back().object_ownership = "BucketOwnerPreferred";
  client().put_bucket_ownership_controls(ownership);
  PutObjectInput in;
  in.bucket = "bucket";
  in.key = "k";
  in.grant_read = kStrangersId;
  client().put_object(in);
  EXPECT_EQ(t.authorizer.condition_key_of("s3:PutObjectAcl", "arn:aws:s3:::bucket/k", "s3:x-amz-grant-read"),
            kStrangersId);
  get("k");
  ASSERT_EQ(t.authorizer.asked.back().resource_policies.size(), 1U);
  EXPECT_NE(t.authorizer.asked.back().resource_policies[0].dump().find(kStranger), std::string::npos);
  put("k", "anew");
  get("k");
  EXPECT_TRUE(t.authorizer.asked.back().resource_policies.empty());
}

}  // namespace
}  // namespace hanbat::s3
