// Commands of iproute2, nftables and dnsmasq. They are run in the namespace by the child itself, so our threads stay
// where they are.
#include "host/networks/kernel.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "base/text.h"
#include "host/error.h"
#include "os/files.h"
#include "os/namespaces.h"
#include "os/proc.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

Captured run_in(const std::string& name, const std::vector<std::string>& argv, std::string_view input) {
  CaptureOptions options;
  options.input = input;
  options.timeout = std::chrono::seconds(30);
  Fd space;
  if (!name.empty()) {
    space = open_network_namespace(name);
    options.spawn.namespaces = {space.get()};
  }
  return run_capture(argv, options);
}

void require_ok(const Captured& result, const std::string& what, std::string_view input) {
  if (!result.ok())
    throw HostError(HostErrorCode::kFailed,
                    what + ": " + result.err.substr(0, 600) + (input.size() < 2000 ? "\n" + std::string(input) : ""));
}

}  // namespace

bool namespace_exists(const std::string& name) { return path_exists("/run/netns/" + name); }

std::string identity_of(const std::string& name) {
  struct stat about{};
  return ::stat(("/run/netns/" + name).c_str(), &about) == 0 ? fmt::format("{}:{}", about.st_dev, about.st_ino) : "";
}

void add_namespace(const std::string& name) {
  if (!namespace_exists(name)) run_checked({"ip", "netns", "add", name});
  write_sysctl(name, "ipv4/ip_forward", "1");
  write_sysctl(name, "ipv4/conf/all/rp_filter", "0");
  write_sysctl(name, "ipv4/conf/default/rp_filter", "0");
  write_sysctl(name, "ipv4/conf/all/send_redirects", "0");
  write_sysctl(name, "ipv4/conf/default/send_redirects", "0");
  if (path_exists("/proc/sys/net/ipv6/conf/all/disable_ipv6")) {
    write_sysctl(name, "ipv6/conf/all/disable_ipv6", "1");
    write_sysctl(name, "ipv6/conf/default/disable_ipv6", "1");
  }
  run_ip(name, "link set lo up\n");
}

void delete_namespace(const std::string& name) {
  if (namespace_exists(name)) run_checked({"ip", "netns", "delete", name});
}

bool link_exists(const std::string& name, const std::string& link) {
  if (name.empty()) return path_exists("/sys/class/net/" + link);
  if (!namespace_exists(name)) return false;
  const InNetworkNamespace inside(name);
  return ::if_nametoindex(link.c_str()) != 0;
}

void run_ip(const std::string& name, std::string_view batch) {
  if (batch.empty()) return;
  require_ok(run_in(name, {"ip", "-batch", "-"}, batch), "ip in " + (name.empty() ? "the host" : name), batch);
}

void try_ip(const std::string& name, std::string_view batch) {
  if (!batch.empty()) run_in(name, {"ip", "-force", "-batch", "-"}, batch);
}

void apply_difference(const std::string& name, const std::string& object, const std::set<std::string>& before,
                      const std::set<std::string>& wanted) {
  std::string adds, deletes;
  // Rules have no "replace": one that is there already may have been left by a change that failed half way.
  const bool is_rule = object == "rule";
  for (const auto& line : wanted)
    if (!before.contains(line)) {
      if (is_rule) deletes += "rule delete " + line + "\n";
      adds += object + (is_rule ? " add " : " replace ") + line + "\n";
    }
  if (is_rule) try_ip(name, deletes);
  run_ip(name, adds);
  deletes.clear();
  for (const auto& line : before)
    if (!wanted.contains(line)) deletes += object + " delete " + line + "\n";
  try_ip(name, deletes);
}

void run_nft(const std::string& name, std::string_view ruleset) {
  require_ok(run_in(name, {"nft", "-f", "-"}, ruleset), "nft in " + (name.empty() ? "the host" : name), ruleset);
}

std::string list_nft(const std::string& name) {
  if (!name.empty() && !namespace_exists(name)) return "";
  const Captured listed = run_in(name, {"nft", "-s", "-t", "list", "table", "ip", "hanbat"}, "");
  return listed.ok() ? listed.out : "";
}

std::string list_nft_rules(const std::string& name) {
  const Captured listed = run_in(name, {"nft", "-a", "-s", "-t", "list", "table", "ip", "hanbat"}, "");
  return listed.ok() ? listed.out : "";
}

std::string list_traffic(const std::string& name) {
  if (!namespace_exists(name)) return "";
  const Captured listed = run_in(name, {"nft", "-j", "list", "counters", "table", "ip", "hanbat_traffic"}, "");
  return listed.ok() ? listed.out : "";
}

void remove_traffic_counter(const std::string& name, const std::string& counter) {
  if (namespace_exists(name)) run_in(name, {"nft", "delete", "counter", "ip", "hanbat_traffic", counter}, "");
}

void write_sysctl(const std::string& name, const std::string& path, std::string_view value) {
  const std::string file = "/proc/sys/net/" + path;
  const auto write = [&] {
    const Fd fd = open_file(file, O_WRONLY);
    write_all(fd.get(), value);
  };
  if (name.empty()) return write();
  const InNetworkNamespace inside(name);
  write();
}

std::string read_sysctl(const std::string& path) { return std::string(trim(read_file("/proc/sys/net/" + path))); }

int find_process(const std::string& pid_file, std::string_view mark) {
  const auto text = find_file(pid_file);
  const auto pid = text ? parse_int(trim(*text)) : std::nullopt;
  if (!pid || *pid <= 1) return 0;
  const auto process = static_cast<int>(*pid);
  return of_process(process, "cmdline").find(mark) != std::string::npos ? process : 0;
}

void end_process(int pid) {
  if (pid <= 1) return;
  ::kill(pid, SIGTERM);
  for (int i = 0; i < 200 && ::kill(pid, 0) == 0; ++i) {
    const std::string stat = of_process(pid, "stat");
    if (stat.empty() || stat.find(") Z ") != std::string::npos) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(pid, SIGKILL);
}

void start_dnsmasq(const std::string& name, const std::string& folder) {
  if (find_process(folder + "/dnsmasq.pid", folder) != 0) return;
  require_ok(run_in(name, {"dnsmasq", "--conf-file=" + folder + "/dnsmasq.conf"}, ""),
             "dnsmasq in " + (name.empty() ? "the host" : name), "");
}

void stop_dnsmasq(const std::string& folder) { end_process(find_process(folder + "/dnsmasq.pid", folder)); }

bool reload_dnsmasq(const std::string& folder) {
  const int pid = find_process(folder + "/dnsmasq.pid", folder);
  return pid != 0 && ::kill(pid, SIGHUP) == 0;
}

}  // namespace hanbat::host
