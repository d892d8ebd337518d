// What the shelves of runtimes and of base images have in common.
#pragma once

#include <filesystem>

#include "main/cli/home.h"

namespace hanbat::cli {

/// The shelves are hanbatd's, who owns the folder that they lie in: `what` becomes theirs, with all in it.
void hand_over(const Home& home, const std::filesystem::path& what);

}  // namespace hanbat::cli
