// The server when there is much of it: clients that are slow, connections that wait, bodies of gibibytes, few threads.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "http/client.h"
#include "http/testing.h"

namespace hanbat::http {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

long resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
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

}  // namespace
}  // namespace hanbat::http
