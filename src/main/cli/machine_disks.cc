// Asks the region's own Incus, as hostd does.
#include "main/cli/machine_disks.h"

#include <fmt/format.h>

#include "host/error.h"
#include "host/machines/incus.h"
#include "host/machines/restored.h"
#include "host/validation.h"
#include "os/files.h"

namespace hanbat::cli {
namespace {

std::string incus_folder(const Home& home) { return home.root / "host" / "incus"; }

/// Label "service" of an instance's machine; see ec2's machine_of.
bool is_instance(const Json& machine) {
  return machine["config"].text("user.hanbat") == "machine" && machine["config"].text("user.label.service") == "ec2";
}

}  // namespace

MachinesThere find_machines(const Home& home) {
  if (!path_exists(incus_folder(home) + "/dir")) return MachinesThere::kNone;
  const host::Incus incus(incus_folder(home));
  return incus.pid() != 0 ? MachinesThere::kRunning : MachinesThere::kStopped;
}

Json take_machines(const Home& home, const std::string& folder, const std::function<void(const DiskFile&)>& take,
                   const std::function<void(const std::string&)>& report) {
  host::Incus incus(incus_folder(home));
  const std::string below = host::kRestoredFolder;
  Json images = Json::array(), machines = Json::array();

  const Json all_images = incus.request("GET", "/1.0/images?recursion=1");
  for (const Json& image : all_images.items()) {
    const std::string fingerprint = image.text("fingerprint");
    const std::string file = incus_folder(home) + "/dir/images/" + fingerprint;
    Json aliases = Json::array();
    for (const Json& alias : image["aliases"].items()) aliases.push_back(alias.text("name"));
    if (aliases.empty()) continue;  // nothing can start from it any more
    report(
        fmt::format("image {} ({:.0f} MB)", aliases.items().front().as_string(), double(image.integer("size")) / 1e6));
    take({file, below + "/images/" + fingerprint + "/metadata"});
    // An image of two files, or one with both in it.
    if (path_exists(file + ".rootfs")) take({file + ".rootfs", below + "/images/" + fingerprint + "/rootfs"});
    images.push_back(Json::object({{"fingerprint", fingerprint}, {"aliases", std::move(aliases)}}));
  }

  const Json all_machines = incus.request("GET", "/1.0/instances?recursion=1");
  for (const Json& machine : all_machines.items()) {
    if (!is_instance(machine)) continue;
    const std::string name = machine.text("name");
    host::require_name(name, "machine name");
    const std::string file = folder + "/" + name + ".tar";
    report("disk of " + name);
    try {
      incus.command({"export", name, file, "--instance-only", "--compression", "none"});
    } catch (const host::HostError&) {
      remove_tree(file);
      bool gone = false;
      try {
        incus.request("GET", "/1.0/instances/" + name);
      } catch (const host::HostError& error) {
        gone = error.code == host::HostErrorCode::kNotFound;
      }
      if (!gone) throw;
      report(name + " was terminated meanwhile");
      continue;
    }
    take({file, below + "/machines/" + name + ".tar"});
    remove_tree(file);
    machines.push_back(name);
  }
  return Json::object({{"images", std::move(images)}, {"machines", std::move(machines)}});
}

}  // namespace hanbat::cli
