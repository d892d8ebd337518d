// Signature Version 4 against AWS's vectors, and the refusals that a front door must give.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

#include "base/encoding.h"
#include "base/text.h"
#include "wire/git_password.h"
#include "wire/sigv4.h"
#include "wire/testing.h"

namespace hanbat::wire {
namespace {

using crypto::kEmptySha256;
using crypto::sha256_hex;
using crypto::SigningKey;

namespace fs = std::filesystem;
const fs::path kVectors = fs::path(HANBAT_SOURCE_DIR) / "../shared/wire-cases/aws4_testsuite";
const fs::path kOwnVectors = fs::path(HANBAT_SOURCE_DIR) / "tests/wire/sigv4";
const std::string kOwnSecret = "Daejeon+river/and=hills0123456789abcdefg";  // tools/sign-vectors signs with it
const std::string kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const Timestamp kThen = *parse_iso8601("20150830T123600Z");

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return replace_all(out.str(), "\r\n", "\n");
}

/// A vector's request: the head as RequestView, and the body.
std::pair<RequestView, std::string> read_request(const std::string& text) {
  RequestView out;
  const std::size_t blank = text.find("\n\n");
  const std::string body = blank == std::string::npos ? "" : text.substr(blank + 2);
  auto lines = split(text.substr(0, blank), '\n');
  const std::size_t first = lines[0].find(' ');
  const std::size_t last = lines[0].rfind(' ');
  out.method = lines[0].substr(0, first);
  const std::string target = lines[0].substr(first + 1, last - first - 1);
  out.path = target.substr(0, target.find('?'));
  if (target.find('?') != std::string::npos) out.query = target.substr(target.find('?') + 1);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    if (lines[i][0] == ' ') {  // a folded line goes on with the header above
      out.headers.back().second += " " + std::string(trim(lines[i]));
      continue;
    }
    const std::size_t colon = lines[i].find(':');
    out.headers.emplace_back(lines[i].substr(0, colon), lines[i].substr(colon + 1));
  }
  return {out, body};
}

RequestView plain(std::string path = "/") {
  RequestView request{.method = "GET", .path = std::move(path)};
  request.headers = {{"Host", "127.0.0.1:4566"}};
  return request;
}

const SigningKey kKey{"AKIDEXAMPLE", kSecret, ""};

std::string verdict(const RequestView& request, std::string_view secret, std::string_view hash, Timestamp now,
                    AuthStyle style) {
  return code_of([&] {
    const auto claim = parse_claim(request, style);
    if (!claim) throw missing_authentication(style);
    verify_claim(*claim, request, secret, hash, now, style);
  });
}

/// A case of tests/wire/sigv4, as tools/sign-vectors writes it.
struct Vector {
  std::string title, style, at, request, canonical, to_sign;
};

/// What stands after the mark's line up to the next line that begins with "---", or to the end.
std::string part(const std::string& text, const std::string& mark) {
  const std::size_t found = text.find(mark + "\n");
  if (found == std::string::npos) return "";
  const std::size_t begin = found + mark.size() + 1;
  const std::size_t end = std::min(text.find("\n--- ", begin), text.size());
  return text.substr(begin, end - begin);
}

std::vector<Vector> own_vectors() {
  std::vector<Vector> out;
  for (const auto& entry : fs::directory_iterator(kOwnVectors)) {
    const std::string all = "\n" + slurp(entry.path());
    for (std::size_t at = all.find("\n=== "); at != std::string::npos;) {
      const std::size_t next = all.find("\n=== ", at + 1);
      const std::string text(trim(all.substr(at, next - at)));
      const auto lines = split(text, '\n');
      out.push_back({lines.at(0).substr(4), lines.at(1).substr(6), lines.at(2).substr(3), part(text, "--- request"),
                     part(text, "--- canonical"), part(text, "--- string to sign")});
      at = next;
    }
  }
  return out;
}

AuthStyle style_of(const std::string& word) {
  if (word == "s3") return AuthStyle::kS3;
  if (word == "ec2") return AuthStyle::kEc2;
  return word == "json" ? AuthStyle::kJson : AuthStyle::kQuery;
}

