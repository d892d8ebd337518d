#include "services/s3/buckets/cors.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

constexpr const char* kCorsSetting = "cors";
constexpr std::size_t kMostCorsRules = 100;

wire::Error invalid_cors(std::string message) { return {"InvalidRequest", 400, std::move(message)}; }

/// Whether the text fits a pattern that has one `*` at most.
bool fits(std::string_view pattern, std::string_view text) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == text;
  const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
  return text.size() >= before.size() + after.size() && text.starts_with(before) && text.ends_with(after);
}

bool any_fits(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [&](const std::string& one) { return fits(one, text); });
}

bool allows(const CORSRule& rule, const CrossOrigin& asked) {
  if (!any_fits(rule.allowed_origins, asked.origin)) return false;
  if (std::ranges::find(rule.allowed_methods, asked.method) == rule.allowed_methods.end()) return false;
  std::vector<std::string> patterns;
  for (const std::string& one : rule.allowed_headers.value_or(std::vector<std::string>{}))
    patterns.push_back(lower(one));
  return std::ranges::all_of(asked.headers, [&](const std::string& name) { return any_fits(patterns, name); });
}

/// The bucket that the request is about, and "BUCKET" or "OBJECT".
std::pair<std::string, std::string> target_of(const wire::RequestView& request) {
  const std::string path = percent_decode(request.route()).value_or("");
  const std::size_t slash = path.find('/', 1);
  const bool key = slash != std::string::npos && slash + 1 < path.size();
  return {path.size() > 1 ? path.substr(1, slash == std::string::npos ? slash : slash - 1) : "",
          key ? "OBJECT" : "BUCKET"};
}

}  // namespace

void check_cors(const std::vector<CORSRule>& rules) {
  if (rules.empty() || rules.size() > kMostCorsRules)
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  static constexpr std::string_view kMethods[] = {"GET", "PUT", "HEAD", "POST", "DELETE"};
  const auto many = [](const std::string& text) { return std::ranges::count(text, '*') > 1; };
  for (const CORSRule& rule : rules) {
    for (const std::string& method : rule.allowed_methods)
      if (std::ranges::find(kMethods, method) == std::end(kMethods))
        throw invalid_cors("Found unsupported HTTP method in CORS config. Unsupported method is " + method);
    for (const std::string& origin : rule.allowed_origins)
      if (many(origin)) throw invalid_cors("AllowedOrigin \"" + origin + "\" can not have more than one wildcard.");
    for (const std::string& header : rule.allowed_headers.value_or(std::vector<std::string>{}))
      if (many(header)) throw invalid_cors("AllowedHeader \"" + header + "\" can not have more than one wildcard.");
    for (const std::string& header : rule.expose_headers.value_or(std::vector<std::string>{}))
      if (header.find('*') != std::string::npos)
        throw invalid_cors("ExposeHeader \"" + header +
                           "\" contains wildcard. We currently do not support wildcard for ExposeHeader.");
  }
}

wire::Headers allow(const std::vector<CORSRule>& rules, const CrossOrigin& asked) {
  const auto rule = std::ranges::find_if(rules, [&](const CORSRule& one) { return allows(one, asked); });
  if (rule == rules.end()) return {};
  const bool anyone = std::ranges::find(rule->allowed_origins, "*") != rule->allowed_origins.end();
  wire::Headers out{{"Access-Control-Allow-Origin", anyone ? "*" : asked.origin},
                    {"Access-Control-Allow-Methods", join(rule->allowed_methods, ", ")}};
  if (!asked.headers.empty()) out.emplace_back("Access-Control-Allow-Headers", join(asked.headers, ", "));
  if (rule->expose_headers && !rule->expose_headers->empty())
    out.emplace_back("Access-Control-Expose-Headers", join(*rule->expose_headers, ", "));
  if (rule->max_age_seconds) out.emplace_back("Access-Control-Max-Age", std::to_string(*rule->max_age_seconds));
  if (!anyone) out.emplace_back("Access-Control-Allow-Credentials", "true");
  out.emplace_back("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method");
  return out;
}

std::vector<CORSRule> cors_of(const BucketRow& bucket) {
  const Json* setting = bucket.own.find(kCorsSetting);
  return setting ? wire::from_json<CORSConfiguration>(*setting).cors_rules : std::vector<CORSRule>{};
}

wire::Headers answer_preflight(store::Tx& tx, const wire::RequestView& request) {
  const CrossOrigin asked = [&] {
    CrossOrigin out{request.header("origin"), request.header("access-control-request-method"), {}};
    for (const std::string& one : split(lower(request.header("access-control-request-headers")), ','))
      if (!trim(one).empty()) out.headers.emplace_back(trim(one));
    return out;
  }();
  if (asked.origin.empty())
    throw wire::Error("BadRequest", 400, "Insufficient information. Origin request header needed.");
  static constexpr std::string_view kMethods[] = {"GET", "PUT", "HEAD", "POST", "DELETE"};
  if (std::ranges::find(kMethods, asked.method) == std::end(kMethods))
    throw wire::Error(
        "BadRequest", 400,
        "Invalid Access-Control-Request-Method: " + (asked.method.empty() ? std::string("null") : asked.method));
  const auto [bucket, type] = target_of(request);
  const auto forbidden = [&, kind = type](const char* message) {
    return wire::Error("AccessForbidden", 403, std::string("CORSResponse: ") + message)
        .with("Method", asked.method)
        .with("ResourceType", kind);
  };
  const auto row = find_bucket(tx, bucket);
  if (!row) throw forbidden("Bucket not found");
  const auto rules = cors_of(*row);
  if (rules.empty()) throw forbidden("CORS is not enabled for this bucket.");
  wire::Headers headers = allow(rules, asked);
  if (headers.empty())
    throw forbidden(
        "This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
        "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS "
        "spec.");
  return headers;
}

wire::Headers cross_origin_headers(store::Tx& tx, const wire::RequestView& request) {
  const auto row = find_bucket(tx, target_of(request).first);
  if (!row) return {};
  return allow(cors_of(*row), {request.header("origin"), request.method, {}});
}

GetBucketCorsOutput S3::get_bucket_cors(region::Request& rq, const GetBucketCorsInput& in) {
  const auto rules = cors_of(require_bucket(rq, "s3:GetBucketCORS", in.bucket, terms_of(in)));
  if (rules.empty())
    throw wire::Error("NoSuchCORSConfiguration", 404, "The CORS configuration does not exist")
        .with("BucketName", in.bucket);
  return {.cors_rules = rules};
}

PutBucketCorsOutput S3::put_bucket_cors(region::Request& rq, const PutBucketCorsInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketCORS", in.bucket, terms_of(in));
  check_cors(in.cors_configuration.cors_rules);
  put_setting(rq, bucket, kCorsSetting, wire::to_json(in.cors_configuration));
  return {};
}

DeleteBucketCorsOutput S3::delete_bucket_cors(region::Request& rq, const DeleteBucketCorsInput& in) {
  put_setting(rq, require_bucket(rq, "s3:PutBucketCORS", in.bucket, terms_of(in)), kCorsSetting, Json());
  return {};
}

}  // namespace hanbat::s3
