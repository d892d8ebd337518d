// AWS Signature Version 4 as arithmetic: the canonical form of a request, the string to sign, the key, and signing by
// header or by query. Who signs (the guests' programs) and who verifies (wire/sigv4.h) both take it from here.
// Source: "AWS Signature Version 4 for API requests" in the IAM user guide.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace hanbat::crypto {

/// How the path is brought into canonical form.
enum class CanonicalForm {
  kNormalized,  // without dot segments and empty ones, encoded once more: all services but S3
  kAsSent,      // S3: only the encoding is made the same
};

using HeaderField = std::pair<std::string, std::string>;

/// What of a request a signature covers, as it is sent. Borrowed.
struct SignedParts {
  std::string_view method;
  std::string_view path;   // percent-encoded
  std::string_view query;  // without '?'
  std::span<const HeaderField> headers;
  CanonicalForm form = CanonicalForm::kNormalized;
};

/// What a signature is good for.
struct Scope {
  std::string date;  // "20261123"
  std::string region;
  std::string service;  // the signing name

  /// "20261123/ap-northeast-2/s3/aws4_request"
  std::string text() const { return date + '/' + region + '/' + service + "/aws4_request"; }
};

/// A key to sign with.
struct SigningKey {
  std::string access_key_id;
  std::string secret;
  std::string session_token;
};

/// `names` are the signed headers, in lower case and sorted; `payload` is the body's hex SHA-256 or one of the
/// UNSIGNED/STREAMING words.
std::string canonical_request(const SignedParts& parts, const std::vector<std::string>& names,
                              std::string_view payload);
/// `scope` as Scope::text() gives it, `amz_date` as "20261123T200000Z".
std::string string_to_sign(std::string_view amz_date, std::string_view scope, std::string_view canonical);
/// The raw key of a day, region and service.
std::string signing_key(std::string_view secret, const Scope& scope);

/// The fields that sign the request when they are added to its headers: X-Amz-Date, X-Amz-Security-Token when the key
/// has one, x-amz-content-sha256 for S3's form, and Authorization. Host must be among the request's headers; it, the
/// content type and all x-amz- fields are signed.
std::vector<HeaderField> sign(const SignedParts& parts, const SigningKey& key, std::string_view region,
                              std::string_view service, Timestamp at, std::string_view payload);
/// The query string that presigns the request (which may already have a query), X-Amz-Signature included. Only Host is
/// signed.
std::string presign(const SignedParts& parts, const SigningKey& key, std::string_view region, std::string_view service,
                    Timestamp at, Seconds expires);

}  // namespace hanbat::crypto
