#include "services/codecommit/git/ssh_exchange.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "os/fd.h"
#include "os/poller.h"

namespace hanbat::codecommit {
namespace {

using SteadyTime = std::chrono::steady_clock;

constexpr auto kStopLook = std::chrono::milliseconds(500);
// A client counts and packs its objects meanwhile and says nothing.
constexpr auto kClientPatience = std::chrono::minutes(10);
constexpr std::size_t kPipeStep = 4096;  // as much as a pipe that is ready takes without waiting

}  // namespace

SshExchange::SshExchange(const SshCall& call, const std::stop_token& stop) : call_(call), stop_(stop) {
  head_.method = "SSH";
  head_.target = head_.raw_path = call.question.command;
  head_.peer_address = call.question.client_address;
  // Nobody can look in, which is what aws:SecureTransport asks.
  head_.tls_version = "SSH";
  if (!call.question.git_protocol.empty()) head_.headers.add("Git-Protocol", call.question.git_protocol);
}

void SshExchange::send(http::Response response) {
  if (response.status >= 300) return refuse(std::move(response.body));
  answered_ = true;
  write(response.body);
}

http::ResponseWriter& SshExchange::start(int, http::Headers, std::optional<std::uint64_t>) {
  answered_ = true;
  return *this;
}

bool SshExchange::client_gone() {
  pollfd poll{out(), 0, 0};
  return ::poll(&poll, 1, 0) > 0;
}

void SshExchange::refuse(std::string text, int exit_code) {
  answered_ = true;
  answer_.exit_code = exit_code;
  answer_.err = std::move(text);
}

std::size_t SshExchange::read(std::span<char> into) {
  const auto end = SteadyTime::now() + kClientPatience;
  while (!stopping() && SteadyTime::now() < end) {
    pollfd polls[2] = {{in(), POLLIN, 0}, {watched_, POLLIN, 0}};
    const int n = ::poll(polls, watched_ < 0 ? 1 : 2, static_cast<int>(kStopLook.count()));
    if (n < 0 && errno != EINTR) throw_errno("wait for a git client");
    if (n <= 0) continue;
    if (polls[0].revents != 0) return read_some(in(), into);
    if (polls[1].revents != 0) return 0;
  }
  throw http::Error(408, "the git client says nothing");
}

void SshExchange::write(std::string_view bytes) {
  auto end = SteadyTime::now() + kClientPatience;
  while (!bytes.empty()) {
    if (stopping() || SteadyTime::now() > end) throw http::Error(408, "the git client takes no answer");
    if (!wait_ready(out(), Interest::kWrite, kStopLook)) continue;
    const std::string_view step = bytes.substr(0, kPipeStep);
    write_all(out(), step);
    bytes.remove_prefix(step.size());
    end = SteadyTime::now() + kClientPatience;
  }
}

}  // namespace hanbat::codecommit
