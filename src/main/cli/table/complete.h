// What may stand at the end of a half-typed command line, for the completion of all shells.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "main/cli/table/command.h"

namespace hanbat::cli {

struct Candidate {
  std::string word;
  std::string help;  ///< one line; "" for none
  bool operator==(const Candidate&) const = default;
};

/// What there is of a kind in the region; nothing when that cannot be told.
using LookUp = std::function<std::vector<Candidate>(Kind kind)>;

struct Completion {
  std::vector<Candidate> candidates;    ///< only those that begin as the last word does
  bool files = false, folders = false;  ///< the shell adds its own
};

/// `words`: what follows the program's name; the last is the one that is being typed, and may be "".
Completion complete(const Table& table, const std::vector<std::string>& words, const LookUp& look_up);

/// A line per candidate, its help behind a tab; ":files" or ":folders" has the shell add its own.
std::string to_lines(const Completion& completion);

/// The script that has a shell ask hanbat itself: "bash", "zsh" or "fish".
std::string completion_script(const std::string& shell);

}  // namespace hanbat::cli
