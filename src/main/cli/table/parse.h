// Reads a command line by the table, and runs the command that it names.
#pragma once

#include <string>
#include <vector>

#include "main/cli/table/command.h"

namespace hanbat::cli {

/// The program itself.
struct About {
  std::string name;     ///< hanbat
  std::string summary;  ///< one sentence
  std::string version;
  std::string more;  ///< below the commands of --help
};

/// What a command line ends with that is none.
inline constexpr int kWrongUse = 2;

/// Runs what the arguments name, prints --help and --version; says of a wrong command line what is wrong and what to
/// type instead. Returns what the program ends with. What a command throws goes through.
int run_command(const About& about, const Table& table, int argc, const char* const* argv);

/// What --help prints of the command ("": of the program).
std::string help_text(const About& about, const Table& table, const std::string& name);

/// The name among those that a mistyped word was most likely to be; "" when none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& names);

}  // namespace hanbat::cli
