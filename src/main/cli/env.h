// Shell lines that point the user's own tools at the region.
#pragma once

#include <string>

#include "main/cli/home.h"

namespace hanbat::cli {

/// Whose keys the lines name.
struct ShellKeys {
  std::string id, secret;
  std::string token;  // of a session; "" of a user
};

/// Lines for the AWS CLI, the SDKs and git, for a shell's eval or a file to be read by it.
std::string shell_lines(const std::string& region, const Home& home, const ShellKeys& key);

}  // namespace hanbat::cli
