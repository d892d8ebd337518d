// The parts of the one table of commands (table/command.h), by what a person would look for.
#pragma once

#include "main/cli/home.h"
#include "main/cli/table/command.h"
#include "main/cli/table/parse.h"

namespace hanbat::cli {

/// The region that the command is about.
inline Home here() { return Home::from_environment(); }

/// What the program says of itself.
About about_hanbat();

/// up, down, status, env, logs, trust, doctor, reset.
Table region_commands();
/// backup, restore, bundle.
Table copy_commands();
Table image_commands();
/// cost.
Table cost_commands();
/// connect, watch, open.
Table delivery_commands();
/// explain, and a command for each kind below it.
Table explain_commands();
/// completion, and the manual pages.
Table help_commands();

/// All of them, with those of task packs, in the order of --help.
const Table& all_commands();

}  // namespace hanbat::cli
