// A session of Session Manager from the user's side, as AWS's plugin has it: keys go there, what the shell says is
// printed, until one of them ends it.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "main/cli/connect/exit_mark.h"
#include "main/cli/region_api.h"

namespace hanbat::cli {

/// How it ended.
struct SessionEnd {
  std::string why;            // "" when the shell ended, or the user ended it
  std::optional<int> signal;  // that ended us
};

/// Carries on the session that StartSession began; standard input and output are its terminal. `mark`: what is taken
/// out of the output, or null. Blocks. A connection that breaks is taken up again for a minute. Throws Failure where it
/// cannot be.
SessionEnd run_session(RegionApi& api, const Json& started, ExitMark* mark);

}  // namespace hanbat::cli