/// The code with which the style refuses a signature that is not right.
std::string mismatch_code(AuthStyle style) {
  if (style == AuthStyle::kEc2) return "AuthFailure";
  return style == AuthStyle::kJson ? "InvalidSignatureException" : "SignatureDoesNotMatch";
}

void expect_verified(const Vector& vector) {
  SCOPED_TRACE(vector.title);
  const std::string& text = vector.request;
  const std::size_t blank = text.find("\n\n");
  const std::string body = blank == std::string::npos ? "" : replace_all(text.substr(blank + 2), "\\n", "\n");
  RequestView request = read_request(text.substr(0, blank)).first;
  for (auto& [name, value] : request.headers) value = trim(value);  // as the HTTP parser hands them on
  const AuthStyle style = style_of(vector.style);
  const auto claim = parse_claim(request, style);
  ASSERT_TRUE(claim);
  const bool unsigned_payload = claim->kind == Claim::Kind::kQuery && style == AuthStyle::kS3;
  const std::string hash = unsigned_payload ? "UNSIGNED-PAYLOAD" : sha256_hex(body);
  const std::string canonical = crypto::canonical_request(signed_parts(request, style), claim->signed_headers, hash);
  EXPECT_EQ(canonical, vector.canonical);
  EXPECT_EQ(crypto::string_to_sign(claim->amz_date, claim->scope.text(), canonical), vector.to_sign);
  const Timestamp at = *parse_iso8601(vector.at);
  EXPECT_EQ(verdict(request, kOwnSecret, sha256_hex(body), at, style), "");
  EXPECT_EQ(verdict(request, kOwnSecret + "x", sha256_hex(body), at, style), mismatch_code(style));
}

TEST(SigV4, VerifiesWhatBotocoreSigned) {
  const auto vectors = own_vectors();
  EXPECT_GT(vectors.size(), 20u);
  for (const Vector& vector : vectors) expect_verified(vector);
}

TEST(SigV4, VerifiesAwsVectors) {
  if (!fs::exists(kVectors)) return;  // an extra, where AWS's own vectors lie beside the project
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kVectors)) {
    if (entry.path().extension() != ".req") continue;
    const fs::path base = fs::path(entry.path()).replace_extension();
    // The signed request has what the signer adds, such as a session token.
    const fs::path signed_one = base.string() + ".sreq";
    auto [request, body] = read_request(slurp(fs::exists(signed_one) ? signed_one : entry.path()));
    const std::string authorization(trim(slurp(base.string() + ".authz")));
    if (!request.find_header("Authorization")) request.headers.emplace_back("Authorization", authorization);
    const auto claim = parse_claim(request, AuthStyle::kQuery);
    ASSERT_TRUE(claim) << base;
    const std::string canonical =
        crypto::canonical_request(signed_parts(request, AuthStyle::kQuery), claim->signed_headers, sha256_hex(body));
    EXPECT_EQ(canonical, trim(slurp(base.string() + ".creq"))) << base;
    EXPECT_EQ(crypto::string_to_sign(claim->amz_date, claim->scope.text(), canonical),
              trim(slurp(base.string() + ".sts")))
        << base;
    // Its signature and token are one another's halves exchanged: a placeholder, not a signature.
    if (base.filename() == "get-vanilla-with-session-token") continue;
    EXPECT_NO_THROW(verify_claim(*claim, request, kSecret, sha256_hex(body), kThen, AuthStyle::kQuery)) << base;
    EXPECT_EQ(verdict(request, kSecret + "x", sha256_hex(body), kThen, AuthStyle::kQuery), "SignatureDoesNotMatch")
        << base;
    ++count;
  }
  EXPECT_GT(count, 25);
}

void sign(RequestView& request, std::string_view service, std::string_view payload, AuthStyle style) {
  for (auto& field : crypto::sign(signed_parts(request, style), kKey, "ap-northeast-2", service, kThen, payload))
    request.headers.push_back(std::move(field));
}

void presign(RequestView& request, AuthStyle style) {
  request.query = crypto::presign(signed_parts(request, style), kKey, "ap-northeast-2", "s3", kThen, Seconds(60));
}

