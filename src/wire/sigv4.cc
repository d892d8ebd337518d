// Reading a request's claim and verifying it, with AWS's errors.
#include "wire/sigv4.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace hanbat::wire {

namespace {

constexpr Milliseconds kSkew{15 * 60'000};
constexpr Milliseconds kEarly{5 * 60'000};
constexpr std::string_view kAlgorithm = "AWS4-HMAC-SHA256";

std::optional<std::string> query_value(const RequestView& request, std::string_view name) {
  for (const std::string& pair : split(request.query, '&')) {
    const std::size_t equals = pair.find('=');
    if (percent_decode(pair.substr(0, equals)) != name) continue;
    return percent_decode(equals == std::string::npos ? "" : pair.substr(equals + 1));
  }
  return std::nullopt;
}

/// A code that JSON services write with "Exception" behind it.
std::string code_for(AuthStyle style, std::string code) {
  return style == AuthStyle::kJson ? code + "Exception" : code;
}

Error incomplete(AuthStyle style, std::string message) {
  if (style == AuthStyle::kS3)
    return Error("AuthorizationHeaderMalformed", 400, "The authorization header is malformed; " + std::move(message));
  return Error(code_for(style, "IncompleteSignature"), style == AuthStyle::kQuery ? 403 : 400, std::move(message));
}

Error query_error(AuthStyle style, std::string message) {
  if (style == AuthStyle::kS3) return Error("AuthorizationQueryParametersError", 400, std::move(message));
  return incomplete(style, std::move(message));
}

PayloadKind payload_kind(std::string_view word) {
  if (word == "UNSIGNED-PAYLOAD") return PayloadKind::kUnsigned;
  if (word == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD") return PayloadKind::kChunksSigned;
  if (word == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") return PayloadKind::kChunksSignedTrailer;
  if (word == "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return PayloadKind::kChunksUnsignedTrailer;
  return PayloadKind::kHashed;
}

/// key/date/region/service/aws4_request; the key itself holds no slash.
bool read_credential(std::string_view text, Claim& claim) {
  const auto parts = split(text, '/');
  if (parts.size() != 5 || parts[4] != "aws4_request" || parts[1].size() != 8) return false;
  claim.access_key_id = parts[0];
  claim.scope = {parts[1], parts[2], parts[3]};
  return !claim.access_key_id.empty();
}

void read_payload(const RequestView& request, AuthStyle style, Claim& claim) {
  std::string word = request.header("x-amz-content-sha256");
  if (word.empty()) {
    if (style == AuthStyle::kS3 && claim.kind == Claim::Kind::kQuery) claim.payload = PayloadKind::kUnsigned;
    return;
  }
  claim.payload = payload_kind(word);
  if (claim.payload == PayloadKind::kHashed) claim.declared_sha256 = lower(word);
}

void read_date(std::string_view text, AuthStyle style, Claim& claim) {
  const auto at = parse_iso8601(text);
  if (!at || text.size() != 16)
    throw incomplete(style, "Date must be in ISO-8601 'basic format'. Got '" + std::string(text) +
                                "'. See https://en.wikipedia.org/wiki/ISO_8601");
  claim.amz_date = std::string(text);
  claim.signed_at = *at;
}

Claim parse_header(const RequestView& request, std::string_view authorization, AuthStyle style) {
  Claim claim;
  authorization = trim(authorization);
  if (!authorization.starts_with(kAlgorithm)) {
    if (style == AuthStyle::kS3)
      throw Error("InvalidRequest", 400,
                  "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
    throw incomplete(
        style, "Unsupported AWS 'algorithm': '" + std::string(authorization.substr(0, authorization.find(' '))) + "'.");
  }
  std::string lacking;
  const auto parameter = [&](std::string_view name) {
    for (const std::string& part : split(authorization.substr(kAlgorithm.size()), ',')) {
      const std::string_view piece = trim(part);
      if (piece.size() > name.size() && piece.starts_with(name) && piece[name.size()] == '=')
        return std::string(piece.substr(name.size() + 1));
    }
    lacking += "Authorization header requires '" + std::string(name) + "' parameter. ";
    return std::string();
  };
  const std::string credential = parameter("Credential");
  claim.signature = parameter("Signature");
  const std::string names = parameter("SignedHeaders");
  std::string date = request.header("X-Amz-Date");
  if (date.empty()) {
    if (auto at = parse_http_date(request.header("Date")))
      date = basic_iso8601(*at);
    else
      date = request.header("Date");
  }
  if (date.empty()) lacking += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  if (!lacking.empty()) throw incomplete(style, lacking + "Authorization=" + std::string(kAlgorithm));
  if (!read_credential(credential, claim))
    throw incomplete(
        style, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
                   credential + "'");
  claim.signed_headers = split(names, ';');
  read_date(date, style, claim);
  claim.session_token = request.header("X-Amz-Security-Token");
  read_payload(request, style, claim);
  return claim;
}

Claim parse_query(const RequestView& request, AuthStyle style) {
  Claim claim;
  claim.kind = Claim::Kind::kQuery;
  const auto value = [&](std::string_view name) { return query_value(request, name).value_or(""); };
  if (value("X-Amz-Algorithm") != kAlgorithm)
    throw query_error(style, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"");
  if (!read_credential(value("X-Amz-Credential"), claim))
    throw query_error(style,
                      "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
                      "\"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
  claim.signature = value("X-Amz-Signature");
  claim.signed_headers = split(value("X-Amz-SignedHeaders"), ';');
  if (claim.signature.empty() || value("X-Amz-SignedHeaders").empty() || value("X-Amz-Date").empty())
    throw query_error(style,
                      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                      "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  read_date(value("X-Amz-Date"), style, claim);
  if (auto expires = query_value(request, "X-Amz-Expires")) {
    const auto seconds = parse_int(*expires);
    if (!seconds) throw query_error(style, "X-Amz-Expires should be a number");
    if (*seconds < 0) throw query_error(style, "X-Amz-Expires must be non-negative");
    if (*seconds > 604800)
      throw query_error(style,
                        "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be "
                        "less than 604800 seconds");
    claim.expires = Seconds(*seconds);
  } else if (style == AuthStyle::kS3) {
    throw query_error(style,
                      "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                      "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.");
  }
  claim.session_token = value("X-Amz-Security-Token");
  read_payload(request, style, claim);
  return claim;
}

std::string minutes(Milliseconds d) { return std::to_string(d.count() / 60'000) + " min."; }

void check_time(const Claim& claim, Timestamp now, AuthStyle style) {
  if (claim.amz_date.substr(0, 8) != claim.scope.date) {
    if (style == AuthStyle::kS3)
      throw incomplete(style, "Invalid credential date \"" + claim.scope.date +
                                  "\". This date is not the same as X-Amz-Date: \"" + claim.amz_date.substr(0, 8) +
                                  "\".");
    throw Error(style == AuthStyle::kJson ? "InvalidSignatureException" : "SignatureDoesNotMatch",
                style == AuthStyle::kJson ? 400 : 403,
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" +
                    claim.scope.date + "' != '" + claim.amz_date.substr(0, 8) + "', from '" + claim.amz_date + "'.");
  }
  const bool presigned = claim.kind == Claim::Kind::kQuery;
  const Milliseconds window = claim.expires ? Milliseconds(*claim.expires) : kSkew;
  const Timestamp last = claim.signed_at + window;
  if (style == AuthStyle::kS3) {
    if (presigned) {
      if (claim.signed_at - now > kSkew) throw Error("AccessDenied", 403, "Request is not yet valid");
      if (now > last)
        throw Error("AccessDenied", 403, "Request has expired")
            .with("X-Amz-Expires", std::to_string(claim.expires->count()))
            .with("Expires", iso8601(last))
            .with("ServerTime", iso8601(now));
    } else if (now > last || claim.signed_at - now > kSkew) {
      throw Error("RequestTimeTooSkewed", 403,
                  "The difference between the request time and the current time is too large.")
          .with("RequestTime", claim.amz_date)
          .with("ServerTime", iso8601(now))
          .with("MaxAllowedSkewMilliseconds", std::to_string(kSkew.count()));
    }
    return;
  }
  const std::string at = basic_iso8601(now);
  std::string message;
  if (now > last)
    message = "Signature expired: " + claim.amz_date + " is now earlier than " + basic_iso8601(now - window) + " (" +
              at + " - " + minutes(window) + ")";
  else if (claim.signed_at - now > kEarly)
    message = "Signature not yet current: " + claim.amz_date + " is still later than " + basic_iso8601(now + kEarly) +
              " (" + at + " + " + minutes(kEarly) + ")";
  if (message.empty()) return;
  if (style == AuthStyle::kEc2) throw Error("RequestExpired", 400, "Request has expired.");
  if (style == AuthStyle::kJson) throw Error("InvalidSignatureException", 400, message);
  throw Error("SignatureDoesNotMatch", 403, message);
}

/// What is signed of the body: S3's word or declared hash, else the hash of what came.
std::string payload_word(const Claim& claim, const RequestView& request, std::string_view body_sha256,
                         AuthStyle style) {
  const std::string word = request.header("x-amz-content-sha256");
  if (style == AuthStyle::kS3) {
    if (!word.empty()) return word;
    return claim.kind == Claim::Kind::kQuery ? "UNSIGNED-PAYLOAD" : std::string(body_sha256);
  }
  return std::string(body_sha256);
}

}  // namespace

AuthStyle auth_style(const ServiceModel& service) {
  if (service.s3_signatures) return AuthStyle::kS3;
  switch (service.protocol) {
    case Protocol::kEc2:
      return AuthStyle::kEc2;
    case Protocol::kQuery:
      return AuthStyle::kQuery;
    default:
      return AuthStyle::kJson;
  }
}

crypto::SignedParts signed_parts(const RequestView& request, AuthStyle style) {
  return {.method = request.method,
          .path = request.path,
          .query = request.query,
          .headers = request.headers,
          .form = style == AuthStyle::kS3 ? crypto::CanonicalForm::kAsSent : crypto::CanonicalForm::kNormalized};
}

std::optional<Claim> parse_claim(const RequestView& request, AuthStyle style) {
  if (const std::string* authorization = request.find_header("Authorization"))
    return parse_header(request, *authorization, style);
  if (query_value(request, "X-Amz-Algorithm") || query_value(request, "X-Amz-Signature"))
    return parse_query(request, style);
  if (style == AuthStyle::kS3 && query_value(request, "AWSAccessKeyId") && query_value(request, "Signature"))
    throw Error("InvalidRequest", 400,
                "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  return std::nullopt;
}

namespace {

std::vector<std::string> peek_scope(const RequestView& request) {
  std::string credential;
  if (const std::string* authorization = request.find_header("Authorization")) {
    const std::size_t at = authorization->find("Credential=");
    if (at == std::string::npos) return {};
    credential = authorization->substr(at + 11);
    credential = credential.substr(0, credential.find(','));
  } else {
    credential = query_value(request, "X-Amz-Credential").value_or("");
  }
  auto parts = split(trim(credential), '/');
  return parts.size() == 5 ? parts : std::vector<std::string>();
}

}  // namespace

std::string peek_scope_service(const RequestView& request) {
  const auto parts = peek_scope(request);
  return parts.empty() ? "" : parts[3];
}

std::string peek_scope_region(const RequestView& request) {
  const auto parts = peek_scope(request);
  return parts.empty() ? "" : parts[2];
}

void verify_claim(const Claim& claim, const RequestView& request, std::string_view secret, std::string_view body_sha256,
                  Timestamp now, AuthStyle style) {
  check_time(claim, now, style);
  const auto& names = claim.signed_headers;
  const auto is_signed = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!is_signed("host"))
    throw incomplete(style, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  if (style == AuthStyle::kS3) {
    std::string unsigned_names;
    for (const auto& [name, value] : request.headers) {
      const std::string small = lower(name);
      if (small.starts_with("x-amz-") && small != "x-amz-content-sha256" && !is_signed(small))
        unsigned_names += (unsigned_names.empty() ? "" : ", ") + small;
    }
    if (!unsigned_names.empty())
      throw Error("AccessDenied", 403, "There were headers present in the request which were not signed")
          .with("HeadersNotSigned", unsigned_names);
  }
  const std::string canonical =
      crypto::canonical_request(signed_parts(request, style), names, payload_word(claim, request, body_sha256, style));
  const std::string text = crypto::string_to_sign(claim.amz_date, claim.scope.text(), canonical);
  const std::string expected = to_hex(crypto::hmac_sha256(crypto::signing_key(secret, claim.scope), text));
  if (constant_time_equals(expected, claim.signature)) return;
  switch (style) {
    case AuthStyle::kS3:
      throw Error("SignatureDoesNotMatch", 403,
                  "The request signature we calculated does not match the signature you provided. Check your key and "
                  "signing method.")
          .with("AWSAccessKeyId", claim.access_key_id)
          .with("StringToSign", text)
          .with("SignatureProvided", claim.signature)
          .with("CanonicalRequest", canonical);
    case AuthStyle::kEc2:
      throw Error("AuthFailure", 401, "AWS was not able to validate the provided access credentials");
    default:
      throw Error(
          style == AuthStyle::kJson ? "InvalidSignatureException" : "SignatureDoesNotMatch",
          style == AuthStyle::kJson ? 400 : 403,
          "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
          "Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for "
          "this request should have been\n'" +
              canonical + "'\n\nThe String-to-Sign should have been\n'" + text + "'\n");
  }
}

void check_payload(const Claim& claim, std::string_view body_sha256) {
  if (claim.declared_sha256.empty() || claim.declared_sha256 == body_sha256) return;
  throw Error("XAmzContentSHA256Mismatch", 400,
              "The provided 'x-amz-content-sha256' header does not match what was computed.")
      .with("ClientComputedContentSHA256", claim.declared_sha256)
      .with("S3ComputedContentSHA256", std::string(body_sha256));
}

Error missing_authentication(AuthStyle style) {
  switch (style) {
    case AuthStyle::kS3:
      return Error("AccessDenied", 403, "Access Denied");
    case AuthStyle::kEc2:
      return Error("MissingParameter", 400, "The request must contain the parameter AWSAccessKeyId");
    case AuthStyle::kJson:
      return Error("MissingAuthenticationTokenException", 400, "Missing Authentication Token");
    default:
      return Error("MissingAuthenticationToken", 403, "Request is missing Authentication Token");
  }
}

Error unknown_key(AuthStyle style, std::string_view access_key_id) {
  switch (style) {
    case AuthStyle::kS3:
      return Error("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records.")
          .with("AWSAccessKeyId", std::string(access_key_id));
    case AuthStyle::kEc2:
      return Error("AuthFailure", 401, "AWS was not able to validate the provided access credentials");
    case AuthStyle::kJson:
      return Error("UnrecognizedClientException", 400, "The security token included in the request is invalid.");
    default:
      return Error("InvalidClientTokenId", 403, "The security token included in the request is invalid.");
  }
}

Error invalid_token(AuthStyle style) {
  if (style == AuthStyle::kS3)
    return Error("InvalidToken", 400, "The provided token is malformed or otherwise invalid.");
  return unknown_key(style, "");
}

Error expired_token(AuthStyle style) {
  switch (style) {
    case AuthStyle::kS3:
      return Error("ExpiredToken", 400, "The provided token has expired.");
    case AuthStyle::kEc2:
      return Error("RequestExpired", 400, "Request has expired.");
    case AuthStyle::kJson:
      return Error("ExpiredTokenException", 400, "The security token included in the request is expired");
    default:
      return Error("ExpiredToken", 403, "The security token included in the request is expired");
  }
}

}  // namespace hanbat::wire
