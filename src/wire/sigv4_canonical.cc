// The canonical form of a request, signing keys, and signing itself.
#include <algorithm>
#include <map>

#include "base/encoding.h"
#include "base/text.h"
#include "wire/sigv4.h"

namespace hanbat::wire {

namespace {

/// The path without dot segments and empty ones, as all services but S3 sign it.
std::string normalized(std::string_view path) {
  std::vector<std::string> kept;
  for (const std::string& segment : split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    if (segment != "..")
      kept.push_back(segment);
    else if (!kept.empty())
      kept.pop_back();
  }
  std::string out = "/" + join(kept, "/");
  if (!kept.empty() && (path.ends_with('/') || path.ends_with("/.") || path.ends_with("/.."))) out += '/';
  return out;
}

std::string canonical_path(std::string_view path, AuthStyle style) {
  if (path.empty()) return "/";
  if (style == AuthStyle::kS3) return percent_encode(percent_decode(path).value_or(std::string(path)), "/");
  return percent_encode(normalized(path), "/");
}

std::string canonical_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& pair : split(query, '&')) {
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string key = pair.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
    const auto again = [](const std::string& text) { return percent_encode(percent_decode(text).value_or(text)); };
    std::string name = again(key);
    if (name == "X-Amz-Signature") continue;
    pairs.emplace_back(std::move(name), again(value));
  }
  std::sort(pairs.begin(), pairs.end());
  std::string out;
  for (const auto& [key, value] : pairs) out += (out.empty() ? "" : "&") + key + '=' + value;
  return out;
}

/// Trimmed, with runs of spaces made one.
std::string canonical_value(std::string_view value) {
  std::string out;
  for (const char c : trim(value)) {
    const char plain = c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
    if (plain == ' ' && !out.empty() && out.back() == ' ') continue;
    out += plain;
  }
  return out;
}

}  // namespace

std::string canonical_request(const RequestView& request, const std::vector<std::string>& signed_headers,
                              std::string_view payload, AuthStyle style) {
  std::string out =
      request.method + '\n' + canonical_path(request.path, style) + '\n' + canonical_query(request.query) + '\n';
  for (const std::string& name : signed_headers) {
    std::string values;
    bool first = true;
    for (const auto& [key, value] : request.headers) {
      if (!iequals(key, name)) continue;
      values += (first ? "" : ",") + canonical_value(value);
      first = false;
    }
    out += name + ':' + values + '\n';
  }
  return out + '\n' + join(signed_headers, ";") + '\n' + std::string(payload);
}

std::string string_to_sign(std::string_view amz_date, std::string_view scope, std::string_view canonical) {
  return "AWS4-HMAC-SHA256\n" + std::string(amz_date) + '\n' + std::string(scope) + '\n' + sha256_hex(canonical);
}

std::string signing_key(std::string_view secret, std::string_view date, std::string_view region,
                        std::string_view service) {
  return hmac_sha256(hmac_sha256(hmac_sha256(hmac_sha256("AWS4" + std::string(secret), date), region), service),
                     "aws4_request");
}

void sign(RequestView& request, const SigningKey& key, std::string_view region, std::string_view service, Timestamp at,
          std::string_view payload, AuthStyle style) {
  const std::string amz_date = basic_iso8601(at);
  const std::string date = amz_date.substr(0, 8);
  request.headers.emplace_back("X-Amz-Date", amz_date);
  if (!key.session_token.empty()) request.headers.emplace_back("X-Amz-Security-Token", key.session_token);
  if (style == AuthStyle::kS3) request.headers.emplace_back("x-amz-content-sha256", std::string(payload));
  std::vector<std::string> names;
  for (const auto& [name, value] : request.headers) {
    const std::string small = lower(name);
    if (small == "host" || small == "content-type" || small.starts_with("x-amz-")) names.push_back(small);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  const std::string scope = date + '/' + std::string(region) + '/' + std::string(service) + "/aws4_request";
  const std::string text = string_to_sign(amz_date, scope, canonical_request(request, names, payload, style));
  request.headers.emplace_back(
      "Authorization", "AWS4-HMAC-SHA256 Credential=" + key.access_key_id + '/' + scope +
                           ", SignedHeaders=" + join(names, ";") +
                           ", Signature=" + to_hex(hmac_sha256(signing_key(key.secret, date, region, service), text)));
}

std::string presign(const RequestView& request, const SigningKey& key, std::string_view region,
                    std::string_view service, Timestamp at, Seconds expires, AuthStyle style) {
  RequestView own = request;
  const std::string amz_date = basic_iso8601(at);
  const std::string date = amz_date.substr(0, 8);
  const std::string scope = date + '/' + std::string(region) + '/' + std::string(service) + "/aws4_request";
  std::string& query = own.query;
  if (!query.empty()) query += '&';
  query += "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + percent_encode(key.access_key_id + '/' + scope) +
           "&X-Amz-Date=" + amz_date + "&X-Amz-Expires=" + std::to_string(expires.count()) +
           "&X-Amz-SignedHeaders=host";
  if (!key.session_token.empty()) query += "&X-Amz-Security-Token=" + percent_encode(key.session_token);
  const std::string_view payload = style == AuthStyle::kS3 ? std::string_view("UNSIGNED-PAYLOAD") : kEmptySha256;
  const std::string text = string_to_sign(amz_date, scope, canonical_request(own, {"host"}, payload, style));
  return query + "&X-Amz-Signature=" + to_hex(hmac_sha256(signing_key(key.secret, date, region, service), text));
}

// git

namespace {

std::string git_signature(std::string_view stamp, std::string_view secret, std::string_view region,
                          std::string_view path, std::string_view host) {
  const std::string canonical = "GIT\n" + std::string(path) + "\n\nhost:" + std::string(host) + "\n\nhost\n";
  const std::string date(stamp.substr(0, 8));
  const std::string scope = date + '/' + std::string(region) + "/codecommit/aws4_request";
  return to_hex(hmac_sha256(signing_key(secret, date, region, "codecommit"), string_to_sign(stamp, scope, canonical)));
}

}  // namespace

GitUser parse_git_user(std::string_view user) {
  const std::size_t mark = user.find('%');
  if (mark == std::string_view::npos) return {std::string(user), {}};
  return {std::string(user.substr(0, mark)), std::string(user.substr(mark + 1))};
}

bool verify_git_password(std::string_view password, std::string_view secret, std::string_view region,
                         std::string_view path, std::string_view host, Timestamp now) {
  constexpr std::size_t kStamp = 15;  // 20261123T200000
  if (password.size() <= kStamp + 1 || password[kStamp] != 'Z') return false;
  const std::string_view stamp = password.substr(0, kStamp);
  const auto at = parse_iso8601(std::string(stamp) + 'Z');
  if (!at || now - *at > Milliseconds(15 * 60'000) || *at - now > Milliseconds(15 * 60'000)) return false;
  const std::string_view given = password.substr(kStamp + 1);
  const std::string_view bare = host.substr(0, host.rfind(':'));
  return constant_time_equals(given, git_signature(stamp, secret, region, path, host)) ||
         constant_time_equals(given, git_signature(stamp, secret, region, path, bare));
}

std::string git_password(std::string_view secret, std::string_view region, std::string_view path, std::string_view host,
                         Timestamp at) {
  const std::string stamp = basic_iso8601(at).substr(0, 15);
  return stamp + 'Z' + git_signature(stamp, secret, region, path, host);
}

}  // namespace hanbat::wire
