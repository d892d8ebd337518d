#include "region/authentication.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "crypto/digest.h"
#include "region/region.h"
#include "wire/sigv4.h"

namespace hanbat::region {
namespace {

/// Decodes an aws-chunked body as it is read.
class DecodedReader final : public http::BodyReader {
 public:
  DecodedReader(http::BodyReader& raw, const wire::Claim& claim, std::string_view secret,
                std::optional<std::uint64_t> length)
      : raw_(raw), decoder_(claim, secret, length) {}

  std::size_t read(std::span<char> into) override {
    while (at_ == decoded_.size() && !ended_) fill();
    const std::size_t take = std::min(into.size(), decoded_.size() - at_);
    std::copy_n(decoded_.data() + at_, take, into.data());
    at_ += take;
    return take;
  }

  const wire::Headers& trailers() const { return decoder_.trailers(); }

 private:
  void fill() {
    decoded_.clear();
    at_ = 0;
    const std::size_t got = raw_.read(buffer_);
    if (got == 0) {
      decoder_.finish();
      ended_ = true;
      return;
    }
    decoder_.write({buffer_.data(), got}, [&](std::string_view bytes) { decoded_ += bytes; });
  }

  http::BodyReader& raw_;
  wire::ChunkDecoder decoder_;
  std::vector<char> buffer_ = std::vector<char>(64 << 10);
  std::string decoded_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

bool is_chunked(const wire::Claim& claim) {
  return claim.payload != wire::PayloadKind::kHashed && claim.payload != wire::PayloadKind::kUnsigned;
}

/// What S3's policies may ask about a signature. A claim that is not presigned has no age: it is good for minutes only.
/// Source: S3 API reference, "Amazon S3 Signature Version 4 authentication specific policy keys".
std::map<std::string, std::string> signature_keys(const wire::Claim& claim, std::string_view content_sha256,
                                                  Timestamp now) {
  const bool presigned = claim.kind == wire::Claim::Kind::kQuery;
  std::map<std::string, std::string> out{{"s3:authType", presigned ? "REST-QUERY-STRING" : "REST-HEADER"},
                                         {"s3:signatureversion", "AWS4-HMAC-SHA256"}};
  if (presigned) out["s3:signatureAge"] = std::to_string((now - claim.signed_at).count());
  if (!content_sha256.empty()) out["s3:x-amz-content-sha256"] = content_sha256;
  return out;
}

}  // namespace

std::optional<Scope> find_scope(const wire::RequestView& request) {
  std::string service = wire::peek_scope_service(request);
  if (service.empty()) return std::nullopt;
  return Scope{std::move(service), wire::peek_scope_region(request)};
}

struct Authentication::State {
  Region& home;
  KnownCredentials& credentials;
  const wire::ServiceModel& service;
  const wire::RequestView& request;
  http::Exchange& exchange;
  wire::AuthStyle style;
  std::optional<wire::Claim> claim;
  std::shared_ptr<const Credential> credential;
  bool verified = false;
  std::unique_ptr<DecodedReader> decoded;

  void verify(std::string_view body_sha256) {
    wire::verify_claim(*claim, request, credential->secret_access_key, body_sha256, home.clock.now(), style);
    verified = true;
    // That a token is past its time is said only to who could sign with it.
    if (credential->expiration && *credential->expiration <= home.clock.now()) throw wire::expired_token(style);
  }
};

Authentication::Authentication(Region& home, KnownCredentials& credentials, const wire::ServiceModel& service,
                               const wire::RequestView& request, http::Exchange& exchange)
    : state_(new State{
          home, credentials, service, request, exchange, wire::auth_style(service), {}, nullptr, false, nullptr}) {}

Authentication::~Authentication() = default;

void Authentication::check_head() {
  State& s = *state_;
  s.claim = wire::parse_claim(s.request, s.style);
  if (!s.claim) return;
  s.credential = s.credentials.find(s.home, s.claim->access_key_id);
  if (!s.credential || !s.credential->active) throw wire::unknown_key(s.style, s.claim->access_key_id);
  if (!constant_time_equals(s.credential->session_token, s.claim->session_token)) throw wire::invalid_token(s.style);
  const bool declared = !s.claim->declared_sha256.empty() || s.claim->payload != wire::PayloadKind::kHashed;
  if (declared && s.service.s3_signatures) s.verify("");
}

http::BodyReader& Authentication::reader() {
  State& s = *state_;
  if (!s.claim || !is_chunked(*s.claim)) return s.exchange.body();
  const auto length = parse_int(s.request.header("x-amz-decoded-content-length"));
  s.decoded = std::make_unique<DecodedReader>(
      s.exchange.body(), *s.claim, s.credential->secret_access_key,
      length ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(*length)) : std::nullopt);
  return *s.decoded;
}

void Authentication::check_body(wire::Body& body) {
  State& s = *state_;
  if (s.decoded)
    for (const auto& [name, value] : s.decoded->trailers()) body.with_trailer(lower(name), value);
  if (!s.claim || s.claim->payload != wire::PayloadKind::kHashed) {
    if (s.claim && !s.verified) s.verify("");
    return;
  }
  const std::string hash = body.is_bytes() ? crypto::sha256_hex(body.bytes()) : body.sha256();
  if (!s.verified) s.verify(hash);
  wire::check_payload(*s.claim, hash);
}

Caller Authentication::caller(const wire::OperationModel& operation) const {
  const State& s = *state_;
  const bool is_s3 = s.service.s3_signatures;
  Caller caller;
  if (s.claim) {
    caller = s.credential->caller;
    if (is_s3)
      caller.request_keys = signature_keys(*s.claim, s.request.header("x-amz-content-sha256"), s.home.clock.now());
  } else {
    if (!operation.unsigned_allowed && !s.service.anonymous_callers) throw wire::missing_authentication(s.style);
    caller.arn = caller.principal_arn = "*";
  }
  const std::string& tls_version = s.exchange.head().tls_version;
  if (is_s3 && !tls_version.empty()) caller.request_keys["s3:TlsVersion"] = tls_version;
  return caller;
}

}  // namespace hanbat::region
