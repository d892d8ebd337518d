// Runs one command's script, with its end by time or by cancellation.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/json.h"

namespace hanbat::guest {

struct ScriptRun {
  std::vector<std::string> commands;
  std::string working_directory;  ///< "" = a folder of the command's own
  int timeout_s = 3600;
  std::string folder;  ///< where the script is kept while it runs
};

/// Blocks until the script has ended; a stop request ends it. The answer is what SendReply carries:
/// {"code","out","err","timed_out"?,"cancelled"?}.
Json run_script(const ScriptRun& run, std::stop_token stop);

}  // namespace hanbat::guest
