// What browsers ask beside AWS's operations: a preflight before a cross-origin request, its headers on the answer,
// forms (posts/), and the pages of buckets that are websites (website/).
#include "base/encoding.h"
#include "base/text.h"
#include "http/server.h"
#include "region/gate.h"
#include "services/s3/archive/archive.h"
#include "services/s3/buckets/cors.h"
#include "services/s3/logging/watched_exchange.h"
#include "services/s3/s3.h"
#include "services/s3/website/routing.h"
#include "wire/codec.h"
#include "wire/host_id.h"

namespace hanbat::s3 {
namespace {

wire::RequestView view_of(const http::RequestHead& head) {
  wire::RequestView view{.method = head.method, .path = head.raw_path, .query = head.raw_query, .headers = {}};
  for (const auto& [name, value] : head.headers) view.headers.emplace_back(name, value);
  const std::string host = view.header("host");
  auto bucket = website_bucket_of_host(host);
  if (!bucket) bucket = wire::bucket_of_host(host);
  if (bucket) view.routed_path = "/" + *bucket + view.path;
  return view;
}

/// The bucket that a form is posted to; nothing where the path is no bucket's.
std::optional<std::string> posted_to(const wire::RequestView& view) {
  std::string path = view.route();
  if (path.ends_with('/')) path.pop_back();
  if (path.size() < 2 || path.find('/', 1) != std::string::npos) return std::nullopt;
  return percent_decode(path.substr(1));
}

bool asks_for(const wire::RequestView& request, std::string_view parameter) {
  return request.query == parameter || request.query.starts_with(std::string(parameter) + "=") ||
         request.query.starts_with(std::string(parameter) + "&");
}

/// What AWS's model does not tell: a restoration that is asked for goes on after it was accepted (202); what is
/// restored already stays so for longer (200).
int status_of_restoration(store::Tx& tx, Timestamp now, const wire::RequestView& request) {
  const std::string path = percent_decode(request.route()).value_or("");
  const std::size_t slash = path.find('/', 1);
  if (slash == std::string::npos) return 202;
  const std::string bucket = path.substr(1, slash - 1), key = path.substr(slash + 1);
  std::optional<std::string> version;
  for (const auto& [name, value] : http::parse_query(request.query))
    if (name == "versionId") version = value;
  const auto object = version ? find_version(tx, bucket, key, *version) : find_latest(tx, bucket, key);
  const auto restored = object ? restoration_of(*object, now) : std::nullopt;
  return restored && restored->ready <= now ? 200 : 202;
}

void send(http::Exchange& exchange, int status, const wire::Headers& headers, std::string body) {
  http::Headers out;
  for (const auto& [name, value] : headers) out.add(name, value);
  exchange.send({status, std::move(out), std::move(body)});
}

}  // namespace

bool S3::claims(const http::RequestHead& head) const {
  if (head.method == "OPTIONS" || website_bucket_of_host(head.headers.get("host"))) return true;
  return head.method == "POST" && head.raw_query.empty() && posted_to(view_of(head)) &&
         lower(head.headers.get("content-type")).starts_with("multipart/form-data");
}

void S3::serve(http::Exchange& real) {
  const Timestamp began = home_.clock.now();
  WatchedExchange exchange(real, home_.clock);
  region::Gate gate(home_, exchange);
  gate.take_short_id();
  const http::RequestHead& head = exchange.head();
  const wire::RequestView view = view_of(head);
  const auto website = website_bucket_of_host(head.headers.get("host"));
  const bool is_page = website && head.method != "OPTIONS";
  std::string refusal;
  is_page ? serve_website(gate, exchange, *website, refusal) : serve_browser(gate, exchange, view, refusal);
  if (exchange.status == 0) return;
  const region::Answered asked{.head = head,
                               .request = view,
                               .caller = gate.actor().caller,
                               .request_id = gate.request_id(),
                               .operation = "",
                               .status = exchange.status,
                               .error = refusal,
                               .sent = exchange.sent,
                               .began = began,
                               .turned = exchange.turned,
                               .ended = home_.clock.now()};
  const CallNotes* notes = find_notes(gate.request_id());
  const std::string key = notes ? notes->key : "";
  if (is_page) return log_request(asked, "WEBSITE." + head.method + ".OBJECT", *website, key);
  const std::string path = percent_decode(view.route()).value_or("/").substr(1);
  log_request(asked, head.method == "POST" ? "REST.POST.OBJECT" : "REST.OPTIONS.PREFLIGHT",
              path.substr(0, path.find('/')), key);
}

void S3::serve_browser(region::Gate& gate, http::Exchange& exchange, const wire::RequestView& view,
                       std::string& refusal) {
  gate.pass(
      [&] {
        if (view.method == "POST") return serve_post(gate, exchange, *posted_to(view));
        auto headers = home_.db.read([&](store::Tx& tx) { return answer_preflight(tx, view); });
        headers.emplace_back("x-amz-request-id", gate.request_id());
        headers.emplace_back("x-amz-id-2", wire::host_id_of(gate.request_id()));
        send(exchange, 200, headers, "");
      },
      [&](const wire::Error& error) {
        refusal = error.code();
        const wire::Response response = wire::encode_error(model(), error, gate.request_id());
        send(exchange, response.status, response.headers, response.body.bytes());
      });
}

void S3::dress(const wire::RequestView& request, wire::Response& response) const {
  if (response.status == 200 && request.method == "POST" && asks_for(request, "restore"))
    response.status =
        home_.db.read([&](store::Tx& tx) { return status_of_restoration(tx, home_.clock.now(), request); });
  const std::string* id = wire::find_header(response.headers, "x-amz-request-id");
  const CallNotes* notes = id ? find_notes(*id) : nullptr;
  if (notes && notes->charged && response.status < 300)
    response.headers.emplace_back("x-amz-request-charged", "requester");
  if (request.header("origin").empty()) return;
  for (auto& header : home_.db.read([&](store::Tx& tx) { return cross_origin_headers(tx, request); }))
    response.headers.push_back(std::move(header));
}

}  // namespace hanbat::s3
