// What a user of the region does at the keyboard: looks at what is delivered as it goes on, and goes where it went. All
// of it by the region's own API, with the caller's rights.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "main/cli/browser.h"
#include "main/cli/commands.h"
#include "main/cli/home.h"

namespace hanbat::cli {

/// How long it waits before it asks the region again.
inline constexpr std::chrono::milliseconds kLookAgain{500};

/// A shell on the instance (its id, or its tag Name), or one command. Returns what it ended with. Throws Failure.
int connect(const Home& home, const std::string& target, const std::vector<std::string>& words);

/// What a build, a deployment or an instance has said; with kYes to its end. Returns 3 when what was followed did not
/// succeed. Throws Failure.
int follow_work(const Home& home, const std::string& what, const std::string& id, Follow follow);
int follow_build(const Home& home, const std::string& id, Follow follow);
int follow_deployment(const Home& home, const std::string& id, Follow follow);
int follow_console(const Home& home, const std::string& id, Follow follow);

enum class Until { kInterrupted, kDone };
/// Shows a pipeline as it goes on: drawn anew on a terminal, a line per change elsewhere. With kDone it ends with the
/// newest execution, and returns 3 when that did not succeed.
int watch_pipeline(const Home& home, const std::string& name, Until until);

/// Prints where a load balancer is reached from this machine, and with kOpen has a browser go there.
void open_balancer(const Home& home, const std::string& name, Browser browser);

}  // namespace hanbat::cli
