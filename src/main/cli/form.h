// In which form a command tells what it lists: for people, or for programs.
#pragma once

#include "main/cli/table/command.h"

namespace hanbat::cli {

enum class Form { kTable, kJson };

/// The option that every command has that lists something.
inline Option json_option() { return {.names = "--json", .kind = Kind::kFlag, .help = "as JSON, for programs"}; }
inline Form form_of(const Values& values) { return values.given("json") ? Form::kJson : Form::kTable; }

}  // namespace hanbat::cli
