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
  const auto policy =
      policy_of(acl_of(headers, target, kOwner, kOwner), target, "arn:aws:s3:::b", kOwner, of_public, caller);
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
  EXPECT_TRUE(is_owners_alone(acl_of(headers, AclTarget::kObject, kOwner, kOwner), kOwner));
  EXPECT_EQ(policy_for(headers, AclTarget::kObject, {}), "");
}

TEST(Acl, IsKeptByAccountAndToldByCanonicalId) {
  AclHeaders headers;
  headers.read = kStrangersId;
  const AccessControlPolicy kept = acl_of(headers, AclTarget::kObject, kOwner, kOwner);
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
  EXPECT_EQ(wire::code_of([&] { acl_of(headers, AclTarget::kObject, kOwner, kOwner); }), "InvalidArgument");
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

/// A bucket that lets objects be another account's, and such an account.
class WritersObjects : public S3Test {
 protected:
  WritersObjects() {
    stranger = t.user;
    stranger.account = kStranger;
    stranger.arn = stranger.principal_arn = "arn:aws:iam::210987654321:user/guest";
    own("ObjectWriter");
    PutBucketPolicyInput policy;
    policy.bucket = "bucket";
    policy.policy =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},)"
        R"("Action":"s3:*","Resource":"arn:aws:s3:::bucket/*"},{"Effect":"Deny","Principal":"*","Action":)"
        R"("s3:GetObjectTagging","Resource":"arn:aws:s3:::bucket/*"}]})";
    client().put_bucket_policy(policy);
  }
  void own(const std::string& ownership) {
    PutBucketOwnershipControlsInput in;
    in.bucket = "bucket";
    in.ownership_controls.rules.emplace_back().object_ownership = ownership;
    client().put_bucket_ownership_controls(in);
  }
  void put_as_stranger(const std::string& key, std::optional<std::string> acl = {}) {
    PutObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.acl = std::move(acl);
    Client(t.home, stranger, t.region).put_object(in);
  }
  static std::string account_of(const std::string& id) { return region::find_canonical_user(id).value_or(id); }
  /// The account that lists tell as the object's owner.
  std::string owner(const std::string& key) {
    ListObjectsInput in;
    in.bucket = "bucket";
    in.prefix = key;
    return account_of(*client().list_objects(in).contents->front().owner->id);
  }
  region::AccessQuestion asked_of_get(const std::string& key) {
    get(key);
    return t.authorizer.asked.back();
  }

  region::Caller stranger;
};

TEST_F(WritersObjects, WhatAStrangerWritesIsItsOwn) {
  put("mine", "1");
  put_as_stranger("theirs");
  EXPECT_EQ(owner("mine"), kOwner);
  EXPECT_EQ(owner("theirs"), kStranger);
  const auto acl = client().get_object_acl({.bucket = "bucket", .key = "theirs"});
  EXPECT_EQ(account_of(*acl.owner->id), kStranger);
  ASSERT_EQ(acl.grants->size(), 1U);
  EXPECT_EQ(account_of(*acl.grants->front().grantee->id), kStranger);
}

TEST_F(WritersObjects, ItsOwnerDecidesAboutItAndTheBucketsPolicyOnlyDenies) {
  put_as_stranger("theirs");
  const auto question = asked_of_get("theirs");
  EXPECT_EQ(question.resource_account, kStranger);
  ASSERT_EQ(question.resource_policies.size(), 1U);
  EXPECT_EQ(question.resource_policies[0].dump().find("Allow"), std::string::npos);
  put("mine", "1");
  EXPECT_EQ(asked_of_get("mine").resource_account, kOwner);
}

TEST_F(WritersObjects, TheBucketsOwnerIsGrantedWhatTheWriterSays) {
  put_as_stranger("theirs", "bucket-owner-read");
  const auto question = asked_of_get("theirs");
  ASSERT_EQ(question.resource_policies.size(), 2U);
  EXPECT_NE(question.resource_policies[1].dump().find("arn:aws:iam::123456789012:root"), std::string::npos);
  put_as_stranger("whole", "bucket-owner-full-control");
  EXPECT_EQ(owner("whole"), kStranger);
  EXPECT_EQ(client().get_object_acl({.bucket = "bucket", .key = "whole"}).grants->back().permission, "FULL_CONTROL");
}

TEST_F(WritersObjects, ThePreferredOwnerOwnsWhatIsGivenToIt) {
  own("BucketOwnerPreferred");
  put_as_stranger("kept");
  put_as_stranger("given", "bucket-owner-full-control");
  EXPECT_EQ(owner("kept"), kStranger);
  EXPECT_EQ(owner("given"), kOwner);
}

TEST_F(WritersObjects, AllIsTheBucketsOwnersOnceThatIsEnforced) {
  put_as_stranger("theirs");
  own("BucketOwnerEnforced");
  EXPECT_EQ(owner("theirs"), kOwner);
  EXPECT_EQ(asked_of_get("theirs").resource_account, kOwner);
}

TEST_F(WritersObjects, TheBucketsOwnerMayAlwaysDelete) {
  put_as_stranger("theirs");
  remove("theirs");
  EXPECT_EQ(t.authorizer.asked.back().resource_account, kOwner);
}

TEST_F(WritersObjects, TheBucketsOwnerMayWriteOverIt) {
  put_as_stranger("theirs");
  PutObjectInput in;
  in.bucket = "bucket";
  in.key = "theirs";
  in.acl = "bucket-owner-full-control";
  in.tagging = "a=b";
  t.authorizer.asked.clear();
  client().put_object(in);
  for (const auto& question : t.authorizer.asked) EXPECT_EQ(question.resource_account, kOwner) << question.action;
  EXPECT_EQ(owner("theirs"), kOwner);
}

TEST_F(WritersObjects, AnUploadInPartsIsOfWhoBeganIt) {
  const Client guest(t.home, stranger, t.region);
  const std::string upload = *guest.create_multipart_upload({.bucket = "bucket", .key = "big"}).upload_id;
  UploadPartInput part;
  part.bucket = "bucket";
  part.key = "big";
  part.upload_id = upload;
  part.part_number = 1;
  part.body = wire::Body::of_bytes("12345");
  const auto sent = guest.upload_part(part);
  CompleteMultipartUploadInput in;
  in.bucket = "bucket";
  in.key = "big";
  in.upload_id = upload;
  CompletedPart& completed = in.multipart_upload.emplace().parts.emplace().emplace_back();
  completed.part_number = 1;
  completed.e_tag = sent.e_tag;
  guest.complete_multipart_upload(in);
  EXPECT_EQ(owner("big"), kStranger);
}

}  // namespace
}  // namespace hanbat::s3
