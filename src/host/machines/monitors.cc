#include "host/machines/monitors.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/text.h"
#include "os/files.h"
#include "os/proc.h"

namespace hanbat::host {
namespace {

using namespace std::chrono_literals;

constexpr auto kLongestEnd = 10s;
constexpr auto kLook = 20ms;

}  // namespace

std::vector<Monitor> monitors_of(const std::string& incus_dir) {
  const std::string mark = "[lxc monitor] " + incus_dir + "/containers ";
  std::vector<Monitor> found;
  for (const std::string& name : list_folder("/proc")) {
    const auto pid = parse_int(name);
    if (!pid) continue;
    std::string title = of_process(static_cast<int>(*pid), "cmdline");
    std::replace(title.begin(), title.end(), '\0', ' ');
    if (title.starts_with(mark))
      found.push_back({static_cast<int>(*pid), std::string(trim(std::string_view(title).substr(mark.size())))});
  }
  return found;
}

void cut_power(const std::string& incus_dir) {
  const auto until = std::chrono::steady_clock::now() + kLongestEnd;
  for (auto left = monitors_of(incus_dir); !left.empty(); left = monitors_of(incus_dir)) {
    const bool too_long = std::chrono::steady_clock::now() > until;
    for (const Monitor& monitor : left) {
      const std::string id = std::to_string(monitor.pid);
      for (const std::string& child : split(of_process(monitor.pid, "task/" + id + "/children"), ' '))
        if (const auto pid = parse_int(trim(child)); pid && *pid > 1) ::kill(static_cast<pid_t>(*pid), SIGKILL);
      if (too_long) ::kill(monitor.pid, SIGKILL);
    }
    if (too_long) return;
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace hanbat::host
