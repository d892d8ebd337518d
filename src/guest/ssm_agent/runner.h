// Runs one command's script, with its end by time or by cancellation.
#pragma once

#include <stop_token>
#include <string>

#include "border/run_command.h"

namespace hanbat::guest {

/// Blocks until the script has ended; a stop request ends it. `folder` keeps the script while it runs.
border::CommandReply run_script(const border::ShellCommand& command, const std::string& folder, std::stop_token stop);

}  // namespace hanbat::guest
