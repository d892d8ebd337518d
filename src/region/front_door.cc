#include "region/front_door.h"

#include <spdlog/spdlog.h>

#include <optional>

#include "base/ids.h"
#include "base/text.h"
#include "http/server.h"
#include "os/fault.h"
#include "region/authentication.h"
#include "region/incoming_body.h"
#include "region/region.h"
#include "store/durability.h"
#include "wire/codec.h"

namespace hanbat::region {
namespace {

/// Everything that is learnt about a request on its way in.
struct Call {
  http::Exchange& exchange;
  wire::RequestView view;
  std::string request_id = random_uuid();
  std::string region;
  Service* service = nullptr;
  const wire::OperationModel* model = nullptr;
  Caller caller;
  wire::Body body;
};

wire::RequestView view_of(const http::RequestHead& head) {
  wire::RequestView view;
  view.method = head.method;
  view.path = head.raw_path;
  view.query = head.raw_query;
  for (const auto& [name, value] : head.headers) view.headers.emplace_back(name, value);
  return view;
}

/// The region that an AWS host name tells: the label before ".amazonaws.com" when it looks like one.
std::optional<std::string> region_of_host(std::string_view host) {
  for (const auto& label : split(host, '.')) {
    const auto parts = split(label, '-');
    if (parts.size() >= 3 && parts.back().size() == 1 && parts.back()[0] >= '0' && parts.back()[0] <= '9' &&
        parts.front().size() == 2)
      return label;
  }
  return std::nullopt;
}

/// Which service: by the signature's scope, else by X-Amz-Target, else by the host's name; S3 takes what is left, as it
/// alone serves the unsigned.
void identify(Call& call, Region& home) {
  const std::string host = lower(call.exchange.head().host());
  const auto scope = find_scope(call.view);
  call.region = scope ? scope->region : region_of_host(host).value_or(home.settings.default_region);
  if (scope) {
    call.service = home.find_service(scope->service);
    if (!call.service)
      throw wire::Error("NotImplemented", 501, "The service " + scope->service + " is not implemented.");
    return;
  }
  if (const std::string* target = call.view.find_header("x-amz-target")) {
    const std::string prefix = target->substr(0, target->find('.'));
    for (const auto& service : home.services())
      if (service->model().target_prefix == prefix) call.service = service.get();
    if (call.service) return;
    throw wire::Error("UnknownOperationException", 400, "The service of " + *target + " is not known.");
  }
  const std::string first_label = host.substr(0, host.find('.'));
  call.service = home.find_service(first_label);
  if (!call.service && wire::find_header(call.view.headers, "content-type") &&
      call.view.header("content-type").starts_with("application/x-www-form-urlencoded"))
    call.service = home.find_service("sts");
  if (!call.service) call.service = &home.require_service("s3");
}

/// Where S3's virtual-host style names a bucket, the path to route by.
void route_virtual_host(Call& call) {
  if (call.service->model().folder != "s3") return;
  if (const auto bucket = wire::bucket_of_host(call.view.header("host")))
    call.view.routed_path = "/" + *bucket + call.view.path;
}

void send(http::Exchange& exchange, wire::Response response) {
  http::Headers headers;
  for (auto& [name, value] : response.headers) headers.add(std::move(name), std::move(value));
  if (response.body.is_bytes()) {
    const bool head_only = exchange.head().method == "HEAD";
    if (!head_only || !response.body.bytes().empty() || !headers.contains("Content-Length")) {
      exchange.send({response.status, std::move(headers), response.body.bytes()});
      return;
    }
    // The answer to HEAD tells the length of a body that is not sent.
    const auto length = parse_int(headers.get("Content-Length"));
    headers.remove("Content-Length");
    exchange.start(response.status, std::move(headers), length ? std::optional<std::uint64_t>(*length) : std::nullopt)
        .finish();
    return;
  }
  headers.remove("Content-Length");
  http::ResponseWriter& writer = exchange.start(response.status, std::move(headers), response.body.size());
  if (exchange.head().method != "HEAD") response.body.read([&](std::string_view bytes) { writer.write(bytes); });
  writer.finish();
}

/// Reads the request into `input`. A request that its sender signed and we cannot read is a call too, and the trail has
/// it; one whose sender is not known (a wrong key or signature) is nobody's, and no trail has it, as in AWS.
void decode(const Call& call, const Region& home, void* input) {
  try {
    wire::decode_request(*call.model, call.view, call.body, input);
  } catch (const wire::Error& error) {
    CallRecord record{
        .operation = *call.model, .caller = call.caller, .region = call.region, .request_id = call.request_id};
    record.error = &error;
    if (Trail* trail = home.find_trail()) trail->record(record);
    throw;
  }
}

/// In whose protocol an error goes out when the service is not known: that of a service which speaks like the request.
const Service* service_alike(const Call& call, const Region& home) {
  wire::Protocol protocol = wire::Protocol::kRestXml;
  if (call.view.find_header("x-amz-target")) {
    protocol = wire::Protocol::kJson;
  } else if (call.view.header("content-type").starts_with("application/x-www-form-urlencoded")) {
    protocol = wire::Protocol::kQuery;
  }
  for (const auto& service : home.services())
    if (service->model().protocol == protocol) return service.get();
  return nullptr;
}

void send_error(Call& call, Region& home, const wire::Error& error) {
  const Service* service = call.service ? call.service : service_alike(call, home);
  if (error.status() >= 500 && error.status() != 501)
    spdlog::error("{} {} {}: {}", call.request_id, call.model ? call.model->name : "?", error.code(), error.message());
  if (!service) {
    call.exchange.send(
        {error.status(), {{"Content-Type", "text/plain"}}, error.code() + ": " + error.message() + "\n"});
    return;
  }
  send(call.exchange, wire::encode_error(service->model(), error, call.request_id, call.view.path));
}

/// What is told of an exception that is no error of AWS's.
/// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html and the common errors of the other services name
/// the codes.
wire::Error failure_of(const Call& call, const std::exception& error) {
  if (store::tells_full_disk(error))
    return {
        "ServiceUnavailable", 503,
        "The region's disk is full, so nothing can be written; what is stored can be read. Free some space, then try "
        "again."};
  const bool rest_xml = call.service && call.service->model().protocol == wire::Protocol::kRestXml;
  return {rest_xml ? "InternalError" : "InternalFailure", 500,
          "The request failed in the region itself; its log says why, under " + call.request_id + "."};
}

void health(http::Exchange& exchange, const Region& home) {
  const Json body = Json::object(
      {{"status", "ok"}, {"region", home.settings.default_region}, {"account", home.settings.default_account}});
  exchange.send({200, {{"Content-Type", "application/json"}}, body.dump() + "\n"});
}

}  // namespace

void describe_connection(Caller& caller, const http::RequestHead& head) {
  caller.source_ip = head.peer_address;
  caller.secure_transport = !head.tls_version.empty();
  caller.user_agent = head.headers.get("user-agent");
  caller.referer = head.headers.get("referer");
}

void FrontDoor::serve(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  if (const ListenerHandler* handler = home_.find_listener_handler(head.listener_tag)) return (*handler)(exchange);
  if (head.raw_path == "/_hanbat/health") return health(exchange, home_);
  for (const auto& service : home_.services()) {
    if (!service->claims(head)) continue;
    const FaultScope scope(service->model().folder, ".", head.method);
    return service->serve(exchange);
  }
  serve_operation(exchange);
}

void FrontDoor::serve_operation(http::Exchange& exchange) {
  SpooledBlob spooled(home_);
  Call call{.exchange = exchange, .view = view_of(exchange.head())};
  try {
    identify(call, home_);
    route_virtual_host(call);

    // The REST protocols tell the operation by the head alone, so that a streaming body is known before it is read.
    const wire::Protocol protocol = call.service->model().protocol;
    const bool in_head = protocol == wire::Protocol::kRestXml || protocol == wire::Protocol::kRestJson ||
                         protocol == wire::Protocol::kJson;
    Authentication authentication(home_, call.service->model(), call.view, exchange);
    authentication.check_head();
    if (in_head) call.model = &wire::match(call.service->model(), call.view, call.body);
    std::vector<crypto::Checksum> checksums = wanted_checksums(call.view);
    call.body = read_body(home_, authentication.reader(), checksums, call.model && call.model->streaming_input);
    spooled.is(call.body);
    authentication.check_body(call.body);
    check_checksums(call.view, std::move(checksums), call.body);
    std::optional<MemoryShare> share;
    if (!call.model || !call.model->streaming_input) share.emplace(large_messages_, call.body, protocol);
    if (!in_head) call.model = &wire::match(call.service->model(), call.view, call.body);
    call.caller = authentication.caller(*call.model);
    describe_connection(call.caller, exchange.head());

    const Operation* operation = call.service->find_operation(call.model->name);
    if (!operation) throw wire::Error::not_implemented(call.model->name);
    const auto input = operation->make_input();
    const auto output = operation->make_output();
    decode(call, home_, input.get());
    home_.call(*call.service, *operation, call.caller, call.region, input.get(), output.get(), call.request_id,
               call.view.header("host"));
    if (call.model->streaming_input) spooled.was_taken_up();
    send(exchange, wire::encode_response(*call.model, output.get(), call.request_id));
  } catch (const wire::Error& error) {
    if (exchange.answered()) throw;
    send_error(call, home_, error);
  } catch (const http::Error&) {
    throw;
  } catch (const std::exception& error) {
    if (exchange.answered()) throw;
    spdlog::error("{} {}: {}", call.request_id, call.model ? call.model->name : "?", error.what());
    send_error(call, home_, failure_of(call, error));
  }
}

}  // namespace hanbat::region
