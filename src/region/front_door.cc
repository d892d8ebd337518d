#include "region/front_door.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <optional>

#include "base/text.h"
#include "http/server.h"
#include "os/fault.h"
#include "region/answered.h"
#include "region/authentication.h"
#include "region/compressed_body.h"
#include "region/data_out.h"
#include "region/dressing.h"
#include "region/entrances.h"
#include "region/gate.h"
#include "region/incoming_body.h"
#include "region/own_address.h"
#include "region/range_condition.h"
#include "region/region.h"
#include "region/slow_down.h"
#include "wire/codec.h"

namespace hanbat::region {
namespace {

/// What was answered; a status of 0 until that begins.
struct Told {
  int status = 0;
  std::string error;
  std::uint64_t sent = 0;
  Timestamp turned = {};
};

/// Everything that is learnt about a request on its way in.
struct Call {
  http::Exchange& exchange;
  Gate& gate;
  BilledAnswer& billed;
  wire::RequestView view;
  std::string region;
  Service* service = nullptr;
  const wire::ServiceModel* spoken = nullptr;  // the service's, in the protocol of the request
  const wire::OperationModel* model = nullptr;
  wire::Body body;
  Told told = {};
};

/// Tells the service of its request's answer when the call ends, however it does.
class Watched {
 public:
  Watched(const Call& call, const Clock& clock) : call_(call), clock_(clock), began_(clock.now()) {}
  ~Watched() {
    auto* watcher = dynamic_cast<AnswerWatcher*>(call_.service);
    if (!watcher || call_.told.status == 0) return;
    try {
      const Told& told = call_.told;
      watcher->note_answered({.head = call_.exchange.head(),
                              .request = call_.view,
                              .caller = call_.gate.actor().caller,
                              .request_id = call_.gate.request_id(),
                              .operation = call_.model ? call_.model->name : std::string_view(),
                              .received = call_.body.size().value_or(0),
                              .status = told.status,
                              .error = told.error,
                              .sent = told.sent,
                              .began = began_,
                              .turned = told.turned,
                              .ended = clock_.now()});
    } catch (const std::exception& error) {
      spdlog::warn("{} was answered, but is not noted: {}", call_.gate.request_id(), error.what());
    }
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  const Call& call_;
  const Clock& clock_;
  const Timestamp began_;
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
  if (Service* alone = service_behind(home, call.exchange.head().listener_tag)) {
    call.service = alone;
    if (scope && home.find_service(scope->service) != alone)
      throw wire::Error("AuthorizationHeaderMalformed", 400,
                        fmt::format("The authorization header is malformed; incorrect service \"{}\". This endpoint "
                                    "belongs to \"{}\".",
                                    scope->service, alone->model().signing_name));
    return;
  }
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
  call.service = home.find_service(host.substr(0, host.find('.')));
  const bool form = call.view.header("content-type").starts_with("application/x-www-form-urlencoded");
  for (const auto& service : home.services()) {
    if (call.service) return;
    if (form ? service->model().unnamed_forms : service->model().unnamed_requests) call.service = service.get();
  }
  if (!call.service) throw wire::Error("NotImplemented", 501, "The request names no service.");
}

/// Where S3's virtual-host style names a bucket, the path to route by.
void route_virtual_host(Call& call) {
  if (!call.service->model().bucket_hosts) return;
  if (const auto bucket = wire::bucket_of_host(call.view.header("host")))
    call.view.routed_path = "/" + *bucket + call.view.path;
}

/// `told` learns what goes out, as far as it has.
void send(http::Exchange& exchange, wire::Response response, Told& told) {
  const bool head_only = exchange.head().method == "HEAD";
  told.status = response.status;
  http::Headers headers;
  for (auto& [name, value] : response.headers) headers.add(std::move(name), std::move(value));
  if (response.body.is_bytes()) {
    if (!head_only) told.sent = response.body.bytes().size();
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
  if (!head_only)
    response.body.read([&](std::string_view bytes) {
      writer.write(bytes);
      told.sent += bytes.size();
    });
  writer.finish();
}

/// In whose protocol an error goes out when the service is not known: that of a service which speaks like the request.
const Service* service_alike(const Call& call, const Region& home) {
  const std::string type = call.view.header("content-type");
  wire::Protocol protocol = wire::Protocol::kRestXml;
  if (call.view.find_header("x-amz-target")) {
    protocol = wire::Protocol::kJson;
  } else if (type.starts_with("application/x-www-form-urlencoded")) {
    protocol = wire::Protocol::kQuery;
  } else if (find_scope(call.view)) {
    // Signed for another service than S3, whose errors alone are bare: XML has the envelope of the query protocol, and
    // whose requests have no XML speaks JSON, as nearly all of AWS's that name their operations by paths do.
    protocol = type.find("xml") != type.npos ? wire::Protocol::kQuery : wire::Protocol::kJson;
  }
  for (const auto& service : home.services())
    if (service->model().protocol == protocol) return service.get();
  return nullptr;
}

void dress(const Call& call, wire::Response& response) {
  if (const auto* dressing = dynamic_cast<const Dressing*>(call.service)) dressing->dress(call.view, response);
}

/// The refusal in the words of the protocol.
void refuse(Call& call, const Region& home, const wire::Error& error) {
  const Service* service = call.service ? call.service : service_alike(call, home);
  if (!service) {
    call.exchange.send(
        {error.status(), {{"Content-Type", "text/plain"}}, error.code() + ": " + error.message() + "\n"});
    return;
  }
  const auto say = [&](const wire::Error& said) {
    wire::Response response =
        wire::encode_error(call.spoken ? *call.spoken : service->model(), said, call.gate.request_id());
    dress(call, response);
    call.told = {.status = 0, .error = said.code(), .sent = 0, .turned = home.clock.now()};
    send(call.exchange, std::move(response), call.told);
  };
  // https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  if (service->model().protocol == wire::Protocol::kRestXml && error.code() == "InternalFailure")
    return say({"InternalError", error.status(), error.message()});
  if (error.code() == kThrottled) return say(slow_down(service->model().protocol));
  say(error);
}

void health(http::Exchange& exchange, const Region& home) {
  const Json body = Json::object(
      {{"status", "ok"}, {"region", home.settings.default_region}, {"account", home.settings.default_account}});
  exchange.send({200, {{"Content-Type", "application/json"}}, body.dump() + "\n"});
}

/// Has the operation carried out and its answer written.
wire::Response answer(Call& call, const Operation& operation, const wire::RequestView& view) {
  const auto input = operation.make_input();
  const auto output = operation.make_output();
  call.gate.call(*call.service, operation, input.get(), output.get(),
                 [&] { return wire::read_request(*call.model, view, call.body, input.get()); });
  return wire::encode_response(*call.model, output.get(), call.gate.request_id());
}

/// The whole, or the piece that is asked for if the condition holds of it: of both, as it may change between the two.
wire::Response answer_range(Call& call, const Operation& operation, Timestamp now) {
  const std::string condition = call.view.header("if-range");
  wire::RequestView whole = call.view;
  std::erase_if(whole.headers, [](const auto& header) { return iequals(header.first, "range"); });
  wire::Response all = answer(call, operation, whole);
  if (!range_condition_holds(condition, all.headers, now)) return all;
  wire::Response piece = answer(call, operation, call.view);
  return range_condition_holds(condition, piece.headers, now) ? std::move(piece) : std::move(all);
}

/// The steps of a request in one of AWS's protocols. `large_messages`: the bytes of all messages that are not small.
void serve(Call& call, Region& home, KnownCredentials& credentials, SpooledBlob& spooled,
           std::atomic<std::uint64_t>& large_messages) {
  identify(call, home);
  if (call.service->model().host_ids) call.gate.take_short_id();
  call.billed.is_of(*call.service);
  route_virtual_host(call);

  // The REST protocols name the operation in the head, so that a streaming body is known before it is read.
  call.spoken = &wire::spoken(call.service->model(), call.view);
  const wire::ServiceModel& service = *call.spoken;
  const bool in_head = service.protocol != wire::Protocol::kQuery && service.protocol != wire::Protocol::kEc2;
  Authentication authentication(home, credentials, service, call.view, call.exchange);
  authentication.check_head();
  if (in_head) call.model = &wire::match(service, call.view, call.body);
  std::vector<crypto::Checksum> checksums = wanted_checksums(call.view, call.model);
  call.body = read_body(home, authentication.reader(), checksums, call.model && call.model->streaming_input);
  spooled.is(call.body);
  authentication.check_body(call.body);
  check_checksums(call.view, std::move(checksums), call.body);
  if (service.compressed_requests) call.body = unpacked(call.view, std::move(call.body));
  std::optional<MemoryShare> share;
  if (!call.model || !call.model->streaming_input) share.emplace(large_messages, call.body, service.protocol);
  if (!in_head) call.model = &wire::match(service, call.view, call.body);
  call.gate.enter(authentication.caller(*call.model), call.region, service.bucket_hosts ? Load::kData : Load::kCall);

  const Operation* operation = call.service->find_operation(call.model->name);
  if (!operation) throw wire::Error::not_implemented(call.model->name);
  wire::Response response = has_range_condition(call.view) ? answer_range(call, *operation, home.clock.now())
                                                           : answer(call, *operation, call.view);
  // What a customer's key encrypts lies in a blob of its own; the plain bytes go.
  if (call.model->streaming_input && !call.view.find_header("x-amz-server-side-encryption-customer-key"))
    spooled.was_taken_up();
  dress(call, response);
  call.told.turned = home.clock.now();
  send(call.exchange, std::move(response), call.told);
}

}  // namespace

FrontDoor::FrontDoor(Region& home, const CredentialChanges* counted)
    : home_(home),
      rates_(AccountLimits::of(home.settings.state_folder), home.settings.default_account),
      credentials_(counted),
      data_out_(std::in_place, home, "front-door.data-out") {}

void FrontDoor::start() { data_out_->start(); }

void FrontDoor::serve(http::Exchange& exchange) {
  const RatesScope held(rates_);
  const http::RequestHead& head = exchange.head();
  if (const ListenerHandler* handler = home_.find_listener_handler(head.listener_tag))
    return serve_listener(exchange, *handler);
  if (head.raw_path == "/_hanbat/health") return health(exchange, home_);
  if (answer_own_address(exchange)) return;
  BilledAnswer billed(*data_out_, home_, exchange);
  const Service* alone = service_behind(home_, head.listener_tag);
  for (const auto& service : home_.services()) {
    if ((alone && service.get() != alone) || !service->claims(head)) continue;
    const FaultScope scope(service->model().folder, ".", head.method);
    billed.is_of(*service);
    return service->serve(exchange);
  }
  serve_operation(exchange, billed);
}

void FrontDoor::serve_listener(http::Exchange& exchange, const ListenerHandler& handler) {
  Gate(home_, exchange)
      .pass([&] { handler(exchange); },
            [&](const wire::Error& error) {
              exchange.send({error.status(), {{"Content-Type", "text/plain"}}, error.message() + "\n"});
            });
}

void FrontDoor::serve_operation(http::Exchange& exchange, BilledAnswer& billed) {
  Gate gate(home_, exchange);
  SpooledBlob spooled(home_);
  Call call{
      .exchange = exchange, .gate = gate, .billed = billed, .view = view_of(exchange.head()), .region = {}, .body = {}};
  const Watched watched(call, home_.clock);
  gate.pass([&] { region::serve(call, home_, credentials_, spooled, large_messages_); },
            [&](const wire::Error& error) { refuse(call, home_, error); });
}

}  // namespace hanbat::region
