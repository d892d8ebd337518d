// The website endpoint of a bucket: what nobody in particular may read of it, as pages.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
#include "base/encoding.h"
#include "base/text.h"
#include "http/server.h"
#include "region/gate.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"
#include "services/s3/website/configuration.h"
#include "services/s3/website/page.h"
#include "services/s3/website/routing.h"
#include "wire/codec.h"
#include "wire/host_id.h"

namespace hanbat::s3 {
namespace {

Visit visit_of(const http::RequestHead& head) {
  const auto path = percent_decode(head.raw_path);
  if (!path) throw wire::Error("InvalidURI", 400, "Couldn't parse the specified URI.").with("URI", head.raw_path);
  return {.host = std::string(head.headers.get("host")),
          .protocol = head.tls_version.empty() ? "http" : "https",
          .path = head.raw_path,
          .query = head.raw_query,
          .key = path->substr(1)};
}

region::Caller nobody(const http::RequestHead& head) {
  region::Caller caller;
  caller.arn = caller.principal_arn = "*";
  if (!head.tls_version.empty()) caller.request_keys["s3:TlsVersion"] = head.tls_version;
  return caller;
}

WebsiteConfiguration require_website(store::Tx& tx, const std::string& bucket) {
  const auto row = find_bucket(tx, bucket);
  if (!row) throw wire::Error("NoSuchBucket", 404, "The specified bucket does not exist").with("BucketName", bucket);
  if (auto website = website_of(*row)) return *std::move(website);
  throw wire::Error("NoSuchWebsiteConfiguration", 404, "The specified bucket does not have a website configuration")
      .with("BucketName", bucket);
}

wire::Response redirect_to(const Redirection& to, const std::string& request_id) {
  wire::Response out;
  out.status = to.status;
  out.headers = {
      {"Location", to.location}, {"x-amz-request-id", request_id}, {"x-amz-id-2", wire::host_id_of(request_id)}};
  return out;
}

/// What a browser asks of a page beside its name.
GetObjectInput input_of(const std::string& bucket, const std::string& key, const http::Headers& asked) {
  GetObjectInput in;
  in.bucket = bucket;
  in.key = key;
  const auto text = [&](std::string_view name) -> std::optional<std::string> {
    const auto found = asked.find(name);
    return found ? std::optional(std::string(*found)) : std::nullopt;
  };
  const auto time = [&](std::string_view name) {
    const auto found = asked.find(name);
    return found ? parse_http_date(*found) : std::nullopt;
  };
  // A piece on a condition may be answered by the whole, which it always is here.
  if (!asked.contains("if-range")) in.range = text("range");
  in.if_match = text("if-match");
  in.if_none_match = text("if-none-match");
  in.if_modified_since = time("if-modified-since");
  in.if_unmodified_since = time("if-unmodified-since");
  return in;
}

void send_page(http::Exchange& exchange, const wire::Response& response) {
  http::Headers headers;
  for (const auto& [name, value] : response.headers) headers.add(name, value);
  headers.remove("Content-Length");
  http::ResponseWriter& writer = exchange.start(response.status, std::move(headers), response.body.size());
  if (exchange.head().method != "HEAD") response.body.read([&](std::string_view bytes) { writer.write(bytes); });
  writer.finish();
}

bool is_refused(const wire::Error& error) { return error.status() == 403 || error.status() == 404; }

}  // namespace

wire::Response S3::read_page(region::Gate& gate, const GetObjectInput& in) {
  const region::Operation& operation = *find_operation("GetObject");
  GetObjectOutput out;
  gate.call(*this, operation, &in, &out, nullptr);
  if (out.website_redirect_location) return redirect_to({301, *out.website_redirect_location}, gate.request_id());
  return wire::encode_response(*operation.model, &out, gate.request_id());
}

bool S3::has_page(region::Gate& gate, const std::string& bucket, const std::string& key) {
  HeadObjectInput in;
  in.bucket = bucket;
  in.key = key;
  HeadObjectOutput out;
  try {
    gate.call(*this, *find_operation("HeadObject"), &in, &out, nullptr);
    return true;
  } catch (const wire::Error& error) {
    if (!is_refused(error)) throw;
    return false;
  }
}

wire::Response S3::answer_for(region::Gate& gate, const std::string& bucket, const WebsiteConfiguration& website,
                              const Visit& visit, const wire::Error& error) {
  const std::string& suffix = website.index_document->suffix;
  const bool names_folder = visit.key.empty() || visit.key.ends_with('/');
  if (!names_folder && is_refused(error) && has_page(gate, bucket, visit.key + "/" + suffix)) {
    wire::Response out = redirect_to({302, visit.path + "/"}, gate.request_id());
    add_error_headers({"Found", 302, "Resource Found"}, out.headers);
    return out;
  }
  if (const auto elsewhere = find_redirection(website, visit, error.status()))
    return redirect_to(*elsewhere, gate.request_id());
  if (!website.error_document || error.status() >= 500) return error_page(error, {}, gate.request_id());
  const std::string& key = website.error_document->key;
  try {
    wire::Response out = read_page(gate, input_of(bucket, key, {}));
    if (out.status == 200) out.status = error.status();
    add_error_headers(error, out.headers);
    return out;
  } catch (const wire::Error& missing) {
    return error_page(error, missing, gate.request_id());
  }
}

wire::Response S3::visit_website(region::Gate& gate, const http::RequestHead& head, const std::string& bucket,
                                 std::string& refusal) {
  if (head.method != "GET" && head.method != "HEAD")
    throw wire::Error("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
        .with("Method", head.method)
        .with("ResourceType", "OBJECT");
  const Visit visit = visit_of(head);
  const WebsiteConfiguration website = home_.db.read([&](store::Tx& tx) { return require_website(tx, bucket); });
  if (website.redirect_all_requests_to)
    return redirect_to(redirect_all(*website.redirect_all_requests_to, visit), gate.request_id());
  if (const auto elsewhere = find_redirection(website, visit, std::nullopt))
    return redirect_to(*elsewhere, gate.request_id());
  const bool names_folder = visit.key.empty() || visit.key.ends_with('/');
  try {
    return read_page(gate,
                     input_of(bucket, visit.key + (names_folder ? website.index_document->suffix : ""), head.headers));
  } catch (const wire::Error& error) {
    refusal = error.code();
    if (error.status() < 400) return wire::encode_error(model(), error, gate.request_id());
    return answer_for(gate, bucket, website, visit, error);
  }
}

void S3::serve_website(region::Gate& gate, http::Exchange& exchange, const std::string& bucket, std::string& refusal) {
  const http::RequestHead& head = exchange.head();
  // What other pages may read is said of a website as of its bucket.
  wire::RequestView asked{.method = head.method, .path = head.raw_path, .query = "", .headers = {}};
  asked.routed_path = "/" + bucket + head.raw_path;
  for (const auto& [name, value] : head.headers) asked.headers.emplace_back(name, value);
  gate.pass(
      [&] {
        gate.enter(nobody(head), home_.settings.default_region, region::Load::kData);
        wire::Response response = visit_website(gate, head, bucket, refusal);
        dress(asked, response);
        send_page(exchange, response);
      },
      [&](const wire::Error& error) {
        refusal = error.code();
        send_page(exchange, error_page(error, {}, gate.request_id()));
      });
}

}  // namespace hanbat::s3
