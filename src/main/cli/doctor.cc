// What the region needs of its machine: rights, kernel features, programs; each missing one is told with the way to get
// it.
#include <fmt/format.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <iostream>

#include "base/text.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli {
namespace {

struct Need {
  std::string what;
  std::function<bool()> holds;
  std::string remedy;
};

bool found_in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(std::string(path ? path : "") + ":/usr/sbin:/sbin:/usr/libexec/incus", ':'))
    if (!folder.empty() && ::access((folder + "/" + program).c_str(), X_OK) == 0) return true;
  return false;
}

/// Tries it in a child, so that this process stays where it is.
bool can_make_namespaces() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 ? 0 : 1);
  int status = 1;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool has_tables() {
  try {
    return run_capture({"nft", "list", "tables"}).ok();
  } catch (const std::exception&) {
    return false;
  }
}

double free_gib(const Home& home) {
  std::filesystem::path folder = home.root;
  while (!std::filesystem::exists(folder) && folder.has_parent_path()) folder = folder.parent_path();
  struct statvfs disk{};
  return ::statvfs(folder.c_str(), &disk) == 0 ? double(disk.f_bavail) * double(disk.f_frsize) / double(1U << 30) : 0;
}

bool supports_file_system(const std::string& name) {
  return find_file("/proc/filesystems").value_or("").find("\t" + name + "\n") != std::string::npos;
}

}  // namespace

bool doctor(const Home& home) {
  const std::string install = "tools/install, or apt-get install ";
  std::vector<Need> needs = {
      {"root", [] { return ::geteuid() == 0; }, "run it as root: networks and machines take it"},
      {"network and mount namespaces", can_make_namespaces,
       "a kernel with them, and CAP_SYS_ADMIN (in a container: a privileged one)"},
      {"nftables", has_tables, install + "nftables; in the kernel CONFIG_NF_TABLES"},
      {"10 GiB of free disk", [&] { return free_gib(home) >= 10; },
       fmt::format("{:.1f} GiB are free for {}", free_gib(home), home.root.string())},
      {"the front door's port, free or ours",
       [&] {
         return front_door_answers(front_port()) ||
                run_capture({"ss", "-Hltn", fmt::format("sport = :{}", front_port())}).out.empty();
       },
       fmt::format("another program listens on port {}; HANBAT_PORT names another port", front_port())},
  };
  for (const auto& [program, package] :
       std::vector<std::pair<std::string, std::string>>{{"incusd", "incus-base (Debian 12: from bookworm-backports)"},
                                                        {"haproxy", "haproxy"},
                                                        {"dnsmasq", "dnsmasq-base"},
                                                        {"ip", "iproute2"},
                                                        {"git", "git"},
                                                        {"mmdebstrap", "mmdebstrap"},
                                                        {"mksquashfs", "squashfs-tools"},
                                                        {"unsquashfs", "squashfs-tools"},
                                                        {"skopeo", "skopeo"},
                                                        {"mkfs.btrfs", "btrfs-progs"},
                                                        {"aws", "awscli (Debian 12: from bookworm-backports)"}})
    needs.push_back({program, [program = program] { return found_in_path(program); }, install + package});

  bool good = true;
  for (const Need& need : needs) {
    const bool holds = need.holds();
    good = good && holds;
    std::cout << (holds ? "  ok       " : "  MISSING  ") << need.what << (holds ? "" : ": " + need.remedy) << "\n";
  }
  if (!supports_file_system("btrfs"))
    std::cout << "  note     no btrfs in this kernel: machines start slower, from plain folders\n";
  if (!path_exists("/dev/kvm"))
    std::cout << "  note     no /dev/kvm: machines are system containers, not virtual machines\n";
  std::cout << (good ? "this machine can run a region\n" : "this machine cannot run a region yet\n");
  return good;
}

}  // namespace hanbat::cli
