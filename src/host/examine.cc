// What a machine lacks to be a region, found by trying.
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "base/text.h"
#include "host/daemon.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

bool found_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  for (const auto& folder :
       split(std::string(path ? path : "") + ":/usr/sbin:/sbin:/usr/libexec/incus:/usr/lib/incus", ':'))
    if (!folder.empty() && ::access((std::string(folder) + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

bool can_unshare(int flags) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(flags) == 0 ? 0 : 1);
  int status = 1;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::vector<Finding> examine_machine() {
  std::vector<Finding> findings;
  const auto tell = [&](const std::string& what, bool holds, const std::string& severity, const std::string& remedy) {
    findings.push_back(
        {.what = what, .severity = holds ? "ok" : severity, .detail = "", .remedy = holds ? "" : remedy});
  };
  tell("root", ::geteuid() == 0, "missing", "run it as root: networks and machines take it");
  tell("network and mount namespaces", can_unshare(CLONE_NEWNET | CLONE_NEWNS), "missing",
       "a kernel with them, and CAP_SYS_ADMIN (in a container: a privileged one)");
  tell("user namespaces", can_unshare(CLONE_NEWUSER), "missing",
       "sysctl user.max_user_namespaces above 0, and no policy that forbids them");
  const bool nft = found_in_path("nft");
  tell("nftables", nft && run_capture({"nft", "list", "tables"}).ok(), "missing",
       nft ? "a kernel with CONFIG_NF_TABLES, and CAP_NET_ADMIN" : "apt-get install nftables");
  for (const auto& [program, package] :
       std::vector<std::pair<std::string, std::string>>{{"ip", "iproute2"},
                                                        {"incusd", "incus-base (Debian 12: from bookworm-backports)"},
                                                        {"incus", "incus-client (Debian 12: from bookworm-backports)"},
                                                        {"haproxy", "haproxy"},
                                                        {"dnsmasq", "dnsmasq-base"},
                                                        {"unsquashfs", "squashfs-tools"}})
    tell(program, found_in_path(program), "missing", "apt-get install " + package);
  const std::string subordinate = find_file("/etc/subuid").value_or("");
  tell("subordinate ids for root", subordinate.find("root:") != std::string::npos, "missing",
       "echo root:1000000:1000000000 | tee -a /etc/subuid /etc/subgid");
  const bool btrfs = find_file("/proc/filesystems").value_or("").find("\tbtrfs\n") != std::string::npos;
  tell("btrfs", btrfs && found_in_path("mkfs.btrfs"), "warning",
       "apt-get install btrfs-progs, and a kernel with btrfs; without it machines start slower, from plain folders");
  return findings;
}

}  // namespace hanbat::host
