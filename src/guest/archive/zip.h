// Zip files made from named files, with their modes.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hanbat::guest {

/// Writes a zip of the files (path on disk, name within). Throws std::runtime_error.
void make_zip(const std::vector<std::pair<std::string, std::string>>& files, const std::string& zip);

}  // namespace hanbat::guest
