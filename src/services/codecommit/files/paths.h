// Paths and sizes of files inside a repository, as users give them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace hanbat::codecommit {

/// In bytes: "Individual file size … by API: 6 MB".
constexpr std::uint64_t kLargestFile = 6u << 20;

/// The path without a leading slash. Throws PathRequiredException, InvalidPathException for what could leave the tree
/// or reach into .git of whoever checks it out.
std::string check_file_path(std::string_view path);

}  // namespace hanbat::codecommit
