// The server against raw sockets, our own client and curl: framing, limits, slow clients, memory.
#include "http/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/text.h"
#include "http/authority.h"
#include "http/client.h"
#include "os/files.h"
#include "os/poller.h"
#include "os/process.h"
#include "os/sockets.h"

namespace hanbat::http {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

void echo(Exchange& exchange) {
  const RequestHead& head = exchange.head();
  if (head.raw_path == "/throw") throw std::runtime_error("secret detail");
  if (head.raw_path == "/chunks") {
    ResponseWriter& out = exchange.start(200, {});
    for (const char* part : {"one ", "two ", "three"}) {
      out.write(part);
      out.flush();
    }
    out.finish();
    return;
  }
  if (head.raw_path == "/stream") {  // the request's body, back as it comes
    ResponseWriter& out =
        exchange.start(200, {{"Content-Type", "application/octet-stream"}}, exchange.content_length());
    out.copy(exchange.body());
    return;
  }
  if (head.raw_path == "/unread") return exchange.send({403, {}, "no"});
  if (head.raw_path == "/half") {
    exchange.start(200, {}, 100).write("half");
    return;
  }
  exchange.send(
      {200, {{"X-Tag", head.listener_tag}}, head.method + " " + head.raw_path + "|" + exchange.read_body(1000)});
}

class Running {
 public:
  explicit Running(ServerOptions options = {}, Handler handler = echo)
      : server_(std::move(options), std::move(handler)) {
    Fd fd = listen_tcp("127.0.0.1", 0);
    port = local_address(fd.get()).port;
    server_.add_listener(std::move(fd), {.tag = "front"});
  }
  Server& server() { return server_; }
  std::uint16_t add(Transport transport, std::string tag) {
    Fd fd = listen_tcp("127.0.0.1", 0);
    const std::uint16_t its_port = local_address(fd.get()).port;
    server_.add_listener(std::move(fd), {std::move(tag), transport});
    return its_port;
  }
  Fd connect() { return connect_tcp("127.0.0.1", port, 2s); }
  std::uint16_t port;

