// The client against our own server: whom it trusts, what it tries again, how it names what failed.
#include "http/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "http/authority.h"
#include "http/testing.h"
#include "os/files.h"

namespace hanbat::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(Client, ChecksTheServersCertificateAndStreamsOverTls) {
  const TemporaryFolder folder;
  const TemporaryFolder elsewhere;
  Authority authority(folder.path());
  Authority stranger(elsewhere.path());
  Running running({.authority = &authority});
  const std::uint16_t port = running.add(Transport::kTls, "edge");
  const Endpoint endpoint{.scheme = Endpoint::Scheme::kHttps,
                          .host = "codecommit.ap-northeast-2.amazonaws.com",
                          .port = port,
                          .connect_address = "127.0.0.1"};
  Client good(endpoint, {.ca_pem = authority.ca_pem()});
  const std::string text(1 << 20, 'q');
  EXPECT_EQ(good.send({.method = "POST", .target = "/stream", .body = text}, 2 << 20).body, text);
  EXPECT_EQ(good.send({.target = "/kept"}).body, "GET /kept|");
  Client bad(endpoint, {.ca_pem = stranger.ca_pem()});
  EXPECT_THROW(bad.send({}), Error);
}

TEST(Client, TriesAgainWhenAKeptConnectionWasClosed) {
  Running running({.idle_timeout = 300ms});
  Client client({.port = running.port});
  EXPECT_EQ(client.send({.target = "/1"}).body, "GET /1|");
  std::this_thread::sleep_for(1500ms);
  EXPECT_EQ(client.send({.method = "POST", .target = "/2", .body = "b"}).body, "POST /2|b");
}

TEST(Client, SpeaksOverUnixSockets) {
  const TemporaryFolder folder;
  Running running;
  running.server().add_listener(listen_unix(folder.path() + "/s"), {.tag = "unix"});
  Client client(Endpoint::unix_socket(folder.path() + "/s"));
  const Response response = client.send({.method = "PUT", .target = "/1.0", .body = "{}"});
  EXPECT_EQ(response.body, "PUT /1.0|{}");
  EXPECT_EQ(response.headers.get("x-tag"), "unix");
}

TEST(Client, NamesWhomItCouldNotReach) {
  std::uint16_t port;
  {
    const Fd fd = listen_tcp("127.0.0.1", 0);
    port = local_address(fd.get()).port;
  }
  try {
    Client({.host = "127.0.0.1", .port = port}).send({.target = "/x"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("GET /x at 127.0.0.1:" + std::to_string(port)));
    EXPECT_THAT(error.what(), HasSubstr("refused"));
  }
}

}  // namespace
}  // namespace hanbat::http
