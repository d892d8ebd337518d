// Paths of files inside a repository, as users give them.
#pragma once

#include <string>
#include <string_view>

namespace hanbat::codecommit {

/// The path without a leading slash. Throws PathRequiredException, InvalidPathException for what could leave the tree
/// or reach into .git of whoever checks it out.
std::string check_file_path(std::string_view path);

}  // namespace hanbat::codecommit
