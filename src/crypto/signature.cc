#include "crypto/signature.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace hanbat::crypto {

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

std::string canonical_path(std::string_view path, CanonicalForm form) {
  if (path.empty()) return "/";
  if (form == CanonicalForm::kAsSent) return percent_encode(percent_decode(path).value_or(std::string(path)), "/");
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

std::string canonical_request(const SignedParts& parts, const std::vector<std::string>& names,
                              std::string_view payload) {
  std::string out = std::string(parts.method) + '\n' + canonical_path(parts.path, parts.form) + '\n' +
                    canonical_query(parts.query) + '\n';
  for (const std::string& name : names) {
    std::string values;
    bool first = true;
    for (const auto& [key, value] : parts.headers) {
      if (!iequals(key, name)) continue;
      values += (first ? "" : ",") + canonical_value(value);
      first = false;
    }
    out += name + ':' + values + '\n';
  }
  return out + '\n' + join(names, ";") + '\n' + std::string(payload);
}

std::string string_to_sign(std::string_view amz_date, std::string_view scope, std::string_view canonical) {
  return "AWS4-HMAC-SHA256\n" + std::string(amz_date) + '\n' + std::string(scope) + '\n' + sha256_hex(canonical);
}

std::string signing_key(std::string_view secret, const Scope& scope) {
  const std::string of_day = hmac_sha256("AWS4" + std::string(secret), scope.date);
  return hmac_sha256(hmac_sha256(hmac_sha256(of_day, scope.region), scope.service), "aws4_request");
}

namespace {

Scope scope_of(std::string_view amz_date, std::string_view region, std::string_view service) {
  return {std::string(amz_date.substr(0, 8)), std::string(region), std::string(service)};
}

std::string signature(const SignedParts& parts, const std::vector<std::string>& names, std::string_view payload,
                      const SigningKey& key, std::string_view amz_date, const Scope& scope) {
  const std::string text = string_to_sign(amz_date, scope.text(), canonical_request(parts, names, payload));
  return to_hex(hmac_sha256(signing_key(key.secret, scope), text));
}

/// The names of the fields that are signed, in lower case, sorted, each once.
std::vector<std::string> names_to_sign(std::span<const HeaderField> headers) {
  std::vector<std::string> names;
  for (const auto& [name, value] : headers) {
    const std::string small = lower(name);
    if (small == "host" || small == "content-type" || small.starts_with("x-amz-")) names.push_back(small);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::vector<HeaderField> sign(const SignedParts& parts, const SigningKey& key, std::string_view region,
                              std::string_view service, Timestamp at, std::string_view payload) {
  const std::string amz_date = basic_iso8601(at);
  const Scope scope = scope_of(amz_date, region, service);
  std::vector<HeaderField> added = {{"X-Amz-Date", amz_date}};
  if (!key.session_token.empty()) added.emplace_back("X-Amz-Security-Token", key.session_token);
  if (parts.form == CanonicalForm::kAsSent) added.emplace_back("x-amz-content-sha256", std::string(payload));

  std::vector<HeaderField> all(parts.headers.begin(), parts.headers.end());
  all.insert(all.end(), added.begin(), added.end());
  SignedParts whole = parts;
  whole.headers = all;
  const std::vector<std::string> names = names_to_sign(all);
  added.emplace_back("Authorization", "AWS4-HMAC-SHA256 Credential=" + key.access_key_id + '/' + scope.text() +
                                          ", SignedHeaders=" + join(names, ";") +
                                          ", Signature=" + signature(whole, names, payload, key, amz_date, scope));
  return added;
}

std::string presign(const SignedParts& parts, const SigningKey& key, std::string_view region, std::string_view service,
                    Timestamp at, Seconds expires) {
  const std::string amz_date = basic_iso8601(at);
  const Scope scope = scope_of(amz_date, region, service);
  std::string query(parts.query);
  if (!query.empty()) query += '&';
  query +=
      "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + percent_encode(key.access_key_id + '/' + scope.text()) +
      "&X-Amz-Date=" + amz_date + "&X-Amz-Expires=" + std::to_string(expires.count()) + "&X-Amz-SignedHeaders=host";
  if (!key.session_token.empty()) query += "&X-Amz-Security-Token=" + percent_encode(key.session_token);
  SignedParts whole = parts;
  whole.query = query;
  const bool as_sent = parts.form == CanonicalForm::kAsSent;
  const std::string_view payload = as_sent ? std::string_view("UNSIGNED-PAYLOAD") : kEmptySha256;
  return query + "&X-Amz-Signature=" + signature(whole, {"host"}, payload, key, amz_date, scope);
}

}  // namespace hanbat::crypto
