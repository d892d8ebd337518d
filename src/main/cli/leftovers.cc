// Reads /proc, /sys and nft for anything of ours. The names that hostd gives begin with "hb-" (links and namespaces)
// and "hanbat" (tables); processes and mounts are known by the state folder's path.
#include "main/cli/leftovers.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "base/text.h"
#include "host/firewall/firewall.h"
#include "os/files.h"
#include "os/proc.h"
#include "os/process.h"

namespace hanbat::cli {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

void add_processes(const std::string& root, std::vector<std::string>& found) {
  for (const std::string& pid : list_folder("/proc")) {
    if (!is_number(pid) || pid == std::to_string(::getpid()) || pid == std::to_string(::getppid())) continue;
    std::string command = of_process(std::stoi(pid), "cmdline");
    std::replace(command.begin(), command.end(), '\0', ' ');
    // Only what runs for the region: a shell or an editor that names the folder is no part of it.
    for (const char* name : {"hanbat-hostd", "hanbatd", "incusd", "haproxy", "dnsmasq", "lxc", "sshd"})
      if (command.find(name) < command.find(' ') && command.find(root) != std::string::npos) {
        found.push_back("process " + pid + ": " + command.substr(0, 120));
        break;
      }
  }
}

void add_mounts(const std::string& root, std::vector<std::string>& found) {
  std::istringstream mounts(read_file("/proc/self/mounts"));
  for (std::string line; std::getline(mounts, line);) {
    const std::vector<std::string> fields = split(line, ' ');
    if (fields.size() > 1 && (fields[1].starts_with(root + "/") || fields[1].starts_with("/run/netns/hb-")))
      found.push_back("mount " + fields[1]);
  }
}

/// The region's loop devices, each with the file that it is of.
std::map<std::string, std::string> loop_devices(const std::string& root) {
  std::map<std::string, std::string> found;
  for (const std::string& device : list_folder("/sys/block")) {
    if (!device.starts_with("loop")) continue;
    const auto file = find_file("/sys/block/" + device + "/loop/backing_file");
    if (file && file->starts_with(root + "/")) found[device] = trim(*file);
  }
  return found;
}

/// Who has the device mounted in a mount namespace of its own, as a copy of what was mounted when it was made.
std::optional<std::string> find_holder(const std::string& device) {
  const auto link = [](const std::string& pid) {
    std::error_code failed;
    return std::filesystem::read_symlink("/proc/" + pid + "/ns/mnt", failed).string();
  };
  const std::string ours = link("self");
  for (const std::string& pid : list_folder("/proc")) {
    if (!is_number(pid)) continue;
    try {
      if (const std::string theirs = link(pid); theirs.empty() || theirs == ours) continue;
      if (find_file("/proc/" + pid + "/mounts").value_or("").find("/dev/" + device + " ") != std::string::npos)
        return "process " + pid + " (" + std::string(trim(find_file("/proc/" + pid + "/comm").value_or(""))) + ")";
    } catch (const std::exception&) {
      continue;  // it ended meanwhile
    }
  }
  return std::nullopt;
}

void add_loop_devices(const std::string& root, std::vector<std::string>& found) {
  for (const auto& [device, file] : loop_devices(root))
    if (!find_holder(device)) found.push_back("loop device " + device + " of " + file);
}

}  // namespace

std::vector<std::string> list_held(const Home& home) {
  std::vector<std::string> found;
  for (const auto& [device, file] : loop_devices(home.root))
    if (const auto holder = find_holder(device))
      found.push_back("loop device " + device + " of " + file + ", which the mount namespace of " + *holder +
                      " holds; it goes when that ends");
  return found;
}

std::vector<std::string> list_leftovers(const Home& home) {
  std::vector<std::string> found;
  const std::string root = home.root;
  add_processes(root, found);
  add_mounts(root, found);
  add_loop_devices(root, found);
  if (path_exists("/run/netns"))
    for (const std::string& name : list_folder("/run/netns"))
      if (name.starts_with("hb-")) found.push_back("network namespace " + name);
  for (const std::string& name : list_folder("/sys/class/net"))
    if (name.starts_with("hb-")) found.push_back("network link " + name);
  try {
    std::istringstream tables(run_capture({"nft", "list", "tables"}).out);
    for (std::string line; std::getline(tables, line);)
      if (line.find("hanbat") != std::string::npos) found.push_back("nftables " + line);
    for (std::string& line : host::list_firewall_leftovers()) found.push_back(std::move(line));
  } catch (const std::exception&) {
    // Without nft there are no tables of ours.
  }
  return found;
}

}  // namespace hanbat::cli
