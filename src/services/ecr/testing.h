// ECR behind an HTTP server of its own, for its tests. Header only.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "gen/ecr/client.h"
#include "http/client.h"
#include "http/server.h"
#include "os/sockets.h"
#include "region/testing.h"
#include "services/ecr/ecr.h"
#include "services/ecr/images/manifest.h"

namespace hanbat::ecr {

inline std::string digest_of(std::string_view bytes) { return "sha256:" + crypto::sha256_hex(bytes); }

class EcrTest : public testing::Test {
 protected:
  EcrTest() {
    service = &home.add<Ecr>();
    home.tasks->handle(std::string(region::kDeliverEvent),
                       [this](store::TaskRun& run) { events.push_back(run.body()); });
    home.start();
    server = std::make_unique<http::Server>(http::ServerOptions{},
                                            [this](http::Exchange& exchange) { service->serve(exchange); });
    Fd fd = listen_tcp("127.0.0.1", 0);
    port = local_address(fd.get()).port;
    server->add_listener(std::move(fd), {});
    web = std::make_unique<http::Client>(http::Endpoint{.host = "localhost", .port = port});
  }

  Client client() { return Client(home.home, home.user, home.region); }
  std::string password() {
    const auto data = *client().get_authorization_token({}).authorization_data;
    return from_base64(*data.at(0).authorization_token)->substr(4);
  }
  http::Response call(const std::string& method, const std::string& target, http::Headers headers = {},
                      std::string body = "") {
    if (!headers.contains("Authorization")) headers.add("Authorization", "Basic " + to_base64("AWS:" + password()));
    return web->send({.method = method, .target = target, .headers = std::move(headers), .body = std::move(body)});
  }
  std::string push_blob(const std::string& name, const std::string& bytes) {
    const std::string digest = digest_of(bytes);
    EXPECT_EQ(call("POST", "/v2/" + name + "/blobs/uploads/?digest=" + digest, {}, bytes).status, 201);
    return digest;
  }
  static std::string manifest(const std::string& config, const std::string& layer) {
    const auto part = [](const char* type, const std::string& bytes) {
      return Json::object(
          {{"mediaType", type}, {"digest", digest_of(bytes)}, {"size", static_cast<std::int64_t>(bytes.size())}});
    };
    return Json::object({{"schemaVersion", 2},
                         {"mediaType", kOciManifest},
                         {"config", part("application/vnd.oci.image.config.v1+json", config)},
                         {"layers", Json::array({part("application/vnd.oci.image.layer.v1.tar+gzip", layer)})}})
        .dump();
  }
  std::string push_image(const std::string& name, const std::string& tag, const std::string& layer) {
    push_blob(name, "{}");
    push_blob(name, layer);
    const std::string text = manifest("{}", layer);
    EXPECT_EQ(
        call("PUT", "/v2/" + name + "/manifests/" + tag, {{"Content-Type", std::string(kOciManifest)}}, text).status,
        201);
    return digest_of(text);
  }

  region::TestRegion home;
  Ecr* service;
  std::unique_ptr<http::Server> server;
  std::unique_ptr<http::Client> web;
  std::uint16_t port = 0;
  std::vector<Json> events;
};

}  // namespace hanbat::ecr
