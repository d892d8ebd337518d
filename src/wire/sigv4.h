// AWS Signature Version 4: who says they call, and whether it is true. Three steps: parse what the request claims; look
// up the key (the caller's work); verify. A signed upload in chunks goes on through ChunkDecoder while it is read.
// Source: "AWS Signature Version 4 for API requests" in the IAM user guide, "Signature calculations" in the S3
// reference.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "wire/codec.h"
#include "wire/error.h"

namespace hanbat::wire {

/// Whose words to use for errors, and which rules of canonical form.
enum class AuthStyle { kQuery, kEc2, kJson, kS3 };
AuthStyle auth_style(const ServiceModel& service);
/// What of the request is signed, in the form that the style signs.
crypto::SignedParts signed_parts(const RequestView& request, AuthStyle style);

/// How the body is covered by the signature.
enum class PayloadKind {
  kHashed,                 // by its SHA-256
  kUnsigned,               // UNSIGNED-PAYLOAD
  kChunksSigned,           // STREAMING-AWS4-HMAC-SHA256-PAYLOAD
  kChunksSignedTrailer,    // STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER
  kChunksUnsignedTrailer,  // STREAMING-UNSIGNED-PAYLOAD-TRAILER
};

/// What a request claims about its caller.
struct Claim {
  enum class Kind { kHeader, kQuery };
  Kind kind = Kind::kHeader;
  std::string access_key_id;
  crypto::Scope scope;
  std::string amz_date;  // "20261123T200000Z"
  Timestamp signed_at;
  std::optional<Seconds> expires;  // presigned only
  std::vector<std::string> signed_headers;
  std::string signature;
  std::string session_token;
  PayloadKind payload = PayloadKind::kHashed;
  std::string declared_sha256;  // x-amz-content-sha256 when it is a hash, lower case
};

/// The claim, or nothing when the request is not signed. Throws Error (IncompleteSignature,
/// AuthorizationHeaderMalformed, AuthorizationQueryParametersError) when it is signed in a way that cannot be read. The
/// credential scope can be had before the service is known: `peek_scope_service`.
std::optional<Claim> parse_claim(const RequestView& request, AuthStyle style);

/// The service of the credential scope ("" when unsigned or unreadable), to pick the service that shall answer.
std::string peek_scope_service(const RequestView& request);
/// The region of the credential scope, or "".
std::string peek_scope_region(const RequestView& request);

/// Verifies time and signature. `body_sha256` is the hex hash of the body as received; S3 signs the hash that the
/// request declares, so there it may be "" and is compared by check_payload later. Throws Error in the style's words.
void verify_claim(const Claim& claim, const RequestView& request, std::string_view secret, std::string_view body_sha256,
                  Timestamp now, AuthStyle style);

/// S3: throws XAmzContentSHA256Mismatch when the request declared another hash than its body has.
void check_payload(const Claim& claim, std::string_view body_sha256);

/// The errors around a claim, in each style's words.
Error missing_authentication(AuthStyle style);
Error unknown_key(AuthStyle style, std::string_view access_key_id);
Error invalid_token(AuthStyle style);
Error expired_token(AuthStyle style);

/// Decodes an aws-chunked body while it is read: checks each chunk's signature when they are signed, keeps the
/// trailers.
class ChunkDecoder {
 public:
  using Sink = std::function<void(std::string_view)>;

  /// `secret` may be "" for kChunksUnsignedTrailer. `expected` is x-amz-decoded-content-length, when told.
  ChunkDecoder(const Claim& claim, std::string_view secret, std::optional<std::uint64_t> expected);

  /// Takes the next raw bytes, hands on the decoded. Throws Error (SignatureDoesNotMatch, IncompleteBody, …).
  void write(std::string_view raw, const Sink& sink);
  /// At the end of the raw body. Throws Error IncompleteBody when the last chunk has not come.
  void finish();
  const Headers& trailers() const { return trailers_; }

 private:
  enum class State { kSize, kData, kDataEnd, kTrailer, kDone };
  void line(std::string_view text);
  void end_chunk();
  void end_trailers();
  std::string chunk_signature(std::string_view label, std::string_view rest) const;

  const Claim claim_;
  std::string key_;
  std::optional<std::uint64_t> expected_;
  State state_ = State::kSize;
  std::string pending_;     // of a line
  std::uint64_t left_ = 0;  // of the chunk's data
  std::uint64_t total_ = 0;
  bool last_ = false;
  std::string previous_;  // signature
  std::string wanted_;    // signature of the chunk at hand
  std::string trailer_wanted_;
  std::string trailer_text_;
  crypto::Digest digest_{crypto::Digest::Kind::kSha256};
  Headers trailers_;
};

}  // namespace hanbat::wire