TEST(SigV4, WhatItSignsItVerifies) {
  for (const AuthStyle style : {AuthStyle::kQuery, AuthStyle::kEc2, AuthStyle::kJson, AuthStyle::kS3}) {
    RequestView request = plain("/a%20b//c");
    request.query = "list-type=2&prefix=a%2Fb";
    sign(request, "s3", kEmptySha256, style);
    EXPECT_EQ(verdict(request, kSecret, kEmptySha256, kThen, style), "");
    RequestView presigned = plain("/bucket/key");
    presign(presigned, style);
    EXPECT_EQ(verdict(presigned, kSecret, kEmptySha256, kThen + Milliseconds(59'000), style), "");
  }
}

TEST(SigV4, RefusesInAwsWords) {
  RequestView request = plain();
  sign(request, "sts", kEmptySha256, AuthStyle::kQuery);
  EXPECT_EQ(verdict(plain(), kSecret, kEmptySha256, kThen, AuthStyle::kQuery), "MissingAuthenticationToken");
  EXPECT_EQ(verdict(request, "other", kEmptySha256, kThen, AuthStyle::kQuery), "SignatureDoesNotMatch");
  EXPECT_EQ(verdict(request, "other", kEmptySha256, kThen, AuthStyle::kJson), "InvalidSignatureException");
  EXPECT_EQ(verdict(request, "other", kEmptySha256, kThen, AuthStyle::kEc2), "AuthFailure");
  EXPECT_EQ(verdict(request, kSecret, sha256_hex("tampered"), kThen, AuthStyle::kQuery), "SignatureDoesNotMatch");
  EXPECT_EQ(verdict(request, kSecret, kEmptySha256, kThen + Milliseconds(16 * 60'000), AuthStyle::kQuery),
            "SignatureDoesNotMatch");
  EXPECT_EQ(verdict(request, kSecret, kEmptySha256, kThen + Milliseconds(16 * 60'000), AuthStyle::kS3),
            "RequestTimeTooSkewed");
  RequestView presigned = plain("/b/k");
  presign(presigned, AuthStyle::kS3);
  EXPECT_EQ(verdict(presigned, kSecret, "", kThen + Milliseconds(61'000), AuthStyle::kS3), "AccessDenied");
  RequestView broken = plain();
  broken.headers.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=x");
  EXPECT_EQ(verdict(broken, kSecret, "", kThen, AuthStyle::kQuery), "IncompleteSignature");
  EXPECT_EQ(verdict(broken, kSecret, "", kThen, AuthStyle::kS3), "AuthorizationHeaderMalformed");
}

TEST(SigV4, ABodyOtherThanDeclaredIsRefused) {
  Claim claim;
  claim.declared_sha256 = sha256_hex("one");
  EXPECT_EQ(code_of([&] { check_payload(claim, sha256_hex("two")); }), "XAmzContentSHA256Mismatch");
  EXPECT_EQ(code_of([&] { check_payload(claim, sha256_hex("one")); }), "");
}

/// The example of "Signature calculations: transferring payload in multiple chunks" in the S3 API reference.
struct ChunkExample {
  RequestView request{.method = "PUT", .path = "/examplebucket/chunkObject.txt"};
  std::string body;

  ChunkExample() {
    request.headers = {
        {"Host", "s3.amazonaws.com"},
        {"x-amz-date", "20130524T000000Z"},
        {"x-amz-storage-class", "REDUCED_REDUNDANCY"},
        {"Authorization",
         "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
         "SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-"
         "length;"
         "x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"},
        {"x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"},
        {"Content-Encoding", "aws-chunked"},
        {"x-amz-decoded-content-length", "66560"},
        {"Content-Length", "66824"}};
    body = "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" +
           std::string(65536, 'a') +
           "\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" +
           std::string(1024, 'a') +
           "\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n";
  }

  std::string decode(std::size_t step) {
    const auto claim = parse_claim(request, AuthStyle::kS3);
    verify_claim(*claim, request, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "", *parse_iso8601("20130524T000000Z"),
                 AuthStyle::kS3);
    ChunkDecoder decoder(*claim, "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 66560);
    std::string out;
    for (std::size_t at = 0; at < body.size(); at += step)
      decoder.write(std::string_view(body).substr(at, step), [&](std::string_view piece) { out += piece; });
    decoder.finish();
    return out;
  }
};

TEST(ChunkDecoder, DecodesAwsExampleInPiecesOfAnySize) {
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{4096}, std::size_t{100000}})
    EXPECT_EQ(ChunkExample().decode(step), std::string(66560, 'a'));
}

TEST(ChunkDecoder, RefusesATamperedChunkAndAShortBody) {
  ChunkExample tampered;
  tampered.body[200] = 'b';
  EXPECT_EQ(code_of([&] { tampered.decode(4096); }), "SignatureDoesNotMatch");
  ChunkExample cut;
  cut.body.resize(40000);
  EXPECT_EQ(code_of([&] { cut.decode(4096); }), "IncompleteBody");
}

TEST(ChunkDecoder, ReadsTrailersOfAnUnsignedUpload) {
  Claim claim;
  claim.payload = PayloadKind::kChunksUnsignedTrailer;
  ChunkDecoder decoder(claim, "", 5);
  std::string out;
  decoder.write("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
                [&](std::string_view piece) { out += piece; });
  decoder.finish();
  EXPECT_EQ(out, "hello");
  ASSERT_EQ(decoder.trailers().size(), 1u);
  EXPECT_EQ(decoder.trailers()[0].second, "NhCmhg==");
}

TEST(ChunkDecoder, DecodesNoMoreThanWasAnnouncedHoweverLargeAChunkClaimsToBe) {
  Claim claim;
  claim.payload = PayloadKind::kChunksUnsignedTrailer;
  ChunkDecoder decoder(claim, "", 5);
  std::string out;
  // 3 and 2^64 - 1 add up to 2.
  const auto keep = [&](std::string_view bytes) { out += bytes; };
  EXPECT_EQ(code_of([&] { decoder.write("3\r\nabc\r\nffffffffffffffff\r\nand more", keep); }), "IncompleteBody");
  EXPECT_EQ(out, "abc");
}

TEST(ChunkDecoder, KeepsNoEndlessTrailers) {
  Claim claim;
  claim.payload = PayloadKind::kChunksUnsignedTrailer;
  ChunkDecoder decoder(claim, "", 0);
  const auto pass = [](std::string_view) {};
  decoder.write("0\r\n", pass);
  const std::string line = "x-amz-checksum-crc32:" + std::string(1000, 'a') + "\r\n";
  const auto flood = [&] {
    for (int i = 0; i < 1000; ++i) decoder.write(line, pass);
  };
  EXPECT_EQ(code_of(flood), "IncompleteBody");
}

TEST(GitPassword, IsAcceptedWithAndWithoutThePort) {
  const std::string path = "/v1/repos/wsi-api-repo";
  for (const std::string host : {"127.0.0.1:4566", "127.0.0.1"}) {
    const std::string password = git_password(kSecret, "ap-northeast-2", path, host, kThen);
    EXPECT_TRUE(verify_git_password(password, kSecret, "ap-northeast-2", path, "127.0.0.1:4566", kThen));
    EXPECT_FALSE(verify_git_password(password, kSecret, "ap-northeast-2", "/v1/repos/other", "127.0.0.1:4566", kThen));
    EXPECT_FALSE(verify_git_password(password, kSecret, "ap-northeast-2", path, "127.0.0.1:4566",
                                     kThen + Milliseconds(3'600'000)));
  }
  EXPECT_EQ(parse_git_user("ASIA1%tok/en+==").session_token, "tok/en+==");
}

TEST(BucketOfHost, IsReadFromVirtualHostStyle) {
  EXPECT_EQ(bucket_of_host("b.s3.ap-northeast-2.amazonaws.com"), "b");
  EXPECT_EQ(bucket_of_host("a.b.s3.amazonaws.com"), "a.b");
  EXPECT_EQ(bucket_of_host("b.s3.localhost:4566"), "b");
  EXPECT_EQ(bucket_of_host("b.localhost:4566"), "b");
  EXPECT_EQ(bucket_of_host("s3.ap-northeast-2.amazonaws.com"), std::nullopt);
  EXPECT_EQ(bucket_of_host("127.0.0.1:4566"), std::nullopt);
}

}  // namespace
}  // namespace hanbat::wire
