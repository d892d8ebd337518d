// How much a machine may write: quotas of the btrfs pool.
//
// Problem: the kernel's full quotas share each extent out among the snapshots that have it, so every snapshot and every
// removal pays for accounting (twelve machines' removal: 7.7 s of a processor against 0.06 without). Simple quotas
// (Linux 6.7, btrfs-qgroup(5)) put an extent down to whoever wrote it first: the same removal 0.4 s, and what a machine
// wrote counts towards its size, its image does not. Kernels that lack them go on with full ones, which Incus turns on
// by itself.
#pragma once

#include <cstdint>
#include <string>

namespace hanbat::host {

/// Gives the file system that is mounted at `pool` simple quotas, where it is btrfs and the kernel has them. True when
/// limits that were there may be gone: they have to be set again.
bool make_quotas_simple(const std::string& pool);

/// Lets the subvolume hold so many bytes that were written in it. Throws std::system_error.
void limit_subvolume(const std::string& subvolume, std::uint64_t bytes);

}  // namespace hanbat::host
