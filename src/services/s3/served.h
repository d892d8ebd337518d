// S3 with one bucket behind a front door, asked over the wire. Header only, for tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "http/client.h"
#include "http/server.h"
#include "os/sockets.h"
#include "region/front_door.h"
#include "services/s3/testing.h"

namespace hanbat::s3 {

class ServedS3Test : public S3Test {
 protected:
  ServedS3Test() {
    Fd fd = listen_tcp("127.0.0.1", 0);
    port = local_address(fd.get()).port;
    server.add_listener(std::move(fd), {});
  }

  http::Response ask(const std::string& method, const std::string& target, const std::string& body = "",
                     http::Headers headers = {}) {
    const int before = served;
    http::Client web(http::Endpoint{.host = "127.0.0.1", .port = port});
    auto answer = web.send({.method = method, .target = target, .headers = std::move(headers), .body = body});
    served.wait(before);
    return answer;
  }

  region::FrontDoor door{t.home};
  std::atomic<int> served{0};  // to the end, which comes after the client has its answer
  http::Server server{http::ServerOptions{}, [this](http::Exchange& exchange) {
                        door.serve(exchange);
                        ++served;
                        served.notify_all();
                      }};
  std::uint16_t port = 0;
};

}  // namespace hanbat::s3
