// S3 through its operations, over a database and a blob store of its own.
#include "services/s3/s3.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "services/s3/testing.h"

namespace hanbat::s3 {
namespace {

using wire::code_of;

TEST_F(S3Test, AnObjectComesBackAsItWasPut) {
  const PutObjectOutput out = put("a/b c", "hello");
  EXPECT_EQ(out.e_tag, "\"5d41402abc4b2a76b9719d911017c592\"");
  EXPECT_EQ(get("a/b c"), "hello");
}

TEST_F(S3Test, EveryObjectIsToldToBeEncryptedByS3AndTheSameMayBeAsked) {
  EXPECT_EQ(put("plain", "hello").server_side_encryption, "AES256");
  PutObjectInput in;
  in.bucket = "bucket";
  in.key = "asked";
  in.body = wire::Body::of_bytes("hello");
  in.server_side_encryption = "AES256";
  EXPECT_EQ(client().put_object(in).server_side_encryption, "AES256");
  EXPECT_EQ(
      t.authorizer.condition_key_of("s3:PutObject", "arn:aws:s3:::bucket/asked", "s3:x-amz-server-side-encryption"),
      "AES256");
  HeadObjectInput head;
  head.bucket = "bucket";
  head.key = "plain";
  EXPECT_EQ(client().head_object(head).server_side_encryption, "AES256");
  CopyObjectInput copy;
  copy.bucket = "bucket";
  copy.key = "plain";
  copy.copy_source = "bucket/plain";
  EXPECT_EQ(wire::code_of([&] { client().copy_object(copy); }), "InvalidRequest");
  copy.server_side_encryption = "AES256";
  EXPECT_EQ(client().copy_object(copy).server_side_encryption, "AES256");
  CreateMultipartUploadInput begin;
  begin.bucket = "bucket";
  begin.key = "parts";
  begin.server_side_encryption = "AES256";
  EXPECT_EQ(client().create_multipart_upload(begin).server_side_encryption, "AES256");

  in.server_side_encryption = "aws:kms";
  EXPECT_EQ(wire::refusal_of([&] { client().put_object(in); }),
            "NotImplemented: Hanbat does not implement ServerSideEncryption=aws:kms of the operation PutObject");
  in.server_side_encryption = "rot13";
  EXPECT_EQ(wire::code_of([&] { client().put_object(in); }), "InvalidArgument");
}

TEST_F(S3Test, ARangeIsThatPieceAndOneBeyondTheEndIsRefused) {
  put("k", "0123456789");
  EXPECT_EQ(get("k", "bytes=2-4"), "234");
  EXPECT_EQ(get("k", "bytes=7-"), "789");
  EXPECT_EQ(get("k", "bytes=-2"), "89");
  EXPECT_EQ(get("k", "bytes=5-100"), "56789");
  EXPECT_EQ(code_of([&] { get("k", "bytes=10-"); }), "InvalidRange");
}

TEST_F(S3Test, InAVersionedBucketNothingIsLostUntilItsVersionIsDeleted) {
  set_versioning("Enabled");
  const std::string first = *put("k", "one").version_id;
  const std::string second = *put("k", "two").version_id;
  const DeleteObjectOutput marker = remove("k");
  EXPECT_TRUE(*marker.delete_marker);
  EXPECT_EQ(code_of([&] { get("k"); }), "NoSuchKey");
  EXPECT_EQ(get("k", {}, first), "one");
  EXPECT_EQ(get("k", {}, second), "two");
  remove("k", *marker.version_id);
  EXPECT_EQ(get("k"), "two");
  remove("k", second);
  EXPECT_EQ(get("k"), "one");
  EXPECT_EQ(code_of([&] { client().delete_bucket({.bucket = "bucket"}); }), "BucketNotEmpty");
  remove("k", first);
  EXPECT_EQ(code_of([&] { client().delete_bucket({.bucket = "bucket"}); }), "");
}

TEST_F(S3Test, SuspendedVersioningReplacesTheNullVersionOnly) {
  set_versioning("Enabled");
  const std::string kept = *put("k", "one").version_id;
  set_versioning("Suspended");
  put("k", "two");
  EXPECT_EQ(put("k", "three").version_id, std::nullopt) << "a write tells of versions only while there are new ones";
  EXPECT_EQ(client().head_object({.bucket = "bucket", .key = "k"}).version_id, "null");
  ListObjectVersionsInput in;
  in.bucket = "bucket";
  const auto page = client().list_object_versions(in);
  ASSERT_EQ(page.versions->size(), 2u);
  EXPECT_EQ(get("k", {}, kept), "one");
  EXPECT_EQ(get("k"), "three");
}

TEST_F(S3Test, ABucketIsEmptiedAndDeletedAsToolsDoIt) {
  set_versioning("Enabled");
  const std::string version = *put("k", "one").version_id;
  client().create_multipart_upload({.bucket = "bucket", .key = "open"});
  DeleteObjectsInput in;
  in.bucket = "bucket";
  in.bypass_governance_retention = true;
  in.delete_.objects = {{.key = "k", .version_id = version}};
  const auto out = client().delete_objects(in);
  EXPECT_FALSE(out.errors);
  ASSERT_TRUE(out.deleted);
  EXPECT_EQ(out.deleted->at(0).version_id, version);
  EXPECT_EQ(code_of([&] { client().delete_bucket({.bucket = "bucket"}); }), "");
}

TEST_F(S3Test, PartsBecomeOneObjectWithAwsTagForThem) {
  const auto upload = client().create_multipart_upload({.bucket = "bucket", .key = "big"});
  const std::string big(5 << 20, 'p');
  const auto part = [&](int number, const std::string& bytes) {
    UploadPartInput in;
    in.bucket = "bucket";
    in.key = "big";
    in.upload_id = *upload.upload_id;
    in.part_number = number;
    in.body = wire::Body::of_bytes(bytes);
    CompletedPart out;
    out.part_number = number;
    out.e_tag = client().upload_part(in).e_tag;
    return out;
  };
  CompleteMultipartUploadInput in;
  in.bucket = "bucket";
  in.key = "big";
  in.upload_id = *upload.upload_id;
  in.multipart_upload.emplace().parts = {part(1, big), part(2, "tail")};
  EXPECT_TRUE(client().complete_multipart_upload(in).e_tag->ends_with("-2\""));
  EXPECT_EQ(get("big"), big + "tail");
  EXPECT_EQ(get("big", "bytes=5242878-5242881"), "ppta");
  EXPECT_EQ(code_of([&] { part(3, "late"); }), "NoSuchUpload");
}

TEST_F(S3Test, ATooSmallPartInTheMiddleIsRefused) {
  const auto upload = client().create_multipart_upload({.bucket = "bucket", .key = "k"});
  CompleteMultipartUploadInput done;
  done.bucket = "bucket";
  done.key = "k";
  done.upload_id = *upload.upload_id;
  done.multipart_upload.emplace().parts.emplace();
  for (int number : {1, 2}) {
    UploadPartInput in;
    in.bucket = "bucket";
    in.key = "k";
    in.upload_id = *upload.upload_id;
    in.part_number = number;
    in.body = wire::Body::of_bytes("small");
    CompletedPart part;
    part.part_number = number;
    part.e_tag = client().upload_part(in).e_tag;
    done.multipart_upload->parts->push_back(part);
  }
  EXPECT_EQ(code_of([&] { client().complete_multipart_upload(done); }), "EntityTooSmall");
}

TEST_F(S3Test, AnUploadIsCompletedAgainWithTheSameAnswerAndOnlyWithTheObjectsChecksum) {
  CreateMultipartUploadInput begin;
  begin.bucket = "bucket";
  begin.key = "k";
  begin.checksum_algorithm = "CRC32";
  begin.checksum_type = "FULL_OBJECT";
  CompleteMultipartUploadInput done;
  done.bucket = "bucket";
  done.key = "k";
  done.upload_id = *client().create_multipart_upload(begin).upload_id;
  UploadPartInput part;
  part.bucket = "bucket";
  part.key = "k";
  part.upload_id = done.upload_id;
  part.part_number = 1;
  part.body = wire::Body::of_bytes("bytes").with_trailer("x-amz-checksum-crc32", "sZlDzg==");
  const auto sent = client().upload_part(part);
  CompletedPart named;
  named.part_number = 1;
  named.e_tag = sent.e_tag;
  done.multipart_upload.emplace().parts = {{named}};
  done.checksum_crc32 = "AAAAAA==";
  EXPECT_EQ(code_of([&] { client().complete_multipart_upload(done); }), "BadDigest");
  done.checksum_crc32 = sent.checksum_crc32;
  const auto first = client().complete_multipart_upload(done);
  EXPECT_EQ(client().complete_multipart_upload(done).e_tag, first.e_tag);
  put("k", "another");
  EXPECT_EQ(code_of([&] { client().complete_multipart_upload(done); }), "NoSuchUpload");
}

TEST_F(S3Test, ACopySharesTheBytesAndABlobGoesWithItsLastOwner) {
  put("k", "shared bytes");
  CopyObjectInput in;
  in.bucket = "bucket";
  in.key = "copy";
  in.copy_source = "bucket/k";
  client().copy_object(in);
  EXPECT_EQ(blob_files(), 1);
  remove("k");
  t.run_until_idle();
  EXPECT_EQ(get("copy"), "shared bytes");
  remove("copy");
  t.run_until_idle();
  EXPECT_EQ(blob_files(), 0);
}

TEST_F(S3Test, ABucketTakesAclsOnceItsOwnershipSaysSo) {
  const auto own = [&](std::optional<std::string> ownership) {
    if (!ownership) return void(client().delete_bucket_ownership_controls({.bucket = "bucket"}));
    PutBucketOwnershipControlsInput in{.bucket = "bucket"};
    in.ownership_controls.rules = {{.object_ownership = *ownership}};
    client().put_bucket_ownership_controls(in);
  };
  const auto bucket_acl = [&](const char* acl) {
    return code_of([&] { client().put_bucket_acl({.acl = acl, .bucket = "bucket"}); });
  };
  const auto object_acl = [&](const char* acl) {
    PutObjectInput in{.acl = acl, .bucket = "bucket", .key = "k"};
    return code_of([&] { client().put_object(in); });
  };
  EXPECT_EQ(bucket_acl("private"), "AccessControlListNotSupported");
  EXPECT_EQ(object_acl("private"), "") << "many clients say it of every object";
  EXPECT_EQ(object_acl("public-read"), "AccessControlListNotSupported");
  EXPECT_EQ(object_acl("bucket-owner-full-control"), "");
  EXPECT_EQ(code_of([&] { own("Nobody"); }), "MalformedXML");

  own("BucketOwnerPreferred");
  EXPECT_EQ(client().get_bucket_ownership_controls({.bucket = "bucket"}).ownership_controls->rules[0].object_ownership,
            "BucketOwnerPreferred");
  EXPECT_EQ(bucket_acl("private"), "");
  EXPECT_EQ(object_acl("private"), "");
  EXPECT_EQ(bucket_acl("public-read"), "AccessDenied") << "a new bucket blocks public access";
  client().delete_public_access_block({.bucket = "bucket"});
  EXPECT_EQ(bucket_acl("public-read"), "");
  EXPECT_EQ(object_acl("aws-exec-read"), "");

  EXPECT_EQ(bucket_acl("private"), "");
  const GetBucketAclOutput there = client().get_bucket_acl({.bucket = "bucket"});
  PutBucketAclInput same{.bucket = "bucket"};
  same.access_control_policy = AccessControlPolicy{.grants = there.grants, .owner = there.owner};
  EXPECT_EQ(code_of([&] { client().put_bucket_acl(same); }), "");
  same.access_control_policy->grants->at(0).permission = "READ";
  EXPECT_EQ(code_of([&] { client().put_bucket_acl(same); }), "");
  EXPECT_EQ(code_of([&] { client().put_bucket_acl({.bucket = "bucket"}); }), "MissingSecurityHeader");

  own(std::nullopt);
  EXPECT_EQ(code_of([&] { client().get_bucket_ownership_controls({.bucket = "bucket"}); }),
            "OwnershipControlsNotFoundError");
  EXPECT_EQ(bucket_acl("private"), "");
  own("BucketOwnerEnforced");
  EXPECT_EQ(bucket_acl("private"), "AccessControlListNotSupported");
}

TEST_F(S3Test, ANewBucketIsNotPublicByItsAcl) {
  const auto create = [&](const char* acl, const char* ownership) {
    return code_of([&] { client().create_bucket({.acl = acl, .bucket = "another", .object_ownership = ownership}); });
  };
  EXPECT_EQ(create("public-read", "BucketOwnerEnforced"), "InvalidBucketAclWithObjectOwnership");
  EXPECT_EQ(create("public-read", "ObjectWriter"), "InvalidBucketAclWithBlockPublicAccessError");
  EXPECT_EQ(create("authenticated-read", "BucketOwnerPreferred"), "InvalidBucketAclWithBlockPublicAccessError");
  EXPECT_EQ(create("private", "ObjectWriter"), "");
}

TEST_F(S3Test, ACopysSourceMayBeEncodedWhole) {
  put("folder/k", "bytes");
  CopyObjectInput in;
  in.bucket = "bucket";
  in.key = "copy";
  in.copy_source = "bucket%2Ffolder%2Fk";
  client().copy_object(in);
  EXPECT_EQ(get("copy"), "bytes");
  for (const char* wrong : {"bucket", "/bucket/", "%2F", ""}) {
    in.copy_source = wrong;
    EXPECT_EQ(code_of([&] { client().copy_object(in); }), "InvalidArgument") << wrong;
  }
}

TEST_F(S3Test, DeleteObjectsTellsOfEachKey) {
  put("a", "1");
  DeleteObjectsInput in;
  in.bucket = "bucket";
  for (const char* key : {"a", "never-there"}) {
    ObjectIdentifier object;
    object.key = key;
    in.delete_.objects.push_back(object);
  }
  const auto out = client().delete_objects(in);
  ASSERT_EQ(out.deleted->size(), 2u);
  EXPECT_EQ(code_of([&] { get("a"); }), "NoSuchKey");
}

TEST_F(S3Test, ABucketsNameIsRefusedAsAwsRefusesIt) {
  for (const char* name : {"ab", "UPPER", "a..b", "192.168.0.1", "-a-", "under_score"})
    EXPECT_EQ(code_of([&] { client().create_bucket({.bucket = name}); }), "InvalidBucketName") << name;
  EXPECT_EQ(code_of([&] { client().create_bucket({.bucket = "bucket"}); }), "BucketAlreadyOwnedByYou");
}

TEST_F(S3Test, WhatABucketNeverHasIsToldAsAwsTellsIt) {
  EXPECT_EQ(code_of([&] { client().get_bucket_cors({.bucket = "bucket"}); }), "NoSuchCORSConfiguration");
  EXPECT_EQ(code_of([&] { client().get_bucket_lifecycle_configuration({.bucket = "bucket"}); }),
            "NoSuchLifecycleConfiguration");
  EXPECT_EQ(*client().get_bucket_request_payment({.bucket = "bucket"}).payer, "BucketOwner");
}

// Whoever may not list the bucket is not told whether the key is there.
TEST_F(S3Test, AMissingKeyIsToldToWhoMayReadItAndList) {
  t.authorizer.asked.clear();
  EXPECT_EQ(code_of([&] { get("nothing-here"); }), "NoSuchKey");
  ASSERT_EQ(t.authorizer.asked.size(), 2u);
  EXPECT_EQ(t.authorizer.asked[0].action, "s3:GetObject");
  EXPECT_EQ(t.authorizer.asked[0].resource, "arn:aws:s3:::bucket/nothing-here");
  EXPECT_EQ(t.authorizer.asked[1].action, "s3:ListBucket");
}

// The meaning of "public" is S3's own.
TEST_F(S3Test, APolicyIsPublicUnlessItNamesWhomItLetsIn) {
  const auto status_of = [&](const std::string& rest) {
    client().delete_public_access_block({.bucket = "bucket"});
    client().put_bucket_policy(
        {.bucket = "bucket",
         .policy = R"({"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*",)" +
                   rest + "}}"});
    return *client().get_bucket_policy_status({.bucket = "bucket"}).policy_status->is_public;
  };
  EXPECT_TRUE(status_of(R"("Principal":"*")"));
  EXPECT_TRUE(status_of(R"("Principal":{"AWS":"*"})"));
  EXPECT_FALSE(status_of(R"("Principal":{"AWS":"222222222222"})"));
  EXPECT_FALSE(status_of(R"("Principal":{"Service":"codebuild.amazonaws.com"})"));
  EXPECT_FALSE(status_of(R"("Principal":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1234567890"}})"));
  EXPECT_TRUE(status_of(R"("Principal":"*","Condition":{"StringLike":{"aws:PrincipalOrgID":"o-*"}})"));
  EXPECT_TRUE(status_of(R"("Principal":"*","Condition":{"StringEquals":{"aws:UserAgent":"x"}})"));
  EXPECT_FALSE(status_of(R"("Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}})"));
  EXPECT_TRUE(status_of(R"("Principal":"*","Condition":{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}})"));
  EXPECT_TRUE(status_of(R"("Principal":"*","Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}})"));
}

