// SSE-C in process: what lies in the blob store, and what goes again.
#include "services/s3/encryption/customer_key.h"

#include <algorithm>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "os/files.h"
#include "services/s3/testing.h"
#include "wire/testing.h"

namespace hanbat::s3 {
namespace {

const std::string kPlain(300'000, 'p');

class CustomerKeys : public S3Test {
 protected:
  CustomerKeys() {
    PutBucketEncryptionInput in;
    in.bucket = "bucket";
    in.server_side_encryption_configuration.rules.emplace_back().blocked_encryption_types.emplace().encryption_type = {
        "NONE"};
    client().put_bucket_encryption(in);
  }
  template <class In>
  static In with_key(In in, char of = 'k') {
    const std::string key(32, of);
    in.sse_customer_algorithm = "AES256";
    in.sse_customer_key = to_base64(key);
    in.sse_customer_key_md5 = to_base64(crypto::digest(crypto::Digest::Kind::kMd5, key));
    return in;
  }
  PutObjectOutput put_sealed(const std::string& key) {
    PutObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.body = wire::Body::of_bytes(kPlain);
    return client().put_object(with_key(in));
  }
  GetObjectInput one(const std::string& key) {
    GetObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    return in;
  }
  int plain_files() {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(t.folder + "/blobs"))
      if (entry.is_regular_file() && read_file(entry.path().string()).find("pppppppp") != std::string::npos) ++count;
    return count;
  }
};

TEST_F(CustomerKeys, WhatLiesInTheBlobStoreIsEncrypted) {
  put_sealed("k");
  EXPECT_EQ(blob_files(), 1);
  EXPECT_EQ(plain_files(), 0);
  EXPECT_EQ(client().get_object(with_key(one("k"))).body.read_all(), kPlain);
  put("open", kPlain);
  EXPECT_EQ(plain_files(), 1);
}

TEST_F(CustomerKeys, NoTwoWritesOfTheSameBytesLookAlike) {
  EXPECT_NE(put_sealed("a").e_tag, put_sealed("b").e_tag);
  EXPECT_EQ(blob_files(), 2);
}

TEST_F(CustomerKeys, ARangeFromAnyPlaceIsDecryptedAlone) {
  PutObjectInput in;
  in.bucket = "bucket";
  in.key = "k";
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += std::to_string(i) + ",";
  in.body = wire::Body::of_bytes(bytes);
  client().put_object(with_key(in));
  for (const std::size_t from : {0u, 1u, 15u, 16u, 1000u}) {
    GetObjectInput piece = with_key(one("k"));
    piece.range = "bytes=" + std::to_string(from) + "-" + std::to_string(from + 40);
    EXPECT_EQ(client().get_object(piece).body.read_all(), bytes.substr(from, 41)) << from;
  }
}

TEST_F(CustomerKeys, ACopyThatIsRefusedLeavesNothing) {
  put_sealed("k");
  CopyObjectInput copy;
  copy.bucket = "bucket";
  copy.key = "l";
  copy.copy_source = "bucket/k";
  EXPECT_EQ(wire::code_of([&] { client().copy_object(copy); }), "InvalidRequest");
  EXPECT_EQ(wire::code_of([&] { client().get_object(with_key(one("k"), 'x')); }), "AccessDenied");
  EXPECT_EQ(blob_files(), 1);
  remove("k");
  EXPECT_EQ(blob_files(), 0);
}

TEST_F(CustomerKeys, PoliciesAreToldThatACustomerEncrypts) {
  put_sealed("k");
  EXPECT_EQ(t.authorizer.condition_key_of("s3:PutObject", "arn:aws:s3:::bucket/k",
                                          "s3:x-amz-server-side-encryption-customer-algorithm"),
            "AES256");
}

TEST_F(CustomerKeys, TheTrailHasNoKey) {
  put_sealed("k");
  const std::string key = to_base64(std::string(32, 'k'));
  for (const auto& entry : t.trail.entries()) EXPECT_EQ(entry.request.dump().find(key), std::string::npos);
}

}  // namespace
}  // namespace hanbat::s3
