// What S3's calls tell policies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/s3/client.h"
#include "region/testing.h"
#include "services/s3/s3.h"
#include "wire/testing.h"

namespace hanbat::s3 {
namespace {

using wire::code_of;

class S3AuthorizationTest : public ::testing::Test {
 protected:
  S3AuthorizationTest() : s3(test.home, test.user, test.region) {
    test.add<S3>();
    test.start();
    s3.create_bucket({.bucket = "bucket"});
  }

  PutObjectOutput put(const std::string& key, const std::string& tagging = "") {
    PutObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.body = wire::Body::of_bytes("text");
    if (!tagging.empty()) in.tagging = tagging;
    return s3.put_object(in);
  }
  GetObjectInput one(const std::string& key) {
    GetObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    return in;
  }
  void expect_asked(std::initializer_list<region::ExpectedKey> expected) {
    for (const region::ExpectedKey& one : expected)
      EXPECT_EQ(test.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
          << one.action << " on " << one.resource << ": " << one.key;
  }

  region::TestRegion test;
  Client s3;
};

constexpr const char* kKey = "arn:aws:s3:::bucket/key";

TEST_F(S3AuthorizationTest, AnObjectIsToldOfByTheTagsThatItHasAndThoseThatItGets) {
  put("key", "team=a&stage=test");
  s3.get_object(one("key"));
  expect_asked({{"s3:PutObject", kKey, "s3:RequestObjectTag/team", "a"},
                {"s3:PutObject", kKey, "s3:RequestObjectTagKeys", "stage,team"},
                {"s3:PutObject", kKey, "s3:ResourceAccount", "123456789012"},
                {"s3:PutObjectTagging", kKey, "s3:RequestObjectTag/team", "a"},
                {"s3:GetObject", kKey, "s3:ExistingObjectTag/team", "a"},
                {"s3:GetObject", kKey, "s3:versionid", "no key"}});

  PutObjectTaggingInput anew;
  anew.bucket = "bucket";
  anew.key = "key";
  anew.tagging.tag_set = {{.key = "team", .value = "b"}};
  s3.put_object_tagging(anew);
  expect_asked({{"s3:PutObjectTagging", kKey, "s3:ExistingObjectTag/team", "a"},
                {"s3:PutObjectTagging", kKey, "s3:RequestObjectTag/team", "b"}});
}

TEST_F(S3AuthorizationTest, AnObjectWithoutTagsIsWrittenWithoutTheRightToTag) {
  put("key");
  EXPECT_EQ(test.authorizer.condition_key_of("s3:PutObjectTagging", "*", ""), "not asked");
}

TEST_F(S3AuthorizationTest, AVersionIsAskedForByItsOwnActionAndId) {
  PutBucketVersioningInput versioning;
  versioning.bucket = "bucket";
  versioning.versioning_configuration.status = "Enabled";
  s3.put_bucket_versioning(versioning);
  const std::string version = *put("key", "team=a").version_id;
  put("key");
  GetObjectInput in = one("key");
  in.version_id = version;
  s3.get_object(in);
  GetObjectAttributesInput about;
  about.bucket = "bucket";
  about.key = "key";
  about.version_id = version;
  about.object_attributes = {"ETag"};
  s3.get_object_attributes(about);
  s3.delete_object({.bucket = "bucket", .key = "key", .version_id = version});
  expect_asked({{"s3:GetObjectVersion", kKey, "s3:versionid", version},
                {"s3:GetObjectVersion", kKey, "s3:ExistingObjectTag/team", "a"},
                {"s3:GetObjectVersionAttributes", kKey, "s3:versionid", version},
                {"s3:GetObjectAttributes", kKey, "", "not asked"},
                {"s3:DeleteObjectVersion", kKey, "s3:versionid", version}});
}

TEST_F(S3AuthorizationTest, ACopyReadsThereAndWritesHereItsTagsToo) {
  put("from", "team=a");
  CopyObjectInput in;
  in.bucket = "bucket";
  in.key = "key";
  in.copy_source = "bucket/from";
  s3.copy_object(in);
  expect_asked({{"s3:PutObject", kKey, "s3:x-amz-copy-source", "bucket/from"},
                {"s3:GetObject", "arn:aws:s3:::bucket/from", "s3:ExistingObjectTag/team", "a"},
                {"s3:GetObjectTagging", "arn:aws:s3:::bucket/from", "s3:ExistingObjectTag/team", "a"},
                {"s3:PutObjectTagging", kKey, "s3:RequestObjectTag/team", "a"}});
  test.authorizer.refuses = [](const region::AccessQuestion& q) { return q.action == "s3:GetObjectTagging"; };
  EXPECT_EQ(code_of([&] { s3.copy_object(in); }), "AccessDenied");
}

TEST_F(S3AuthorizationTest, AListingIsBoundByItsPrefix) {
  ListObjectsV2Input in;
  in.bucket = "bucket";
  in.prefix = "logs/";
  in.delimiter = "/";
  in.max_keys = 10;
  s3.list_objects_v2(in);
  const char* bucket = "arn:aws:s3:::bucket";
  expect_asked({{"s3:ListBucket", bucket, "s3:prefix", "logs/"},
                {"s3:ListBucket", bucket, "s3:delimiter", "/"},
                {"s3:ListBucket", bucket, "s3:max-keys", "10"}});
}

TEST_F(S3AuthorizationTest, WhoMayNotListIsNotToldThatAKeyIsMissingOrDeleted) {
  PutBucketVersioningInput versioning;
  versioning.bucket = "bucket";
  versioning.versioning_configuration.status = "Enabled";
  s3.put_bucket_versioning(versioning);
  put("gone");
  s3.delete_object({.bucket = "bucket", .key = "gone"});
  for (const char* key : {"gone", "never"}) {
    test.authorizer.refuses = nullptr;
    EXPECT_EQ(code_of([&] { s3.get_object(one(key)); }), "NoSuchKey") << key;
    test.authorizer.refuses = [](const region::AccessQuestion& q) { return q.action == "s3:ListBucket"; };
    EXPECT_EQ(code_of([&] { s3.get_object(one(key)); }), "AccessDenied") << key;
  }
}

TEST_F(S3AuthorizationTest, WhoeverGivesAnAclMayDoSo) {
  PutObjectInput in{.acl = "bucket-owner-full-control", .bucket = "bucket", .key = "key"};
  s3.put_object(in);
  expect_asked({{"s3:PutObject", kKey, "s3:x-amz-acl", "bucket-owner-full-control"},
                {"s3:PutObjectAcl", kKey, "s3:x-amz-acl", "bucket-owner-full-control"}});
  test.authorizer.refuses = [](const region::AccessQuestion& q) { return q.action == "s3:PutObjectAcl"; };
  EXPECT_EQ(code_of([&] { s3.put_object(in); }), "AccessDenied");
}

TEST_F(S3AuthorizationTest, ABucketIsMadeWhereAndAsItsMakerMay) {
  CreateBucketInput in;
  in.bucket = "another";
  in.acl = "private";
  in.object_ownership = "BucketOwnerEnforced";
  in.create_bucket_configuration.emplace().location_constraint = test.region;
  in.create_bucket_configuration->tags = {{Tag{.key = "team", .value = "a"}}};
  s3.create_bucket(in);
  expect_asked({{"s3:CreateBucket", "arn:aws:s3:::another", "s3:locationconstraint", test.region},
                {"s3:CreateBucket", "arn:aws:s3:::another", "s3:x-amz-acl", "private"},
                {"s3:CreateBucket", "arn:aws:s3:::another", "aws:RequestTag/team", "a"},
                {"s3:PutBucketOwnershipControls", "arn:aws:s3:::another", "", "no key"}});
}

}  // namespace
}  // namespace hanbat::s3
