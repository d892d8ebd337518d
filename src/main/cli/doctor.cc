// What the region needs of its machine, and how the region that runs is: each thing that is not as it should be is told
// with the way out.
#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <optional>

#include "base/text.h"
#include "host/clashes.h"
#include "host/networks/plan.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/failing_work.h"
#include "main/cli/terminal.h"
#include "main/cli/trust.h"
#include "os/files.h"
#include "os/process.h"
#include "store/blobs.h"

namespace hanbat::cli {
namespace {

constexpr double kGib = double(1U << 30);

/// A thing that was looked at.
struct Finding {
  std::string state;  // ok, missing, broken, note
  std::string what;
  std::string remedy;  // with what is wrong; "" where nothing is
};
using Findings = std::vector<Finding>;

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

double free_bytes(std::filesystem::path folder) {
  while (!std::filesystem::exists(folder) && folder.has_parent_path()) folder = folder.parent_path();
  struct statvfs disk{};
  return ::statvfs(folder.c_str(), &disk) == 0 ? double(disk.f_bavail) * double(disk.f_frsize) : 0;
}

bool supports_file_system(const std::string& name) {
  return find_file("/proc/filesystems").value_or("").find("\t" + name + "\n") != std::string::npos;
}

/// Who listens at the port where this machine itself reaches it.
std::optional<std::string> find_holder(int port) {
  return host::find_listener(host::list_listeners(), "127.0.0.1", port);
}

/// Room in three steps: to build a region in, to keep it growing, to write at all.
Need room(const Home& home) {
  const double free = free_bytes(home.root);
  if (free < double(store::kDiskReserve) * 1.5)
    return {
        "room on the disk", [] { return false; },
        fmt::format("the region's disk is full: {:.1f} MB are left for {}, so writes are refused. Remove something; "
                    "the region goes on by itself",
                    free / 1e6, home.root.string())};
  if (path_exists(home.root / "region.db"))
    return {
        "room on the disk", [free] { return free >= kGib; },
        fmt::format("{:.0f} MB are left for {}; when it is full, writes are refused", free / 1e6, home.root.string())};
  return {"10 GiB of free disk", [free] { return free >= 10 * kGib; },
          fmt::format("{:.1f} GiB are free for {}", free / kGib, home.root.string())};
}

/// Clients sign with the time, and what the region wrote must not lie in the future.
Need clock(const Home& home) {
  const std::time_t now = std::time(nullptr);
  struct stat database{};
  const bool known = ::stat((home.root / "region.db").c_str(), &database) == 0;
  const bool behind = known && database.st_mtim.tv_sec > now + 300;
  const bool absurd = now < 1'700'000'000;
  return {"a clock that is right", [=] { return !behind && !absurd; },
          behind ? "the clock is behind what the region has written: set it (timedatectl set-ntp true, or date -s)"
                 : "the clock is years behind: set it (timedatectl set-ntp true, or date -s)"};
}

Need door() {
  const auto holder = front_door_answers(front_port()) ? std::nullopt : find_holder(front_port());
  return {"the front door's port, free or ours", [taken = holder.has_value()] { return !taken; },
          fmt::format("{} listens on port {}; another port: HANBAT_PORT={} hanbat up", holder.value_or(""),
                      front_port(), front_port() + 1)};
}

/// What others have of that which a region needs here.
void add_clashes(const Home& home, std::vector<Need>& needs) {
  const host::EdgeRange edge = host::EdgeRange::of(home.root);
  const std::string what = fmt::format("the edge's range {} and the resolver's port, free or ours", edge.text());
  const auto clashes = host::find_clashes(edge);
  for (const host::Clash& clash : clashes)
    needs.push_back({what, [] { return false; }, clash.what + "; " + clash.remedy});
  if (clashes.empty()) needs.push_back({what, [] { return true; }, ""});
}

/// An image that was built can be read and is what it is called.
void add_images(std::vector<Need>& needs) {
  for (const char* name : {"amzn2", "codebuild"}) {
    const std::filesystem::path folder = images_folder() / name;
    if (!path_exists(folder / "rootfs.squashfs")) continue;  // `hanbat up` builds it
    std::ifstream file(folder / "rootfs.squashfs", std::ios::binary);
    char magic[4] = {};
    const bool good = bool(file.read(magic, 4)) && std::string_view(magic, 4) == "hsqs";
    needs.push_back({fmt::format("machine image {}", name), [good] { return good; },
                     fmt::format("{} cannot be read, or is no squashfs: remove {} and run: hanbat image build {}",
                                 (folder / "rootfs.squashfs").string(), folder.string(), name)});
  }
}

void add_notes_of_machine(Findings& found) {
  const auto note = [&](const std::string& what, const std::string& more) { found.push_back({"note", what, more}); };
  timex time{};
  if (::adjtimex(&time) == TIME_ERROR) note("nothing keeps this machine's clock right (no NTP)", "");
  if (!supports_file_system("btrfs")) note("no btrfs in this kernel", "machines start slower, from plain folders");
  for (const int port : {host::kBalancerPort, host::kBalancerTlsPort})
    if (!front_door_answers(front_port()) && find_holder(port))
      note(fmt::format("another program listens on port {}", port),
           "no load balancer is reached there by its name below localhost");
  if (!path_exists("/dev/kvm")) note("no /dev/kvm", "machines are system containers, not virtual machines");
}

void look_at_machine(const Home& home, Findings& found) {
  const std::string install = "tools/install, or apt-get install ";
  std::vector<Need> needs = {
      {"root", [] { return ::geteuid() == 0; }, "run it as root: networks and machines take it"},
      {"network and mount namespaces", can_make_namespaces,
       "a kernel with them, and CAP_SYS_ADMIN (in a container: a privileged one)"},
      {"nftables", has_tables, install + "nftables; in the kernel CONFIG_NF_TABLES"},
      room(home),
      clock(home),
      door(),
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
  add_clashes(home, needs);
  add_images(needs);

  for (const Need& need : needs) {
    const bool holds = need.holds();
    found.push_back({holds ? "ok" : "missing", need.what, holds ? "" : need.remedy});
  }
  add_notes_of_machine(found);
}

/// Whether this machine's own files lead to a region, and to one that is there.
void look_at_trust(const Home& home, Findings& found) {
  const TrustState state = trust_state(home, "");
  if (!state.any()) return;
  const bool runs = front_door_answers(front_port());
  found.push_back({"note", "this machine takes the region for AWS (hanbat trust)",
                   !runs                                     ? "no region runs: hanbat trust --remove"
                   : !state.has_ca || !state.names_lead_here ? "not all of it is of this region: hanbat trust"
                                                             : ""});
}

/// What the region that runs says of its own parts. Nothing when none runs.
void look_at_region(const Home& home, Findings& found) {
  const auto answer =
      find_answer(home, Json::object({{"action", "call"}, {"method", "health"}, {"arguments", Json::object()}}));
  if (!answer) return;
  for (const Json& finding : (*answer)["result"].items()) {
    const std::string severity = finding.text("severity");
    if (severity == "note")
      found.push_back({"note", finding.text("what"), finding.text("detail")});
    else if (severity == "ok")
      found.push_back({"ok", finding.text("what"), ""});
    else
      found.push_back({"broken", finding.text("what"), finding.text("detail") + ". " + finding.text("remedy")});
  }
  for (const std::string& line : list_failing_work(home))
    found.push_back({"broken", line, "it is tried again; what else is known of it: hanbat logs"});
  const bool door = front_door_answers(front_port());
  found.push_back(
      {door ? "ok" : "broken", "front door", door ? "" : "it does not answer. Its log says why: hanbat logs"});
}

bool any_is(const Findings& found, const std::string& state) {
  return std::ranges::any_of(found, [&](const Finding& one) { return one.state == state; });
}

void print_table(const Findings& found) {
  const Colours colours = Colours::of_output();
  for (const Finding& one : found) {
    std::string state = one.state == "missing" ? "MISSING" : one.state == "broken" ? "BROKEN" : one.state;
    state.resize(9, ' ');
    if (one.state == "missing" || one.state == "broken") state = colours.bad(state);
    std::cout << "  " << state << one.what << (one.remedy.empty() ? "" : ": " + one.remedy) << "\n";
  }
  std::cout << (any_is(found, "missing") ? "this machine cannot run a region yet\n"
                                         : "this machine can run a region\n");
  if (any_is(found, "broken"))
    std::cout << "the region that runs is not whole; what is broken is tried again every few seconds\n";
}

}  // namespace

bool doctor(const Home& home, Form form) {
  Findings found;
  look_at_machine(home, found);
  look_at_region(home, found);
  look_at_trust(home, found);
  if (form == Form::kTable) {
    print_table(found);
  } else {
    Json rows = Json::array();
    for (const Finding& one : found)
      rows.push_back(Json::object({{"state", one.state}, {"what", one.what}, {"remedy", one.remedy}}));
    std::cout << rows.pretty() << "\n";
  }
  return !any_is(found, "missing") && !any_is(found, "broken");
}

}  // namespace hanbat::cli
