// What completion offers of the region: ids and names that are there.
#pragma once

#include <vector>

#include "main/cli/table/complete.h"

namespace hanbat::cli {

/// Asks with the caller's own rights, for a moment; what cannot be told is left out without a word.
std::vector<Candidate> look_up(Kind kind);

}  // namespace hanbat::cli
