// The HTTP client, ours beside libcurl, against our own server in the same process: many small requests over a kept
// connection, and one large download. CPU time of the calling thread, in turn within each round.
#include <curl/curl.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <string>

#include "http/client.h"
#include "http/server.h"
#include "os/sockets.h"

namespace {

using namespace hanbat;

constexpr std::uint64_t kLarge = 256u << 20;
constexpr int kRequests = 5000;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void answer(http::Exchange& exchange) {
  if (exchange.head().raw_path != "/large")
    return exchange.send({200, {{"Content-Type", "text/plain"}}, std::string(1024, 'x')});
  http::ResponseWriter& out = exchange.start(200, {}, kLarge);
  const std::string piece(256 << 10, 'y');
  for (std::uint64_t sent = 0; sent < kLarge; sent += piece.size()) out.write(piece);
  out.finish();
}

std::size_t count(char*, std::size_t size, std::size_t n, void* into) {
  *static_cast<std::uint64_t*>(into) += size * n;
  return size * n;
}

std::uint64_t ours_small(http::Client& client) {
  std::uint64_t bytes = 0;
  for (int i = 0; i < kRequests; ++i) bytes += client.send({.target = "/small"}).body.size();
  return bytes;
}

std::uint64_t ours_large(http::Client& client) {
  std::array<char, 65536> chunk;
  const auto answer = client.open({.target = "/large"});
  std::uint64_t bytes = 0;
  while (const std::size_t n = answer->read(chunk)) bytes += n;
  return bytes;
}

std::uint64_t curl_get(CURL* curl, const std::string& url, int times) {
  std::uint64_t bytes = 0;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &bytes);
  for (int i = 0; i < times; ++i)
    if (curl_easy_perform(curl) != CURLE_OK) return 0;
  return bytes;
}

}  // namespace

int main() {
  http::Server server({}, answer);
  Fd listening = listen_tcp("127.0.0.1", 0);
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(listening.get(), reinterpret_cast<sockaddr*>(&address), &length);
  const std::uint16_t port = ntohs(address.sin_port);
  server.add_listener(std::move(listening), {});
  http::Client client({.host = "127.0.0.1", .port = port});
  CURL* curl = curl_easy_init();
  const std::string url = "http://127.0.0.1:" + std::to_string(port);
  std::array<double, 4> best{1e9, 1e9, 1e9, 1e9};
  for (int round = 0; round < 5; ++round) {
    const auto timed = [&](std::size_t slot, std::uint64_t expected, auto&& run) {
      const double began = cpu_seconds();
      if (run() != expected) std::puts("a transfer went wrong");
      best[slot] = std::min(best[slot], cpu_seconds() - began);
    };
    timed(0, kRequests * 1024ull, [&] { return ours_small(client); });
    timed(1, kRequests * 1024ull, [&] { return curl_get(curl, url + "/small", kRequests); });
    timed(2, kLarge, [&] { return ours_large(client); });
    timed(3, kLarge, [&] { return curl_get(curl, url + "/large", 1); });
  }
  std::printf("small request, ours    %6.1f us of CPU\nsmall request, libcurl %6.1f us of CPU\n",
              best[0] / kRequests * 1e6, best[1] / kRequests * 1e6);
  std::printf("download, ours         %6.0f MB per second of CPU\ndownload, libcurl      %6.0f MB per second of CPU\n",
              static_cast<double>(kLarge) / best[2] / 1e6, static_cast<double>(kLarge) / best[3] / 1e6);
  curl_easy_cleanup(curl);
  return 0;
}
