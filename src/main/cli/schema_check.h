// Asks hanbatd, which knows every service's schema, whether it can run on a state folder.
#pragma once

#include <filesystem>

namespace hanbat::cli {

/// Throws Failure with hanbatd's words when the database there was written by a newer version; nothing is changed. No
/// database at all is fine.
void require_known_schema(const std::filesystem::path& state_folder);

}  // namespace hanbat::cli
