// What `hanbat task` takes on the command line.
#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

#include "main/cli/control.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/time_limit.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace {

/// What the options are read into; kept by the callbacks.
struct Read {
  std::string pack, class_file, by, folder;
  std::vector<std::string> competitors;
  bool all = false;
  bool json = false;
  MarkOptions marking;
};
using ReadPtr = std::shared_ptr<Read>;

Form form_of(const Read& read) { return read.json ? Form::kJson : Form::kTable; }

void add_pack(CLI::App& command, const ReadPtr& read) {
  command.add_option("pack", read->pack, "the pack's folder")->required();
}

void add_json(CLI::App& command, const ReadPtr& read) {
  command.add_flag("--json", read->json, "as JSON, for programs");
}

/// --competitor NAME… or --all, one of which is needed.
void add_whom(CLI::App& command, const ReadPtr& read) {
  auto* names = command.add_option("--competitor", read->competitors, "whom");
  auto* all = command.add_flag("--all", read->all, "all who have started");
  names->excludes(all);
}

void require_whom(const Read& read) {
  if (read.competitors.empty() && !read.all) throw Failure("say whom: --competitor NAME, or --all");
}

void add_packs(CLI::App& task, const ReadPtr& read, int& exit_code) {
  auto* check = task.add_subcommand(
      "check", "prove a pack: its form, its files, its points; exits with 1 when something is wrong");
  add_pack(*check, read);
  add_json(*check, read);
  check->callback([read, &exit_code] { exit_code = check_pack(read->pack, form_of(*read)) ? 0 : 1; });
  auto* make = task.add_subcommand("new", "make a pack to begin with, which passes check");
  make->add_option("folder", read->pack, "the folder to make; its name is the pack's")->required();
  make->callback([read] { make_new_pack(read->pack); });
}

void add_contest(CLI::App& task, const ReadPtr& read) {
  auto* begin = task.add_subcommand("start", "make an account, keys and kit for each, and start their clocks");
  add_pack(*begin, read);
  auto* names = begin->add_option("--competitor", read->competitors, "names of a-z, 0-9 and -");
  auto* file = begin->add_option("--all", read->class_file, "a class's file: a line for each, NAME or NAME,LABEL");
  names->excludes(file);
  begin->callback([read] {
    std::vector<Named> whom;
    for (const std::string& one : read->competitors) whom.push_back({one, one});
    if (!read->class_file.empty()) whom = read_class(read_file(read->class_file));
    if (whom.empty()) throw Failure("say who starts: --competitor NAME, or --all FILE.csv");
    start(Home::from_environment(), read->pack, whom);
  });
  auto* show = task.add_subcommand("status", "who has started, and what is left of their time");
  show->add_option("--competitor", read->competitors, "whom; all without");
  add_json(*show, read);
  show->callback([read] { print_status(Home::from_environment(), read->competitors, form_of(*read)); });
  auto* longer = task.add_subcommand("extend", "give more time");
  add_whom(*longer, read);
  longer->add_option("--by", read->by, "10m, 1h; -10m takes some away")->required();
  longer->callback([read] {
    require_whom(*read);
    const bool back = read->by.starts_with('-');
    const auto by = parse_limit(back ? read->by.substr(1) : read->by);
    if (!by) throw Failure("\"" + read->by + "\" is no time; write 10m, 1h or 1h30m");
    extend(Home::from_environment(), read->competitors, back ? -*by : *by);
  });
  auto* still = task.add_subcommand("pause", "let clocks, calls and machines stand still");
  add_whom(*still, read);
  still->callback([read] {
    require_whom(*read);
    pause(Home::from_environment(), read->competitors);
  });
  auto* on = task.add_subcommand("resume", "let what was paused go on");
  add_whom(*on, read);
  on->callback([read] {
    require_whom(*read);
    resume(Home::from_environment(), read->competitors);
  });
  auto* end = task.add_subcommand("stop", "end their time now; what was built stays, to be marked");
  add_whom(*end, read);
  end->callback([read] {
    require_whom(*read);
    stop(Home::from_environment(), read->competitors);
  });
}

void add_marking(CLI::App& task, const ReadPtr& read, int& exit_code) {
  auto* marks = task.add_subcommand("mark", "mark what they have built; exits with 3 when points are missing");
  add_pack(*marks, read);
  add_whom(*marks, read);
  MarkOptions& options = read->marking;
  marks->add_flag("--here", options.here, "the region's own account, which has no competitor");
  marks->add_option("--key", options.key, "with --here: the private key to the bastion");
  marks->add_option("--item", options.items, "only these items");
  marks->add_option("--language", options.language, "of what is printed: en or ko")->check(CLI::IsMember({"en", "ko"}));
  marks->add_option("--jobs", options.jobs, "checks side by side")->check(CLI::Range(1, 64))->capture_default_str();
  marks->add_flag_callback(
      "--quick", [read] { read->marking.pace = Pace::kQuick; },
      "look at what was delivered before: no change is pushed, and no sheet is made on paper");
  add_json(*marks, read);
  marks->callback([read, &exit_code] {
    MarkOptions given = read->marking;
    if (!given.here) require_whom(*read);
    if (given.here && (read->all || !read->competitors.empty()))
      throw Failure("--here is the region's own account; leave out --competitor and --all");
    if (!given.here && !given.key.empty()) throw Failure("--key goes with --here; a competitor's own key is known");
    given.pack = read->pack;
    given.competitors = read->competitors;
    given.form = form_of(*read);
    exit_code = mark(Home::from_environment(), given) ? 0 : 3;
  });
  auto* model = task.add_subcommand("solve", "run the pack's model solution in competitors' accounts");
  add_pack(*model, read);
  add_whom(*model, read);
  model->callback([read] {
    require_whom(*read);
    solve(Home::from_environment(), read->pack, read->competitors);
  });
}

void add_collect(CLI::App& task, const ReadPtr& read) {
  auto* keep = task.add_subcommand("collect", "everything that they have made, as an archive for each");
  add_whom(*keep, read);
  keep->add_option("--to", read->folder, "the folder for the archives; it is made when missing")->required();
  keep->callback([read] {
    require_whom(*read);
    collect(Home::from_environment(), read->competitors, read->folder);
  });
}

}  // namespace

void add_task_commands(CLI::App& app, int& exit_code) {
  auto* task = app.add_subcommand("task", "task packs: hand a contest's task out, and mark what was built");
  task->require_subcommand(1);
  task->footer("A pack is a folder; docs/task-packs.md tells how to write one.");
  const auto read = std::make_shared<Read>();
  add_packs(*task, read, exit_code);
  add_contest(*task, read);
  add_marking(*task, read, exit_code);
  add_collect(*task, read);
}

}  // namespace hanbat::cli::task
