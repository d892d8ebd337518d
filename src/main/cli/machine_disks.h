// What lies in Incus and nowhere else: the disks of instances, and the images that machines start from. A backup takes
// them as files that hostd brings back at the restored region's first start (host/machines/restored.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "main/cli/home.h"

namespace hanbat::cli {

/// A file for the backup: where it lies now, and its name in the backup.
struct DiskFile {
  std::string path;
  std::string name;
};

enum class MachinesThere { kNone, kRunning, kStopped };
/// Whether the region has a host side with machines, and whether its Incus runs to be asked for them.
MachinesThere find_machines(const Home& home);

/// Hands over each image (its files as Incus keeps them) and the disk of each EC2 instance, one after the other; each
/// disk is as at one moment, written below `folder` by Incus and removed after `take` has returned. Build machines are
/// left out: a build does not outlive a restore. Returns what the manifest tells of them: {"images": […], "machines":
/// […]}. Throws host::HostError.
Json take_machines(const Home& home, const std::string& folder, const std::function<void(const DiskFile&)>& take,
                   const std::function<void(const std::string&)>& report);

}  // namespace hanbat::cli
