// The server against raw sockets, our own client and curl: framing, refusals, TLS.
#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/authority.h"
#include "http/client.h"
#include "http/testing.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::http {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Server, AnswersManyRequestsOnOneConnection) {
  Running running;
  const Fd fd = running.connect();
  for (int i = 0; i < 3; ++i) {
    write_all(fd.get(), "GET /a%20b?x=1 HTTP/1.1\r\nHost: h\r\n\r\n");
    const std::string answer = read_until(fd, "|");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("X-Tag: front\r\n"));
    EXPECT_THAT(answer, EndsWith("GET /a%20b|"));
  }
}

TEST(Server, AnswersPipelinedRequestsInOrderWithTheirOwnBodies) {
  Running running;
  const Fd fd = running.connect();
  write_all(fd.get(),
            "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
            "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1;x=y\r\nf\r\n0\r\nTrailer: "
            "t\r\n\r\n"
            "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const std::string answer = read_until(fd, "never");
  const auto one = answer.find("POST /1|abc"), two = answer.find("POST /2|def"), three = answer.find("GET /3|");
  EXPECT_LT(one, two);
  EXPECT_LT(two, three);
  EXPECT_NE(three, std::string::npos) << answer;
}

TEST(Server, PassesOverABodyThatTheHandlerDidNotRead) {
  Running running;
  const Fd fd = running.connect();
  write_all(fd.get(),
            "POST /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nGET /GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  const std::string answer = read_until(fd, "|");
  EXPECT_THAT(answer, HasSubstr("403 Forbidden"));
  EXPECT_THAT(answer, HasSubstr("GET /2|"));
}

TEST(Server, TellsTheClientToContinueOnlyWhenItReadsTheBody) {
  Running running;
  const Fd fd = running.connect();
  write_all(fd.get(), "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(read_until(fd, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  write_all(fd.get(), "hi");
  EXPECT_THAT(read_until(fd, "|hi"), StartsWith("HTTP/1.1 200"));

  const Fd refused = running.connect();
  write_all(refused.get(), "PUT /unread HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  const std::string answer = read_until(refused, "never");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST(Server, TellsTheClientToContinueWhenItsBodyIsEmpty) {
  Running running;
  const Fd fd = running.connect();
  for (const auto& [target, end] : {std::pair<std::string, const char*>{"/x", "|"}, {"/unread", "\r\n\r\nno"}}) {
    write_all(fd.get(), "PUT " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n");
    const std::string answer = read_until(fd, end);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 ")) << target;
    EXPECT_THAT(answer, EndsWith(end)) << target;
    EXPECT_THAT(answer, Not(HasSubstr("Connection: close"))) << target;
  }
}

TEST(Server, RefusesBodiesAboveTheHandlersLimit) {
  Running running;
  const Fd fd = running.connect();
  write_all(fd.get(), "PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(read_until(fd, "never"), StartsWith("HTTP/1.1 413"));
  const Fd chunked = running.connect();
  write_all(chunked.get(), "PUT /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n7d0\r\n" +
                               std::string(2000, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(read_until(chunked, "\n\n"), StartsWith("HTTP/1.1 413"));
}

TEST(Server, RefusesHeadsThatAreTooLargeOrNoHttp) {
  Running running;
  const Fd large = running.connect();
  write_all(large.get(), "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
  EXPECT_THAT(read_until(large, "never"), StartsWith("HTTP/1.1 431"));
  for (const char* nonsense :
       {"\x16\x03\x01 nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/2.0\r\nHost: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nHost: other\r\n\r\n"}) {
    const Fd fd = running.connect();
    write_all(fd.get(), nonsense);
    const std::string answer = read_until(fd, "never");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 505"))
        << nonsense << " → " << answer;
  }
}

TEST(Server, RefusesAHeadOfVeryManyFields) {
  Running running;
  std::string fields;
  for (int i = 0; i < 1001; ++i) fields += "X: a\r\n";
  const Fd fd = running.connect();
  write_all(fd.get(), "GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  EXPECT_THAT(read_until(fd, "never"), StartsWith("HTTP/1.1 431"));
}

TEST(Server, HidesWhatAHandlerThrewAndTellsTheLog) {
  std::mutex mutex;
  std::string told;
  Running running({.on_error = [&](const RequestHead& head, std::string_view what) {
    std::lock_guard lock(mutex);
    told = head.raw_path + ": " + std::string(what);
  }});
  Client client({.port = running.port});
  const Response response = client.send({.target = "/throw"});
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, Not(HasSubstr("secret")));
  std::lock_guard lock(mutex);
  EXPECT_EQ(told, "/throw: secret detail");
}

TEST(Server, CutsAnAnswerThatWasNotFinished) {
  Running running;
  Client client({.port = running.port});
  const auto response = client.open({.target = "/half"});
  EXPECT_THROW(response->read_all(1000), Error);
}

TEST(Server, AnswersHeadWithTheLengthAndNoBody) {
  Running running;
  Client client({.port = running.port});
  const Response response = client.send({.method = "HEAD", .target = "/abc"});
  EXPECT_EQ(response.headers.get("Content-Length"), "10");
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(client.send({.target = "/again"}).body, "GET /again|");
}

TEST(Server, WritesChunks) {
  Running running;
  const Fd fd = running.connect();
  write_all(fd.get(), "GET /chunks HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(read_until(fd, "0\r\n\r\n"), EndsWith("4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n"));
  const Fd old = running.connect();
  write_all(old.get(), "GET /chunks HTTP/1.0\r\n\r\n");
  EXPECT_THAT(read_until(old, "never"), EndsWith("\r\n\r\none two three"));
}

TEST(Server, CarriesABodyBothWaysAtOnce) {
  Running running;
  Client client({.port = running.port});
  const std::string text(300'000, 'q');
  const Response response = client.send({.method = "POST", .target = "/stream", .body = text}, 1 << 20);
  EXPECT_EQ(response.body, text);
}

TEST(Server, StopsWhileConnectionsAreOpenAndHandlersRun) {
  std::atomic<bool> started = false;
  auto running = std::make_unique<Running>(ServerOptions{}, [&](Exchange& exchange) {
    started = true;
    exchange.read_body(100);  // never comes
    exchange.send({});
  });
  const Fd idle = running->connect();
  const Fd busy = running->connect();
  write_all(busy.get(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
  while (!started) std::this_thread::sleep_for(1ms);
  const auto begin = std::chrono::steady_clock::now();
  running->server().stop(100ms);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(read_until(idle, "never"), "");
}

TEST(Server, ServesTlsToCurlWithCertificatesMadeForTheName) {
  const TemporaryFolder folder;
  Authority authority(folder.path());
  Running running({.authority = &authority});
  const std::uint16_t port = running.add(Transport::kEither, "edge");
  const std::string number = std::to_string(port);
  for (const std::string host :
       {"localhost", "my-bucket.s3.ap-northeast-2.amazonaws.com", "web.localhost", "127.0.0.1"}) {
    const Captured curl = run_capture(
        {"curl", "-sS", "-v", "--cacert", folder.path() + "/ca.pem", "--connect-to", "::127.0.0.1:" + number,
         "--data-binary", std::string(500, 'z'), "https://" + host + ":" + number + "/tls"},
        {.timeout = 10s});
    EXPECT_EQ(curl.exit_code, 0) << host << "\n" << curl.err;
    EXPECT_THAT(curl.out, StartsWith("POST /tls|zzz"));
  }
  const Captured plain = run_capture({"curl", "-sS", "http://127.0.0.1:" + number + "/plain"}, {.timeout = 10s});
  EXPECT_EQ(plain.out, "GET /plain|");
  const Captured other = run_capture({"curl", "-sS", "--cacert", folder.path() + "/ca.pem", "--connect-to",
                                      "::127.0.0.1:" + number, "https://example.com:" + number + "/"},
                                     {.timeout = 10s});
  EXPECT_NE(other.exit_code, 0);
}

TEST(Server, WhoAsksAgainAtOnceIsServedOnByTheThreadThatItHas) {
  std::mutex mutex;
  std::vector<std::thread::id> seen;
  Running running({}, [&](Exchange& exchange) {
    const std::lock_guard lock(mutex);
    seen.push_back(std::this_thread::get_id());
    exchange.send({200, {}, "here"});
  });
  // Of several that there are.
  std::vector<std::unique_ptr<Client>> others;
  for (int i = 0; i < 4; ++i) {
    others.push_back(std::make_unique<Client>(Endpoint{.port = running.port}));
    others.back()->send({.target = "/"});
  }
  seen.clear();
  Client client({.port = running.port});
  for (int i = 0; i < 200; ++i) EXPECT_EQ(client.send({.target = "/"}).body, "here");
  int moves = 0;
  for (std::size_t i = 1; i < seen.size(); ++i) moves += seen[i] != seen[i - 1];
  EXPECT_LT(moves, 100);  // more of them than the client was late
}

}  // namespace
}  // namespace hanbat::http