 private:
  Server server_;
};

/// Reads until `ending` came or the server closed or 3 s passed.
std::string read_until(const Fd& fd, std::string_view ending, std::chrono::milliseconds longest = 3s) {
  std::string text;
  char buffer[4096];
  while (text.find(ending) == std::string::npos && wait_ready(fd.get(), Interest::kRead, longest)) {
    const std::size_t n = read_some(fd.get(), buffer);
    if (n == 0) break;
    text.append(buffer, n);
  }
  return text;
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

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

TEST(Server, ClosesClientsThatTrickleTheirHeadAndHoldsNoThreadForThem) {
  Running running({.max_threads = 2, .header_timeout = 700ms, .idle_timeout = 5s});
  std::vector<Fd> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(running.connect());
    write_all(slow.back().get(), "GET / HTTP/1.1\r\nHo");
  }
  Client client({.port = running.port});
  EXPECT_EQ(client.send({.target = "/quick"}).body, "GET /quick|");
  for (const Fd& fd : slow) EXPECT_EQ(read_until(fd, "never"), "");
  EXPECT_LE(running.server().figures().threads, 2);
}

TEST(Server, ClosesClientsThatAreTooSlowWithTheirBody) {
  Running running({.io_timeout = 400ms, .min_bytes_per_second = 1000});
  const Fd silent = running.connect();
  write_all(silent.get(), "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(read_until(silent, "never"), StartsWith("HTTP/1.1 408"));
  // One byte at a time is within io_timeout each, but slow on the whole.
  const Fd dripping = running.connect();
  write_all(dripping.get(), "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n");
  int sent = 0;
  while (sent < 50 && !wait_ready(dripping.get(), Interest::kRead, 50ms)) {
    write_all(dripping.get(), "x");
    ++sent;
  }
  EXPECT_LT(sent, 30);
}

TEST(Server, ServesOthersWhileMoreClientsAreSlowWithTheirBodyThanItHasThreads) {
  Running running({.max_threads = 2, .max_waiting = 6});
  std::vector<Fd> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(running.connect());
    write_all(slow.back().get(), "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  }
  Client client({.port = running.port}, {.io_timeout = 3s});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client.send({.method = "POST", .target = "/q", .body = "b"}).body, "POST /q|b");
  EXPECT_LE(running.server().figures().threads, 8);
  // Who was slow longest was cut, who came last still has his time.
  EXPECT_EQ(read_until(slow.front(), "never", 1s), "");
  write_all(slow.back().get(), "defghij");
  EXPECT_THAT(read_until(slow.back(), "|", 1s), HasSubstr("200 OK"));
}

TEST(Server, ServesOthersWhileMoreHandlersRestThanItHasThreads) {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  Server* server = nullptr;
  Running running({.max_threads = 2, .max_waiting = 20}, [&](Exchange& exchange) {
    const std::string& path = exchange.head().raw_path;
    if (path != "/quick")
      server->rest(path, [&] {
        std::unique_lock lock(mutex);
        changed.wait_for(lock, 5s, [&] { return over; });
      });
    exchange.send({200, {}, "served"});
  });
  server = &running.server();
  std::vector<Fd> polls;
  for (int i = 0; i < 10; ++i) {
    polls.push_back(running.connect());
    write_all(polls.back().get(), "GET /poll-" + std::to_string(i % 3) + " HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  Client client({.port = running.port}, {.io_timeout = 3s});
  EXPECT_EQ(client.send({.target = "/quick"}).body, "served");
  {
    std::lock_guard lock(mutex);
    over = true;
  }
  changed.notify_all();
  for (const Fd& fd : polls) EXPECT_THAT(read_until(fd, "served"), EndsWith("served"));
}

TEST(Server, LetsNoMoreThanAFewThreadsRestForOneCaller) {
  std::atomic<int> resting = 0;
  std::atomic<bool> over = false;
  Server* server = nullptr;
  Running running({.max_resting = 2}, [&](Exchange& exchange) {
    server->rest("one", [&] {
      ++resting;
      while (!over) std::this_thread::sleep_for(1ms);
    });
    exchange.send({200, {}, "served"});
  });
  server = &running.server();
  std::vector<Fd> polls;
  int answered = 0;
  for (int i = 0; i < 5; ++i) {
    polls.push_back(running.connect());
    write_all(polls.back().get(), "GET /poll HTTP/1.1\r\nHost: h\r\n\r\n");
  }
  for (const Fd& fd : polls) answered += read_until(fd, "served", 500ms).ends_with("served");
  EXPECT_EQ(answered, 3);
  EXPECT_EQ(resting, 2);
  over = true;
}

TEST(Server, MakesRoomForNewConnectionsAmongHeadsThatTrickle) {
  Running running({.max_connections = 8});
  std::vector<Fd> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(running.connect());
    write_all(slow.back().get(), "GET / HTTP/1.1\r\nHo");
  }
  Client client({.port = running.port}, {.io_timeout = 3s});
  EXPECT_EQ(client.send({.target = "/quick"}).body, "GET /quick|");
  EXPECT_LE(running.server().figures().connections, 8);
}

TEST(Server, ParksAThousandIdleConnectionsInLittleMemory) {
  raise_open_files_limit();
  Running running;
  std::vector<Fd> fds;
  const auto open = [&](int count) {
    for (int i = 0; i < count; ++i) {
      fds.push_back(running.connect());
      write_all(fds.back().get(), "GET /idle HTTP/1.1\r\nHost: h\r\n\r\n");
      ASSERT_THAT(read_until(fds.back(), "|"), EndsWith("|"));
    }
  };
  open(50);
  const long before = resident_kib();
  open(1000);
  const long after = resident_kib();
  std::printf("1000 idle connections: %ld KiB, %.2f KiB each\n", after - before, (after - before) / 1000.0);
  EXPECT_EQ(running.server().figures().connections, 1050);
  EXPECT_LT(after - before, 8 * 1024);
  EXPECT_LT(running.server().figures().threads, 20);
}

TEST(Server, MakesRoomForNewConnectionsByClosingTheLongestIdle) {
  Running running({.max_connections = 3});
  std::vector<Fd> fds;
  for (int i = 0; i < 5; ++i) {
    fds.push_back(running.connect());
    write_all(fds.back().get(), "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    ASSERT_THAT(read_until(fds.back(), "|"), EndsWith("|"));
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_LE(running.server().figures().connections, 3);
  EXPECT_EQ(read_until(fds[0], "never"), "");
}

/// Gives `size` bytes of zeros.
class Zeros final : public BodyReader {
 public:
  explicit Zeros(std::uint64_t size) : left_(size) {}
  std::size_t read(std::span<char> into) override {
    const std::size_t n = std::min<std::uint64_t>(left_, into.size());
    std::fill_n(into.data(), n, '\0');
    left_ -= n;
    return n;
  }

 private:
  std::uint64_t left_;
};

TEST(Server, StreamsTwoGibibytesEachWayInConstantMemory) {
  constexpr std::uint64_t kSize = 2ull << 30;
  std::atomic<std::uint64_t> received{0};
  Running running({}, [&](Exchange& exchange) {
    std::vector<char> buffer(65536);
    while (const std::size_t n = exchange.body().read(buffer)) received += n;
    Zeros zeros(kSize);
    exchange.start(200, {}).copy(zeros);
  });
  Client client({.port = running.port});
  const long before = resident_kib();
  Zeros zeros(kSize);
  const auto response = client.open({.method = "PUT", .target = "/big", .stream = &zeros});
  EXPECT_EQ(received, kSize);
  std::uint64_t back = 0;
  std::vector<char> buffer(65536);
  while (const std::size_t n = response->read(buffer)) back += n;
  const long after = resident_kib();
  EXPECT_EQ(back, kSize);
  std::printf("2 GiB up and down: %ld KiB more\n", after - before);
  EXPECT_LT(after - before, 4 * 1024);
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

TEST(Authority, KeepsItsKeyToItselfAndIsReadAgain) {
  const TemporaryFolder folder;
  std::string first;
  {
    Authority authority(folder.path());
    first = authority.ca_pem();
    const CertificatePem leaf = authority.issue({"www.example.test", "*.example.test", "10.0.0.1"});
    EXPECT_THAT(leaf.certificate, EndsWith(first));
    EXPECT_THAT(leaf.key, HasSubstr("PRIVATE KEY"));
    EXPECT_THROW(authority.issue({"a,DNS:b"}), std::invalid_argument);
  }
  EXPECT_EQ(Authority(folder.path()).ca_pem(), first);
  EXPECT_EQ(run_checked({"stat", "-c", "%a", folder.path() + "/ca.key"}), "600\n");
}

TEST(RequestHead, TakesItsTargetApart) {
  RequestHead head;
  head.raw_query = "a=1&b=x%20y+z&flag&=e";
  head.headers = {{"hOST", "LocalHost:4566"}, {"X", "1"}, {"x", "2"}};
  EXPECT_EQ(head.query("b"), "x y z");
  EXPECT_EQ(head.query("flag"), "");
  EXPECT_EQ(head.query("none"), std::nullopt);
  EXPECT_EQ(head.host(), "localhost");
  EXPECT_EQ(head.headers.joined("X"), "1,2");
}

}  // namespace
}  // namespace hanbat::http
