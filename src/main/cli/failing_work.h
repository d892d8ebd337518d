// What the region that runs has to do, fails at and tries again.
#pragma once

#include <string>
#include <vector>

#include "main/cli/home.h"

namespace hanbat::cli {

/// A line for each piece of work that has failed for more than a moment: since when, how often it was tried, and why it
/// failed the last time. The longest first, at most twenty.
std::vector<std::string> list_failing_work(const Home& home);

}  // namespace hanbat::cli
