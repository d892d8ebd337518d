// The commands of `hanbat task`, one function each. They print to standard output and throw Failure when they cannot.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/time.h"
#include "main/cli/form.h"
#include "main/cli/home.h"
#include "main/cli/table/command.h"
#include "main/cli/task/marking.h"

namespace hanbat::cli::task {

/// The entries of `task` and all its commands in the table.
Table task_commands();

/// Proves a pack and prints what is wrong. Returns whether nothing is.
bool check_pack(const std::filesystem::path& folder, Form form);

/// Makes a pack to begin with. Throws Failure when the folder is there.
void make_new_pack(const std::filesystem::path& folder);

/// A competitor as the command line or a class's file names one.
struct Named {
  std::string competitor;
  std::string label;
};

/// The competitors of a class's file: a line each, `name` or `name,label`; empty lines and lines with # are passed
/// over. Throws Failure with the line that is none.
std::vector<Named> read_class(const std::string& text);

/// Makes an account with keys and kit for each, and then starts the clock of all at once. One that was cut short goes
/// on; one that runs is an error before anything is made.
void start(const Home& home, const std::filesystem::path& pack, const std::vector<Named>& competitors);

/// Makes each one's kit anew (all when none is named), as a folder and as NAME-kit.tar.gz in `to` ("": beside it).
void hand_out(const Home& home, const std::vector<std::string>& names, const std::filesystem::path& to);

/// Prints the competitors (all when none is named).
void print_status(const Home& home, const std::vector<std::string>& names, Form form);
/// Moves the end of their clocks; backwards when negative.
void extend(const Home& home, const std::vector<std::string>& names, Seconds by);
/// Lets the clocks, the competitors' calls and their instances stand still until resume.
void pause(const Home& home, const std::vector<std::string>& names);
/// Lets them go on: the instances that ran are started, and the clock has what was left.
void resume(const Home& home, const std::vector<std::string>& names);
/// Ends their time now. What they have built stays, to be marked.
void stop(const Home& home, const std::vector<std::string>& names);

/// Writes everything that each (all when none is named) has made into an archive NAME.tar.gz of the folder, as the
/// judge reads it. Blocks, at most half an hour for each.
void collect(const Home& home, const std::vector<std::string>& names, const std::filesystem::path& folder);

/// Runs the pack's solution in the account of each, all at once.
/// Throws Failure with those in which a script failed.
void solve(const Home& home, const std::filesystem::path& pack, const std::vector<std::string>& competitors);

struct MarkOptions {
  std::filesystem::path pack;
  std::vector<std::string> competitors;
  bool here = false;               // the region's own account
  bool console = false;            // of `here`: the sheet is shown in the console too, which makes a bucket
  std::filesystem::path key;       // for the bastion, of `here`
  std::vector<std::string> items;  // all when empty
  std::string language = "en";
  Form form = Form::kTable;
  int jobs = 4;
  Pace pace = Pace::kWhole;
};

/// Marks each, all at once, writes the sheets and prints them. Returns whether all points were earned by all. Throws
/// Failure, after the others' sheets, when somebody could not be marked.
bool mark(const Home& home, const MarkOptions& options);

/// The names, or all that there are with an empty list. Throws Failure for one that there is not, or when there is
/// none.
std::vector<std::string> require_names(const Home& home, const std::vector<std::string>& names);

}  // namespace hanbat::cli::task
