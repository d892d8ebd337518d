// What a competitor is handed: the task's text, the pack's handout, the keys.
#pragma once

#include <filesystem>

#include "main/cli/home.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/pack.h"

namespace hanbat::cli::task {

/// Makes the kit folder anew: START.<language>.txt, task.<language>.md, handout/, credentials.sh (shell lines),
/// aws/config and aws/credentials (a profile), and the key pair's private half, which stays the same from one making to
/// the next. Throws Failure when a link in handout/ leads out of the pack.
void make_kit(const Home& home, const Entry& entry, const Pack& pack, const std::filesystem::path& folder);

/// The private half of the pack's key pair in that competitor's folder; "" when the pack has none.
std::filesystem::path key_file(const Pack& pack, const std::filesystem::path& folder);

/// Makes the key pair and brings its public half into the account. Done again it changes nothing.
void make_key_pair(const Pack& pack, const std::filesystem::path& folder, RegionApi& owner);

}  // namespace hanbat::cli::task
