// Requests that are signed and sent again while the service is away.
#include "guest/aws/service_client.h"

#include <fcntl.h>

#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <thread>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

std::string host_header(const http::Endpoint& e) {
  const bool usual = e.port == (e.scheme == http::Endpoint::Scheme::kHttps ? 443 : 80);
  return usual ? e.host : e.host + ":" + std::to_string(e.port);
}

http::ClientOptions options_of(const http::Endpoint& e, std::chrono::milliseconds timeout) {
  http::ClientOptions options;
  if (e.scheme == http::Endpoint::Scheme::kHttps) options.ca_pem = system_certificates();
  options.io_timeout = timeout;
  return options;
}

/// `call()`, once more and again while it throws what a service says that is away for a moment.
template <class F>
auto patiently(F&& call) -> decltype(call()) {
  constexpr std::chrono::milliseconds kFirst{200}, kLongest{8000}, kInAll{60000};
  const auto began = std::chrono::steady_clock::now();
  for (auto pause = kFirst;; pause = std::min(pause * 2, kLongest)) {
    try {
      return call();
    } catch (const ServiceError& e) {
      const bool away = e.status == 0 || e.status >= 500 || e.status == 429 || e.code == "ThrottlingException";
      if (!away || std::chrono::steady_clock::now() + pause - began > kInAll) throw;
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace

std::string system_certificates() {
  for (const char* path : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                           "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"})
    if (auto pem = find_file(path)) return *pem;
  return "";
}

void sign(http::ClientRequest& request, const std::string& host, const Signer& signer, const std::string& payload_hash,
          Timestamp now) {
  request.headers.set("Host", host);
  const std::size_t mark = request.target.find('?');
  const auto [access_key_id, secret, session_token, expiration] = signer.credentials;
  const crypto::SignedParts parts{
      .method = request.method,
      .path = std::string_view(request.target).substr(0, mark),
      .query = mark == std::string::npos ? std::string_view() : std::string_view(request.target).substr(mark + 1),
      .headers = {request.headers.begin(), request.headers.end()},
      .form = signer.service == "s3" ? crypto::CanonicalForm::kAsSent : crypto::CanonicalForm::kNormalized};
  for (auto& [name, value] :
       crypto::sign(parts, {access_key_id, secret, session_token}, signer.region, signer.service, now, payload_hash))
    request.headers.set(name, std::move(value));
}

JsonService::JsonService(const std::string& url, std::string region, std::string service, std::string target,
                         CredentialsSource credentials, std::chrono::milliseconds timeout)
    : endpoint_(http::Endpoint::of_url(url)),
      client_(endpoint_, options_of(endpoint_, timeout)),
      region_(std::move(region)),
      service_(std::move(service)),
      target_(std::move(target)),
      credentials_(std::move(credentials)) {}

Json JsonService::call(const std::string& operation, const Json& input) {
  return patiently([&] { return try_call(operation, input); });
}

Json JsonService::try_call(const std::string& operation, const Json& input) {
  http::ClientRequest request{
      .method = "POST",
      .target = "/",
      .headers = {{"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", target_ + "." + operation}},
      .body = input.dump()};
  sign(request, host_header(endpoint_), {credentials_(), region_, service_}, crypto::sha256_hex(request.body),
       SystemClock().now());
  http::Response answer;
  try {
    answer = client_.send(request);
  } catch (const http::Error& e) {
    throw ServiceError(0, "NoAnswer", operation + ": " + e.what());
  }
  Json body;
  try {
    body = answer.body.empty() ? Json::object() : Json::parse(answer.body);
  } catch (const JsonError&) {
    throw ServiceError(answer.status, "BadAnswer",
                       operation + ": the answer is no JSON (status " + std::to_string(answer.status) + ")");
  }
  if (answer.status / 100 == 2) return body;
  std::string code = body.text("__type");
  if (const auto hash = code.rfind('#'); hash != std::string::npos) code = code.substr(hash + 1);
  throw ServiceError(answer.status, code, operation + ": " + code + ": " + body.text("message", body.text("Message")));
}

namespace {

/// What S3 says in its XML of an error.
ServiceError s3_error(const std::string& key, int status, const std::string& text) {
  pugi::xml_document document;
  document.load_buffer(text.data(), text.size());
  const pugi::xml_node error = document.child("Error");
  const std::string code = error.child_value("Code");
  return ServiceError(status, code, "s3 " + key + ": " + code + ": " + error.child_value("Message"));
}

constexpr std::string_view kMetadata = "x-amz-meta-";

ObjectHead try_download(const std::string& url, const std::string& key, const std::string& version,
                        const Signer& signer, const std::string& file) {
  const http::Endpoint endpoint = http::Endpoint::of_url(url);
  http::Client client(endpoint, options_of(endpoint, std::chrono::seconds(60)));
  http::ClientRequest request{.target = "/" + percent_encode(key, "/") +
                                        (version.empty() ? "" : "?versionId=" + percent_encode(version))};
  sign(request, host_header(endpoint), signer, std::string(crypto::kEmptySha256), SystemClock().now());
  try {
    auto answer = client.open(request);
    if (answer->status != 200) throw s3_error(key, answer->status, answer->read_all(1 << 20));
    const Fd out = open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    std::array<char, 65536> chunk;
    std::uint64_t total = 0;
    while (const std::size_t n = answer->read(chunk)) {
      total += n;
      write_all(out.get(), {chunk.data(), n});
    }
    if (answer->content_length && *answer->content_length != total)
      throw ServiceError(0, "Truncated", "s3 " + key + ": the answer ended early");
    ObjectHead head{.etag = replace_all(std::string(answer->headers.get("ETag")), "\"", ""), .metadata = {}};
    for (const auto& [name, value] : answer->headers)
      if (const std::string small = lower(name); small.starts_with(kMetadata))
        head.metadata[small.substr(kMetadata.size())] = value;
    return head;
  } catch (const http::Error& e) {
    throw ServiceError(0, "NoAnswer", "s3 " + key + ": " + e.what());
  }
}

void try_upload(const std::string& url, const std::string& key, const Signer& signer, const std::string& file,
                const ObjectMetadata& metadata) {
  const http::Endpoint endpoint = http::Endpoint::of_url(url);
  http::Client client(endpoint, options_of(endpoint, std::chrono::seconds(120)));
  const FileDigests digests = digests_of(file);
  const Fd in = open_file(file, O_RDONLY);
  http::FileBody body(in.get(), digests.size);
  http::ClientRequest request{.method = "PUT", .target = "/" + percent_encode(key, "/")};
  request.headers.set("Content-Type", "application/zip");
  for (const auto& [name, value] : metadata) request.headers.set(std::string(kMetadata) + name, value);
  sign(request, host_header(endpoint), signer, digests.sha256, SystemClock().now());
  request.stream = &body;
  request.stream_length = digests.size;
  try {
    const http::Response answer = client.send(request);
    if (answer.status / 100 != 2) throw s3_error(key, answer.status, answer.body);
  } catch (const http::Error& e) {
    throw ServiceError(0, "NoAnswer", "s3 " + key + ": " + e.what());
  }
}

}  // namespace

ObjectHead download(const std::string& url, const std::string& key, const std::string& version, const Signer& signer,
                    const std::string& file) {
  return patiently([&] { return try_download(url, key, version, signer, file); });
}

void upload(const std::string& url, const std::string& key, const Signer& signer, const std::string& file,
            const ObjectMetadata& metadata) {
  patiently([&] { try_upload(url, key, signer, file, metadata); });
}

FileDigests digests_of(const std::string& file) {
  crypto::Digest sha256(crypto::Digest::Kind::kSha256), md5(crypto::Digest::Kind::kMd5);
  FileDigests out;
  const Fd in = open_file(file, O_RDONLY);
  std::array<char, 65536> chunk;
  while (const std::size_t n = read_some(in.get(), chunk)) {
    sha256.update({chunk.data(), n});
    md5.update({chunk.data(), n});
    out.size += n;
  }
  out.sha256 = sha256.finish_hex();
  out.md5 = md5.finish_hex();
  return out;
}

Credentials container_credentials(const std::string& url) {
  const http::Endpoint endpoint = http::Endpoint::of_url(url);
  http::Client client(endpoint, {.connect_timeout = std::chrono::seconds(5), .io_timeout = std::chrono::seconds(30)});
  const auto path = url.find('/', url.find("//") + 2);
  const http::Response answer = client.send({.target = path == std::string::npos ? "/" : url.substr(path)});
  if (answer.status != 200)
    throw ServiceError(answer.status, "NoCredentials",
                       "container credentials: status " + std::to_string(answer.status));
  const Json keys = Json::parse(answer.body);
  return {keys.text("AccessKeyId"), keys.text("SecretAccessKey"), keys.text("Token"),
          parse_iso8601(keys.text("Expiration")).value_or(Timestamp{})};
}

}  // namespace hanbat::guest
