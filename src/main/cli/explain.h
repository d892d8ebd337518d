// `hanbat explain`: asks the region why, with the caller's own keys.
#pragma once

namespace CLI {
class App;
}

namespace hanbat::cli {

/// Adds the command with one subcommand a kind.
void add_explain(CLI::App& app);

}  // namespace hanbat::cli