TEST_F(S3Test, ANewBucketTakesNoPublicPolicyAndAPublicOneIsWithheldFromStrangers) {
  const PutBucketPolicyInput open{
      .bucket = "bucket",
      .policy =
          R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}})"};
  EXPECT_EQ(code_of([&] { client().put_bucket_policy(open); }), "AccessDenied");
  client().delete_public_access_block({.bucket = "bucket"});
  client().put_bucket_policy(open);

  region::Caller stranger = t.user;
  stranger.account = "222222222222";
  const auto policies_asked = [&](const region::Caller& caller) {
    t.authorizer.asked.clear();
    code_of([&] { Client(t.home, caller, t.region).head_object({.bucket = "bucket", .key = "k"}); });
    return t.authorizer.asked.at(0).resource_policies.size();
  };
  EXPECT_EQ(policies_asked(stranger), 1u);
  client().put_public_access_block(
      {.bucket = "bucket", .public_access_block_configuration = {.restrict_public_buckets = true}});
  EXPECT_EQ(policies_asked(stranger), 0u);
  EXPECT_EQ(policies_asked(t.user), 1u);
}

TEST_F(S3Test, APolicySpeaksOfItsOwnBucketAndOfS3Alone) {
  const auto put = [&](const std::string& action, const std::string& resource) {
    return code_of([&] {
      client().put_bucket_policy({.bucket = "bucket",
                                  .policy = R"({"Statement":{"Effect":"Deny","Principal":"*","Action":")" + action +
                                            R"(","Resource":")" + resource + R"("}})"});
    });
  };
  EXPECT_EQ(put("s3:GetObject", "arn:aws:s3:::bucket/*"), "");
  EXPECT_EQ(put("s3:GetObject", "arn:aws:s3:::bucket2/*"), "MalformedPolicy");
  EXPECT_EQ(put("ec2:RunInstances", "arn:aws:s3:::bucket"), "MalformedPolicy");
  EXPECT_EQ(code_of([&] { client().put_bucket_policy({.bucket = "bucket", .policy = "{"}); }), "MalformedPolicy");
}

}  // namespace
}  // namespace hanbat::s3
