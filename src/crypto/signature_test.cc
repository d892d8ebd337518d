// Signing against the examples that AWS publishes.
#include "crypto/signature.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/digest.h"

namespace hanbat::crypto {
namespace {

std::string value_of(const std::vector<HeaderField>& fields, std::string_view name) {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return "(none)";
}

// "Create a signed AWS API request" in the IAM user guide: ListUsers.
TEST(Signature, IsThatOfAwsExampleForARequestSignedByHeader) {
  const std::vector<HeaderField> headers = {{"Host", "iam.amazonaws.com"},
                                            {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  const SignedParts parts{
      .method = "GET", .path = "/", .query = "Action=ListUsers&Version=2010-05-08", .headers = headers};
  const auto fields = sign(parts, {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""}, "us-east-1", "iam",
                           *parse_iso8601("20150830T123600Z"), kEmptySha256);
  EXPECT_EQ(value_of(fields, "Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
  EXPECT_EQ(value_of(fields, "X-Amz-Date"), "20150830T123600Z");
  EXPECT_EQ(value_of(fields, "X-Amz-Security-Token"), "(none)");
}

// "Authenticating Requests: Using Query Parameters" in the S3 API reference.
TEST(Signature, IsThatOfAwsExampleForAPresignedUrl) {
  const std::vector<HeaderField> headers = {{"Host", "examplebucket.s3.amazonaws.com"}};
  const SignedParts parts{
      .method = "GET", .path = "/test.txt", .query = "", .headers = headers, .form = CanonicalForm::kAsSent};
  const std::string query = presign(parts, {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""},
                                    "us-east-1", "s3", *parse_iso8601("20130524T000000Z"), Seconds(86400));
  EXPECT_EQ(query,
            "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2F"
            "aws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
            "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST(Signature, OfATemporaryKeyCoversItsToken) {
  const std::vector<HeaderField> headers = {{"Host", "sts.amazonaws.com"}};
  const SignedParts parts{.method = "POST", .path = "/", .query = "", .headers = headers};
  const auto fields = sign(parts, {"ASIA", "secret", "token"}, "us-east-1", "sts", Timestamp{0}, kEmptySha256);
  EXPECT_EQ(value_of(fields, "X-Amz-Security-Token"), "token");
  EXPECT_NE(value_of(fields, "Authorization").find("SignedHeaders=host;x-amz-date;x-amz-security-token,"),
            std::string::npos);
}

// RFC 4231, test cases 2 and 6.
TEST(Digest, KeyedHashIsThatOfTheStandard) {
  EXPECT_EQ(to_hex(hmac_sha256("", "")), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Digest, StartsOverWhenItHasBeenTaken) {
  Digest digest(Digest::Kind::kSha256);
  digest.update("abc");
  EXPECT_EQ(digest.finish_hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest.finish_hex(), kEmptySha256);
}

}  // namespace
}  // namespace hanbat::crypto
