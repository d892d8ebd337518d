// Machines and images that a restored backup brought: files below the state folder, taken into Incus once, before any
// action on machines runs.
#pragma once

#include <functional>
#include <string>

namespace hanbat::host {

class Incus;

/// Below the state folder, root's own: images/<fingerprint>/{metadata, rootfs}, aliases.json
/// ([{"fingerprint", "aliases"}]) and machines/<name>.tar.
inline constexpr const char* kRestoredFolder = "host/restored";

/// Imports what lies there and removes each file once Incus has it; nothing there is nothing to do. Cut off half way it
/// goes on where it was. A machine that Incus has already stays as it is. Throws HostError, naming the file.
void adopt_restored(Incus& incus, const std::string& state_folder, const std::function<void(const std::string&)>& tell);

}  // namespace hanbat::host
