// What the gate does for two of its dialects alike, AWS's protocols and git's: who is let in, what the trail has of it,
// and by which condition keys the connection is described. The registry's are in ECR's tests.
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "crypto/digest.h"
#include "gen/codecommit/client.h"
#include "http/client.h"
#include "http/server.h"
#include "os/sockets.h"
#include "region/front_door.h"
#include "region/testing.h"
#include "services/codecommit/codecommit.h"
#include "wire/sigv4.h"

namespace hanbat::codecommit {
namespace {

constexpr const char* kConnection = "127.0.0.1|tester/1.0|https://example.test/page|plain";

class GateTest : public testing::Test {
 protected:
  GateTest() {
    home.identity.credentials = [this](std::string_view id) -> std::optional<region::Credential> {
      if (id != "AKIATEST") return std::nullopt;
      return region::Credential{
          .caller = home.user, .secret_access_key = "secret", .session_token = "", .expiration = {}};
    };
    home.identity.git_users = [this](std::string_view name, std::string_view password) {
      return name == "git" && password == "right" ? std::optional(home.user) : std::nullopt;
    };
    home.add<CodeCommit>();
    home.start();
    Fd fd = listen_tcp("127.0.0.1", 0);
    port = local_address(fd.get()).port;
    server.add_listener(std::move(fd), {});
    Client(home.home.as(home.user, home.region)).create_repository({.repository_name = "app"});
    home.trail.clear();
  }

  /// GetRepository by SigV4; its status.
  int get_repository(const std::string& secret = "secret", const std::string& body = R"({"repositoryName":"app"})") {
    const std::string host = "127.0.0.1:" + std::to_string(port);
    wire::RequestView view{.method = "POST", .path = "/", .query = "", .headers = {{"Host", host}}};
    view.headers.emplace_back("X-Amz-Target", "CodeCommit_20150413.GetRepository");
    view.headers.emplace_back("Content-Type", "application/x-amz-json-1.1");
    const auto signed_fields = crypto::sign(wire::signed_parts(view, wire::AuthStyle::kJson), {"AKIATEST", secret, ""},
                                            home.region, "codecommit", home.clock.now(), crypto::sha256_hex(body));
    view.headers.insert(view.headers.end(), signed_fields.begin(), signed_fields.end());
    http::Headers headers = connection();
    for (const auto& [name, value] : view.headers)
      if (name != "Host") headers.add(name, value);
    return send("POST", "/", std::move(headers), body);
  }
  /// What a clone asks first; its status.
  int git_view(const std::string& service = "git-upload-pack", const std::string& password = "right") {
    http::Headers headers = connection();
    headers.add("Authorization", "Basic " + to_base64("git:" + password));
    return send("GET", "/v1/repos/app/info/refs?service=" + service, std::move(headers), "");
  }
  static http::Headers connection() { return {{"User-Agent", "tester/1.0"}, {"Referer", "https://example.test/page"}}; }
  int send(const std::string& method, const std::string& target, http::Headers headers, const std::string& body) {
    http::Client web(http::Endpoint{.host = "127.0.0.1", .port = port});
    return web.send({.method = method, .target = target, .headers = std::move(headers), .body = body}).status;
  }
  /// What the trail has: "<operation> <error> <connection> <resource>" of each call.
  std::vector<std::string> trail() const {
    std::vector<std::string> out;
    for (const auto& entry : home.trail.entries())
      out.push_back(entry.operation + " " + entry.error + " " + region::connection_of(entry.caller) + " " +
                    (entry.resources.empty() ? "" : entry.resources.front()));
    return out;
  }
  static std::string entry(const std::string& operation, const std::string& error) {
    return operation + " " + error + " " + kConnection + " arn:aws:codecommit:ap-northeast-2:123456789012:app";
  }

  region::TestRegion home;
  region::FrontDoor door{home.home};
  http::Server server{http::ServerOptions{}, [this](http::Exchange& exchange) { door.serve(exchange); }};
  std::uint16_t port = 0;
};

TEST_F(GateTest, TheTrailHasAnAllowedCallWithItsConnection) {
  EXPECT_EQ(get_repository(), 200);
  EXPECT_EQ(git_view(), 200);
  EXPECT_EQ(git_view("git-receive-pack"), 200);
  EXPECT_EQ(trail(), (std::vector{entry("GetRepository", ""), entry("GitPull", ""), entry("GitPush", "")}));
}

TEST_F(GateTest, TheTrailHasARefusedCallWithItsConnection) {
  home.authorizer.refuses = [](const region::AccessQuestion&) { return true; };
  EXPECT_EQ(get_repository(), 403);
  EXPECT_EQ(git_view(), 403);
  EXPECT_EQ(git_view("git-receive-pack"), 403);
  EXPECT_EQ(trail(), (std::vector{entry("GetRepository", "AccessDenied"), entry("GitPull", "AccessDenied"),
                                  entry("GitPush", "AccessDenied")}));
}

TEST_F(GateTest, TheTrailHasACallOfWhichTheInputCannotBeRead) {
  EXPECT_EQ(get_repository("secret", R"({"repositoryName":[]})"), 400);
  EXPECT_EQ(get_repository("secret", "{}"), 400);
  const auto entries = home.trail.entries();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].error, "SerializationException");
  EXPECT_EQ(entries[1].error, "RepositoryNameRequiredException");
  EXPECT_EQ(region::connection_of(entries[1].caller), kConnection);
}

TEST_F(GateTest, AnAddressOfARegionThatTheShellIsNotForIsAnsweredWithTheWayThere) {
  http::Client web(http::Endpoint{.host = "127.0.0.1", .port = port});
  const auto answer = web.send({.method = "GET",
                                .target = "/us-east-1.amazonaws.com/v1/repos/app/info/refs?service=git-upload-pack",
                                .headers = {{"Host", "git-codecommit.localhost:4566"}},
                                .body = ""});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.headers.get("Content-Type"), "text/plain; charset=utf-8") << "git shows no other";
  EXPECT_NE(answer.body.find("eval \"$(hanbat env --region us-east-1)\""), std::string::npos) << answer.body;
  EXPECT_TRUE(trail().empty());
}

TEST_F(GateTest, WhoIsNotKnownIsInNoTrail) {
  EXPECT_EQ(get_repository("wrong"), 400) << "UnrecognizedClientException, as AWS's JSON services have it";
  EXPECT_EQ(git_view("git-upload-pack", "wrong"), 401);
  EXPECT_TRUE(trail().empty());
}

TEST_F(GateTest, AnAccountThatAsksTooOftenIsRefusedInEachDialectAndTheOperatorsIsNot) {
  for (int i = 0; i < 320; ++i) ASSERT_EQ(get_repository(), 200);
  home.user.account = "222222222222";
  for (int i = 0; i < 300; ++i) get_repository();
  home.trail.clear();
  EXPECT_EQ(get_repository(), 400);
  EXPECT_EQ(git_view(), 429);
  EXPECT_TRUE(home.trail.entries().empty());
  home.clock.advance(std::chrono::seconds(1));
  EXPECT_NE(git_view(), 429);
}

}  // namespace
}  // namespace hanbat::codecommit
