#include "guest/ssm_agent/gateway.h"

#include "base/encoding.h"
#include "base/ids.h"
#include "crypto/digest.h"
#include "http/websocket.h"

namespace hanbat::guest {
namespace {

constexpr const char* kSchemaVersion = "1.0";

}  // namespace

Gateway::Gateway(std::string region, const std::string& domain, std::function<Credentials()> keys)
    : region_(std::move(region)),
      endpoint_(http::Endpoint::of_url("https://ssmmessages." + region_ + "." + domain)),
      keys_(std::move(keys)) {}

Json Gateway::post(const std::string& target, Json body) {
  body["MessageSchemaVersion"] = kSchemaVersion;
  body["RequestId"] = random_uuid();
  http::ClientRequest request{
      .method = "POST", .target = target, .headers = {{"Content-Type", "application/json"}}, .body = body.dump()};
  sign(request, endpoint_.host, {keys_(), region_, "ssmmessages"}, crypto::sha256_hex(request.body),
       SystemClock().now());
  try {
    http::Client client(endpoint_, {.ca_pem = system_certificates()});
    const http::Response answer = client.send(request);
    if (answer.status / 100 == 2) return Json::parse(answer.body);
    throw ServiceError(answer.status, "Refused", target + ": " + answer.body);
  } catch (const http::Error& error) {
    throw ServiceError(0, "NoAnswer", error.what());
  } catch (const JsonError& error) {
    throw ServiceError(0, "BadAnswer", target + ": " + error.what());
  }
}

void Gateway::announce(const std::string& instance) {
  post("/v1/control-channel/" + percent_encode(instance), Json::object());
}

std::string Gateway::data_channel_token(const std::string& session) {
  return post("/v1/data-channel/" + percent_encode(session), Json::object({{"ClientId", random_uuid()}}))
      .text("TokenValue");
}

std::unique_ptr<http::ClientWebSocket> Gateway::open(const std::string& session, const std::string& token) {
  auto opened = std::make_unique<http::ClientWebSocket>(
      endpoint_, http::ClientOptions{.ca_pem = system_certificates()},
      "/v1/data-channel/" + percent_encode(session) + "?role=publish_subscribe", http::Headers{});
  const Json first = Json::object({{"MessageSchemaVersion", kSchemaVersion},
                                   {"RequestId", random_uuid()},
                                   {"TokenValue", token},
                                   {"ClientId", random_uuid()}});
  opened->socket().send({http::WebSocketOpcode::kText, first.dump()});
  return opened;
}

}  // namespace hanbat::guest
