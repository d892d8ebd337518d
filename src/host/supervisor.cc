#include "host/supervisor.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "os/fault.h"

namespace hanbat::host {
namespace {

using namespace std::chrono_literals;

constexpr auto kStopPoll = 50ms;
constexpr auto kGrace = 10s;
constexpr auto kFirstPause = 50ms;
constexpr auto kLongestPause = 5s;
constexpr auto kHealthyAge = 10s;  // a child that lived this long starts again without a pause

void pause(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
}

}  // namespace

Supervisor::Supervisor(std::function<Process()> start, std::function<void(const std::string&)> report)
    : start_(std::move(start)),
      report_(std::move(report)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

Supervisor::~Supervisor() { stop(); }

void Supervisor::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Supervisor::run(const std::stop_token& stop) {
  std::chrono::milliseconds next_pause = kFirstPause;
  while (!stop.stop_requested()) {
    const auto began = std::chrono::steady_clock::now();
    try {
      Process child = start_();
      pid_ = child.pid();
      report_(fmt::format("started as process {}", child.pid()));
      std::optional<Exit> exit;
      while (!exit && !stop.stop_requested()) exit = child.wait(kStopPoll);
      if (!exit) {
        child.stop(kGrace);
        pid_ = 0;
        return;
      }
      pid_ = 0;
      if (exit->signal == SIGKILL) fault_point("supervisor", "child-killed");
      report_(exit->signal ? fmt::format("killed by signal {}", exit->signal)
                           : fmt::format("ended with code {}", exit->code));
    } catch (const std::exception& error) {
      pid_ = 0;
      report_(fmt::format("cannot start: {}", error.what()));
    }
    if (stop.stop_requested()) return;
    if (std::chrono::steady_clock::now() - began >= kHealthyAge) next_pause = kFirstPause;
    pause(stop, next_pause);
    next_pause = std::min<std::chrono::milliseconds>(next_pause * 2, kLongestPause);
    ++restarts_;
  }
}

}  // namespace hanbat::host
