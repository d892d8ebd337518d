// Machines: unprivileged system containers of the private Incus, and the images they start from.
#pragma once

#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "host/actions.h"
#include "host/machines/incus.h"

namespace hanbat::host {

/// What Incus tells of an instance with its state (recursion=2).
MachineState state_of(const Json& instance);

/// As many processes and threads as a kernel of the machine's own would allow in its memory (one for each 128 KiB, as
/// Linux sets threads-max), but no more than a quarter of the ids that the host has for all.
int process_limit(int memory_mib, int host_pid_max);

/// The machines, in what Incus lists, that have run for a while and have one of these links.
std::vector<std::string> machines_without(const Json& instances, const std::set<std::string>& missing_links,
                                          std::int64_t now_ms);

/// An image on disk: a tarball with metadata.yaml, and a squashfs or tarball of the root file system.
struct ImageFiles {
  std::string alias;  ///< what machines name it by; one of other content is replaced
  std::string metadata;
  std::string rootfs;
};

/// Machines by name. Safe from all threads; Incus itself orders what concerns one machine.
class Machines {
 public:
  /// `state_folder` is the region's; `placed` is called whenever a machine has got its NICs anew.
  Machines(Incus& incus, std::string state_folder, std::function<void()> placed);

  void create(const MachineSpec& spec);
  void start(const std::string& name);
  void stop(const std::string& name, StopMode mode);
  void restart(const std::string& name);
  void remove(const std::string& name);
  /// Restarts the machines that have run for a while and have one of these links: it went with its namespace, and only
  /// a start makes it anew.
  void restart_without(const std::set<std::string>& missing_links);
  std::vector<MachineState> list();
  std::string console(const std::string& name);

  void import_image(const ImageFiles& files);
  std::vector<ImageState> images();
  /// Whether the files of each image, and of those that every region has, can be read.
  std::vector<Finding> examine_images();

 private:
  void set_state(const std::string& name, const std::string& action, int timeout_seconds, bool force);
  /// What Incus says of the machine. Throws HostError NotFound for what is no machine of ours.
  Json require(const std::string& name);
  std::string status_of(const std::string& name);
  void fit(const MachineSpec& spec, const Json& config);
  std::string find_image(const std::string& alias);
  void unpack(const std::string& fingerprint);
  void restore_folder_owners(const std::string& name);
  void require_own_folders(const Json& instance);

  Incus& incus_;
  const std::string state_folder_;
  const std::function<void()> placed_;
};

}  // namespace hanbat::host
