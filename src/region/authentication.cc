#include "region/authentication.h"

#include <functional>

#include "base/text.h"
#include "region/region.h"
#include "wire/sigv4.h"

namespace hanbat::region {
namespace {

wire::Dialect dialect_of(const wire::ServiceModel& service) {
  return service.folder == "s3" ? wire::Dialect::kS3 : wire::Dialect::kCommon;
}

wire::Error unknown_key(const wire::ServiceModel& service) {
  if (service.folder == "s3")
    return wire::Error("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.");
  if (service.folder == "ec2")
    return wire::Error("AuthFailure", 401, "AWS was not able to validate the provided access credentials");
  if (service.protocol == wire::Protocol::kQuery)
    return wire::Error("InvalidClientTokenId", 403, "The security token included in the request is invalid.");
  return wire::Error("UnrecognizedClientException", 400, "The security token included in the request is invalid.");
}

wire::Error expired_token(const wire::ServiceModel& service) {
  if (service.folder == "s3") return wire::Error("ExpiredToken", 400, "The provided token has expired.");
  if (service.folder == "ec2") return wire::Error("RequestExpired", 400, "Request has expired.");
  const bool query = service.protocol == wire::Protocol::kQuery;
  return wire::Error(query ? "ExpiredToken" : "ExpiredTokenException", query ? 403 : 400,
                     "The security token included in the request is expired");
}

wire::Error unsigned_request(const wire::ServiceModel& service) {
  if (service.folder == "ec2")
    return wire::Error("AuthFailure", 401, "AWS was not able to validate the provided access credentials");
  if (service.protocol == wire::Protocol::kQuery)
    return wire::Error("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
  return wire::Error("MissingAuthenticationTokenException", 400, "Missing Authentication Token");
}

/// A signature names its errors in S3's way or, for EC2, as AuthFailure; the JSON services add "Exception".
[[noreturn]] void rethrow_for(const wire::ServiceModel& service, const wire::Error& error) {
  if (service.folder == "s3") throw error;
  if (service.folder == "ec2" && error.code() == "SignatureDoesNotMatch")
    throw wire::Error("AuthFailure", 401, "AWS was not able to validate the provided access credentials");
  const bool json = service.protocol == wire::Protocol::kJson || service.protocol == wire::Protocol::kRestJson;
  if (json && error.code() == "SignatureDoesNotMatch")
    throw wire::Error("InvalidSignatureException", 400, error.message());
  if (json && error.code() == "IncompleteSignature")
    throw wire::Error("IncompleteSignatureException", 400, error.message());
  throw error;
}

class DecodedReader final : public http::BodyReader {
 public:
  explicit DecodedReader(wire::ChunkedBody& body) : body_(body) {}
  std::size_t read(std::span<char> into) override { return body_.read(into); }

 private:
  wire::ChunkedBody& body_;
};

}  // namespace

std::optional<Scope> find_scope(const wire::RequestView& request) {
  // Read in the common dialect: whose error it is can only be told once the service is known.
  try {
    const auto signature = wire::find_signature(request, wire::Dialect::kS3);
    if (!signature) return std::nullopt;
    return Scope{signature->access_key_id, signature->region, signature->service};
  } catch (const wire::Error&) {
    return std::nullopt;
  }
}

struct Authentication::State {
  Region& home;
  const wire::ServiceModel& service;
  const wire::RequestView& request;
  http::Exchange& exchange;
  wire::Dialect dialect;
  std::optional<wire::Signature> signature;
  std::optional<Credential> credential;
  bool verified = false;
  std::unique_ptr<wire::ChunkedBody> chunked;
  std::unique_ptr<DecodedReader> decoded;

  void verify(std::string_view payload_hash) {
    wire::check_signature(*signature, request, credential->secret_access_key, payload_hash, dialect);
    verified = true;
  }
};

Authentication::Authentication(Region& home, const wire::ServiceModel& service, const wire::RequestView& request,
                               http::Exchange& exchange)
    : state_(new State{home, service, request, exchange, dialect_of(service), {}, {}, false, nullptr, nullptr}) {}

Authentication::~Authentication() = default;

void Authentication::check_head() try {
  State& s = *state_;
  s.signature = wire::find_signature(s.request, s.dialect);
  if (!s.signature) return;
  s.credential = s.home.db.read(
      [&](store::Tx& tx) { return s.home.identity().find_credential(tx, s.signature->access_key_id); });
  if (!s.credential || !s.credential->active) throw unknown_key(s.service);
  if (!constant_time_equals(s.credential->session_token, s.signature->session_token)) {
    if (s.service.folder == "s3")
      throw wire::Error("InvalidToken", 400, "The provided token is malformed or otherwise invalid.");
    throw unknown_key(s.service);
  }
  wire::check_time(*s.signature, s.home.clock.now(), s.dialect);
  // An expired token is told as such only to who can sign with its key, so the signature comes first where it can.
  if (!s.signature->payload.empty()) s.verify("");
  if (s.credential->expiration && *s.credential->expiration <= s.home.clock.now()) throw expired_token(s.service);
} catch (const wire::Error& error) {
  rethrow_for(state_->service, error);
}

http::BodyReader& Authentication::reader() {
  State& s = *state_;
  if (!s.signature || !s.signature->is_chunked()) return s.exchange.body();
  const auto length = parse_int(s.request.header("x-amz-decoded-content-length"));
  if (!length && s.dialect == wire::Dialect::kS3)
    throw wire::Error("MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
  s.chunked = std::make_unique<wire::ChunkedBody>(
      [&body = s.exchange.body()](std::span<char> into) { return body.read(into); }, *s.signature,
      s.credential->secret_access_key,
      length ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(*length)) : std::nullopt);
  s.decoded = std::make_unique<DecodedReader>(*s.chunked);
  return *s.decoded;
}

void Authentication::check_body(wire::Body& body) try {
  State& s = *state_;
  if (s.chunked)
    for (const auto& [name, value] : s.chunked->trailers()) body.with_trailer(name, value);
  if (!s.signature) return;
  const bool hash_told = s.signature->payload.size() == 64;
  const std::string hash = !hash_told && s.verified ? "" : body.is_bytes() ? wire::sha256_hex(body.bytes()) : body.sha256();
  if (hash_told && hash != s.signature->payload)
    throw wire::Error("XAmzContentSHA256Mismatch", 400,
                      "The provided 'x-amz-content-sha256' header does not match what was computed.")
        .with("ClientComputedContentSHA256", s.signature->payload)
        .with("S3ComputedContentSHA256", hash);
  if (!s.verified) s.verify(hash);
} catch (const wire::Error& error) {
  rethrow_for(state_->service, error);
}

Caller Authentication::caller(const wire::OperationModel& operation) const {
  const State& s = *state_;
  if (s.signature) return s.credential->caller;
  // S3 decides about the unsigned by the bucket's policy.
  if (!operation.unsigned_allowed && s.service.folder != "s3") throw unsigned_request(s.service);
  Caller anonymous;
  anonymous.account = "";
  anonymous.arn = anonymous.principal_arn = "*";
  return anonymous;
}

}  // namespace hanbat::region
