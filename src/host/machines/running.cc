#include "host/machines/running.h"

#include <signal.h>

#include <algorithm>
#include <thread>

#include "base/text.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(20);

std::vector<pid_t> list_processes() {
  std::vector<pid_t> out;
  for (const std::string& name : list_folder("/proc"))
    if (const auto pid = parse_int(name); pid && *pid > 0) out.push_back(static_cast<pid_t>(*pid));
  return out;
}

/// "" of one that has ended.
std::string read_of(pid_t pid, const char* file) {
  try {
    return find_file("/proc/" + std::to_string(pid) + "/" + file).value_or("");
  } catch (const std::exception&) {
    return "";
  }
}

/// 0 of one that has ended.
pid_t parent_of(pid_t pid) {
  // After the name in parentheses, which may hold anything: state, parent, …
  const std::string stat = read_of(pid, "stat");
  const std::size_t name = stat.rfind(')');
  if (name == std::string::npos) return 0;
  const auto fields = split(stat.substr(name + 1), ' ');
  return fields.size() < 3 ? 0 : static_cast<pid_t>(parse_int(fields[2]).value_or(0));
}

/// Ends what runs in the machine with its first process; the monitor sees that and ends by itself.
void kill_children(pid_t monitor) {
  for (const pid_t pid : list_processes())
    if (parent_of(pid) == monitor) ::kill(pid, SIGKILL);
}

std::vector<RunningMachine> wait_for_ends(const std::string& incus_dir, std::chrono::milliseconds longest) {
  const auto until = std::chrono::steady_clock::now() + longest;
  auto running = list_running(incus_dir);
  for (; !running.empty() && std::chrono::steady_clock::now() < until; running = list_running(incus_dir))
    std::this_thread::sleep_for(kPoll);
  return running;
}

}  // namespace

std::vector<RunningMachine> list_running(const std::string& incus_dir) {
  const std::string beginning = "[lxc monitor] " + incus_dir + "/containers ";
  std::vector<RunningMachine> out;
  for (const pid_t pid : list_processes()) {
    std::string command = read_of(pid, "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    if (command.starts_with(beginning)) out.push_back({std::string(trim(command.substr(beginning.size()))), pid});
  }
  return out;
}

std::vector<RunningMachine> cut_power(const std::string& incus_dir, std::chrono::milliseconds longest) {
  for (const RunningMachine& machine : list_running(incus_dir)) kill_children(machine.monitor);
  // A monitor tells incusd of the end and may wait for it; where nobody is left to tell, it ends with the rest.
  for (const RunningMachine& machine : wait_for_ends(incus_dir, longest / 2)) {
    kill_children(machine.monitor);
    ::kill(machine.monitor, SIGKILL);
  }
  return wait_for_ends(incus_dir, longest / 2);
}

bool Patience::goes_on(std::size_t left, Time now) {
  if (left < least_) {
    least_ = left;
    moved_ = now;
  }
  return now - moved_ < longest_still_;
}

}  // namespace hanbat::host
