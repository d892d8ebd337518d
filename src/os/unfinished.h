// The names of files that are being written: beside the one that they will replace, so that a rename puts them there.
// Who dies while writing leaves such a file behind, which is known by its name and is nothing that anybody needs.
#pragma once

#include <string>

namespace hanbat {

/// "<path>.new<process>.<number>", another for each call.
std::string unfinished_name(const std::string& path);

/// Removes the files of such names from the folder; none there, or no folder, is fine. Nobody may be writing there.
/// Throws std::system_error.
void remove_unfinished(const std::string& folder);

}  // namespace hanbat
