// Sends requests over and over, each in its turn, on many connections at once, for some seconds: requests a second, and
// the latency of the median and of one in a hundred. Every answer must be of success. A server that closes a connection
// gets the next request on a new one, which counts as its own time.
//     load PORT CONNECTIONS SECONDS < requests        each request is its length, a line's end, and its bytes
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <iterator>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

int dial(int port) {
  const int s = socket(AF_INET, SOCK_STREAM, 0);
  const int one = 1;
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<unsigned short>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(s, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) std::abort();
  return s;
}

}  // namespace

int main(int, char** arguments) {
  using Clock = std::chrono::steady_clock;
  const int port = std::atoi(arguments[1]), connections = std::atoi(arguments[2]);
  const double seconds = std::atof(arguments[3]);
  std::vector<std::string> requests;
  for (std::size_t length = 0; std::cin >> length && std::cin.get() == '\n';) {
    requests.emplace_back(length, '\0');
    std::cin.read(requests.back().data(), static_cast<std::streamsize>(length));
  }
  if (requests.empty() || connections < 1) return 2;
  const auto began = Clock::now(),
             end = began + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  std::mutex lock;
  std::vector<double> all;
  std::vector<std::thread> threads;
  for (int i = 0; i < connections; ++i)
    threads.emplace_back([&, i] {
      int s = dial(port);
      std::vector<double> took;
      std::string answer;
      char bytes[65536];
      for (std::size_t at = static_cast<std::size_t>(i) * requests.size() / static_cast<std::size_t>(connections);
           Clock::now() < end; ++at) {
        const std::string& request = requests[at % requests.size()];
        const auto begin = Clock::now();
        if (s < 0) s = dial(port);
        for (std::size_t sent = 0; sent < request.size();) {
          const ssize_t some = send(s, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
          if (some <= 0) std::abort();
          sent += static_cast<std::size_t>(some);
        }
        answer.clear();
        std::size_t whole = std::string::npos;
        while (whole == std::string::npos || answer.size() < whole) {
          const ssize_t got = recv(s, bytes, sizeof bytes, 0);
          if (got <= 0) std::abort();
          answer.append(bytes, static_cast<std::size_t>(got));
          const auto head = answer.find("\r\n\r\n");
          if (whole != std::string::npos || head == std::string::npos) continue;
          const char* length = strcasestr(answer.c_str(), "\r\nContent-Length:");
          whole = head + 4 + (length ? std::strtoul(length + 17, nullptr, 10) : 0);
        }
        if (answer.compare(9, 1, "2") != 0) {
          std::fprintf(stderr, "%s\n", answer.c_str());
          std::abort();
        }
        if (strcasestr(answer.substr(0, answer.find("\r\n\r\n")).c_str(), "\r\nConnection: close")) {
          close(s);
          s = -1;
        }
        took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
      }
      if (s >= 0) close(s);
      const std::lock_guard guard(lock);
      all.insert(all.end(), took.begin(), took.end());
    });
  for (auto& thread : threads) thread.join();
  const double took = std::chrono::duration<double>(Clock::now() - began).count();
  if (all.empty()) return 2;
  std::sort(all.begin(), all.end());
  std::printf("%8.0f a second  median %6.2f ms  99%% %7.2f ms\n", static_cast<double>(all.size()) / took,
              all[all.size() / 2], all[all.size() * 99 / 100]);
}
