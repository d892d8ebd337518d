// Where a region's things lie: the state folder, and below it what the daemons and the command line agree on.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace hanbat::cli {

/// The paths of one region. HANBAT_HOME names the state folder; /var/lib/hanbat without it.
struct Home {
  std::filesystem::path root;

  /// Throws Failure where the name is that of a file, and for a HANBAT_PORT that is no port.
  static Home from_environment();

  std::filesystem::path control_socket() const { return root / "run" / "control.sock"; }
  std::filesystem::path logs() const { return root / "log"; }
  std::filesystem::path hostd_log() const { return logs() / "hostd.log"; }
  std::filesystem::path hanbatd_log() const { return logs() / "hanbatd.log"; }
  std::filesystem::path images_log() const { return logs() / "images.log"; }
  std::filesystem::path credentials() const { return root / "admin-credentials.json"; }
};

/// The front door's port: HANBAT_PORT, or 4566. Throws Failure for what is no port.
int front_port();

/// Where the machine images are built and kept: HANBAT_IMAGES_DIR, or /var/cache/hanbat/images.
std::filesystem::path images_folder();

/// The administrator's key that hanbatd made at its first start.
struct AdminKey {
  std::string id;
  std::string secret;
  std::string account;
};
std::optional<AdminKey> find_admin_key(const Home& home);

}  // namespace hanbat::cli
