// What a region may leave on the machine, asked of the kernel and not of the region.
#pragma once

#include <string>
#include <vector>

#include "main/cli/home.h"

namespace hanbat::cli {

/// Processes, network namespaces, mounts, loop devices, links and nftables tables that belong to the region; a line
/// each.
std::vector<std::string> list_leftovers(const Home& home);
/// What is left and not ours to take away, a line each that says who holds it: loop devices that a mount namespace made
/// meanwhile (of a container, say) has mounted, too.
std::vector<std::string> list_held(const Home& home);

}  // namespace hanbat::cli
