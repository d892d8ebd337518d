#include "host/machines/pool_quotas.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/btrfs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>

#include <system_error>

#include "os/files.h"

namespace hanbat::host {
namespace {

// Debian 12's headers are older than these.
constexpr std::uint64_t kEnableSimple = 4;
constexpr const char* kSimpleMode = "squota";

bool control(int pool, std::uint64_t what) {
  btrfs_ioctl_quota_ctl_args args{};
  args.cmd = what;
  return ::ioctl(pool, BTRFS_IOC_QUOTA_CTL, &args) == 0;
}

/// "squota", "qgroup", or "" where there are no quotas or the kernel does not tell.
std::string mode_of(int pool) {
  btrfs_ioctl_fs_info_args about{};
  if (::ioctl(pool, BTRFS_IOC_FS_INFO, &about) != 0) return "";
  std::string id;
  for (std::size_t i = 0; i < sizeof about.fsid; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) id += '-';
    id += fmt::format("{:02x}", about.fsid[i]);
  }
  const std::string file = "/sys/fs/btrfs/" + id + "/qgroups/mode";
  if (!path_exists(file)) return "";
  std::string mode = read_file(file);
  while (mode.ends_with('\n')) mode.pop_back();
  return mode;
}

}  // namespace

bool make_quotas_simple(const std::string& pool) {
  struct statfs about{};
  if (::statfs(pool.c_str(), &about) != 0 || about.f_type != BTRFS_SUPER_MAGIC) return false;
  const Fd folder = open_file(pool, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::string before = mode_of(folder.get());
  if (before == kSimpleMode) return false;
  // Full ones, which this kernel knows from simple ones, go first, and their limits with them.
  if (!before.empty()) control(folder.get(), BTRFS_QUOTA_CTL_DISABLE);
  if (control(folder.get(), kEnableSimple)) return true;
  return !before.empty() && control(folder.get(), BTRFS_QUOTA_CTL_ENABLE);
}

void limit_subvolume(const std::string& subvolume, std::uint64_t bytes) {
  const Fd folder = open_file(subvolume, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  btrfs_ioctl_qgroup_limit_args args{};  // of qgroup 0: the subvolume's own
  args.lim.flags = BTRFS_QGROUP_LIMIT_MAX_RFER;
  args.lim.max_rfer = bytes;
  if (::ioctl(folder.get(), BTRFS_IOC_QGROUP_LIMIT, &args) != 0)
    throw std::system_error(errno, std::generic_category(), "limit of " + subvolume);
}

}  // namespace hanbat::host
