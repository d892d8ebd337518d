// A competitor's whole kit, as the region is now.
#pragma once

#include <filesystem>

#include "main/cli/home.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/pack.h"

namespace hanbat::cli::task {

/// Makes the kit folder anew (kit.h), and where the region is open to a network, what a machine of the competitor's own
/// needs (network_kit.h). `owner` has all rights in the account.
void make_whole_kit(const Home& home, const Entry& entry, const Pack& pack, const std::filesystem::path& folder,
                    RegionApi& owner);

/// The shell lines by which the competitor's account is reached from this machine: those of the kit, unless these go by
/// the network.
std::filesystem::path here_credentials(const std::filesystem::path& folder);

}  // namespace hanbat::cli::task
