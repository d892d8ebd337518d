// The table's entries of task packs.
#include <string>
#include <vector>

#include "main/cli/control.h"
#include "main/cli/tables.h"
#include "main/cli/task/board.h"
#include "main/cli/task/task_commands.h"
#include "main/cli/task/time_limit.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace {

Option pack_option() {
  return {.names = "pack", .kind = Kind::kFolder, .help = "the pack's folder", .times = Times::kOnce};
}

Option competitors_option(const std::string& help, const std::string& excludes = {}) {
  return {.names = "--competitor", .kind = Kind::kCompetitor, .help = help, .times = Times::kAny, .excludes = excludes};
}

/// --competitor NAME… or --all, one of which is needed; then what else the command takes.
std::vector<Option> with_whom(std::vector<Option> before, std::vector<Option> after) {
  before.push_back(competitors_option("whom", "--all"));
  before.push_back({.names = "--all", .kind = Kind::kFlag, .help = "all who have started"});
  for (Option& option : after) before.push_back(std::move(option));
  return before;
}

/// Those who were named; none is all.
const std::vector<std::string>& require_whom(const Values& given) {
  if (given.texts("competitor").empty() && !given.given("all")) throw Failure("say whom: --competitor NAME, or --all");
  return given.texts("competitor");
}

Seconds require_shift(const std::string& text) {
  const bool back = text.starts_with('-');
  const auto by = parse_limit(back ? text.substr(1) : text);
  if (!by) throw Failure("\"" + text + "\" is no time; write 10m, 1h or 1h30m");
  return back ? -*by : *by;
}

Table pack_commands() {
  return {{.name = "task check",
           .help = "prove a pack: its form, its files, its points",
           .options = {pack_option(), json_option()},
           .run = [](const Values& given) { return check_pack(given.text("pack"), form_of(given)) ? 0 : 1; },
           .exits = {{1, "when something is wrong with the pack"}}},
          {.name = "task new",
           .help = "make a pack to begin with, which passes check",
           .options = {{.names = "folder",
                        .kind = Kind::kFolder,
                        .help = "the folder to make; its name is the pack's",
                        .times = Times::kOnce}},
           .run = [](const Values& given) {
             make_new_pack(given.text("folder"));
             return 0;
           }}};
}

Command start_command() {
  return {.name = "task start",
          .help = "make an account, keys and kit for each, and start their clocks",
          .options = {pack_option(),
                      {.names = "--competitor",
                       .kind = Kind::kText,
                       .help = "names of a-z, 0-9 and -",
                       .times = Times::kAny,
                       .excludes = "--all"},
                      {.names = "--all",
                       .kind = Kind::kFile,
                       .help = "a class's file: a line for each, NAME or NAME,LABEL"}},
          .run =
              [](const Values& given) {
                std::vector<Named> whom;
                for (const std::string& one : given.texts("competitor")) whom.push_back({one, one});
                if (given.given("all")) whom = read_class(read_file(given.text("all")));
                if (whom.empty()) throw Failure("say who starts: --competitor NAME, or --all FILE.csv");
                start(here(), given.text("pack"), whom);
                return 0;
              },
          .example = "hanbat task start examples/first-server --competitor kim lee"};
}

Command kit_command() {
  return {.name = "task kit",
          .help = "make what they are handed anew, as a folder and an archive for each",
          .options = {{.names = "names", .kind = Kind::kCompetitor, .help = "whom; all without", .times = Times::kAny},
                      {.names = "--to",
                       .kind = Kind::kFolder,
                       .help = "the folder for the archives; it is made when missing"}},
          .run = [](const Values& given) {
            hand_out(here(), given.texts("names"), given.text("to"));
            return 0;
          }};
}

Table clock_table() {
  return {
      {.name = "task status",
       .help = "who has started, and what is left of their time",
       .options = {competitors_option("whom; all without"), json_option()},
       .run =
           [](const Values& given) {
             print_status(here(), given.texts("competitor"), form_of(given));
             return 0;
           }},
      {.name = "task extend",
       .help = "give more time",
       .options = with_whom(
           {},
           {{.names = "--by", .kind = Kind::kText, .help = "10m, 1h; -10m takes some away", .times = Times::kOnce}}),
       .run =
           [](const Values& given) {
             extend(here(), require_whom(given), require_shift(given.text("by")));
             return 0;
           }},
      {.name = "task pause",
       .help = "let clocks, calls and machines stand still",
       .options = with_whom({}, {}),
       .run =
           [](const Values& given) {
             pause(here(), require_whom(given));
             return 0;
           }},
      {.name = "task resume",
       .help = "let what was paused go on",
       .options = with_whom({}, {}),
       .run =
           [](const Values& given) {
             resume(here(), require_whom(given));
             return 0;
           }},
      {.name = "task stop",
       .help = "end their time now; what was built stays, to be marked",
       .options = with_whom({}, {}),
       .run = [](const Values& given) {
         stop(here(), require_whom(given));
         return 0;
       }}};
}

int run_mark(const Values& given) {
  MarkOptions options;
  options.here = given.given("here");
  options.competitors = options.here ? given.texts("competitor") : require_whom(given);
  options.key = given.text("key");
  if (options.here && (given.given("all") || given.given("competitor")))
    throw Failure("--here is the region's own account; leave out --competitor and --all");
  if (!options.here && given.given("key")) throw Failure("--key goes with --here; a competitor's own key is known");
  options.console = given.given("console");
  if (!options.here && options.console)
    throw Failure("--console goes with --here; competitors' sheets are in the console anyhow");
  options.pack = given.text("pack");
  options.items = given.texts("item");
  options.language = given.text("language");
  options.jobs = given.number("jobs");
  if (given.given("quick")) options.pace = Pace::kQuick;
  options.form = form_of(given);
  return mark(here(), options) ? 0 : 3;
}

Table marking_commands() {
  return {{.name = "task mark",
           .help = "mark what they have built",
           .options = with_whom(
               {pack_option()},
               {{.names = "--here", .kind = Kind::kFlag, .help = "the region's own account, which has no competitor"},
                {.names = "--key", .kind = Kind::kFile, .help = "with --here: the private key to the bastion"},
                {.names = "--console",
                 .kind = Kind::kFlag,
                 .help = "with --here: show the sheet in the console too; makes a bucket"},
                {.names = "--item", .kind = Kind::kText, .help = "only these items", .times = Times::kAny},
                {.names = "--language",
                 .kind = Kind::kWord,
                 .help = "of what is printed: en or ko",
                 .preset = "en",
                 .words = {"en", "ko"}},
                {.names = "--jobs",
                 .kind = Kind::kNumber,
                 .help = "checks side by side",
                 .preset = "4",
                 .least = 1,
                 .most = 64},
                {.names = "--quick",
                 .kind = Kind::kFlag,
                 .help = "look at what was delivered before: no change is pushed, and no sheet is made on paper"},
                json_option()}),
           .run = run_mark,
           .exits = {{3, "when points are missing"}}},
          {.name = "task publish",
           .help = "let them read their last sheet in the console",
           .options = with_whom(
               {}, {{.names = "--withdraw", .kind = Kind::kFlag, .help = "take away what they can read instead"}}),
           .run =
               [](const Values& given) {
                 publish(here(), require_whom(given),
                         given.given("withdraw") ? Publishing::kWithdraw : Publishing::kPublish);
                 return 0;
               }},
          {.name = "task solve",
           .help = "run the pack's model solution in competitors' accounts",
           .options = with_whom({pack_option()}, {}),
           .run =
               [](const Values& given) {
                 solve(here(), given.text("pack"), require_whom(given));
                 return 0;
               }},
          {.name = "task collect",
           .help = "everything that they have made, as an archive for each",
           .options = with_whom({}, {{.names = "--to",
                                      .kind = Kind::kFolder,
                                      .help = "the folder for the archives; it is made when missing",
                                      .times = Times::kOnce}}),
           .run = [](const Values& given) {
             collect(here(), require_whom(given), given.text("to"));
             return 0;
           }}};
}

}  // namespace

Table task_commands() {
  Table all = {{.name = "task",
                .help = "task packs: hand a contest's task out, and mark what was built",
                .more = "A pack is a folder; docs/task-packs.md tells how to write one."}};
  for (Table part : {pack_commands(), Table{start_command(), kit_command()}, clock_table(), marking_commands()})
    for (Command& command : part) all.push_back(std::move(command));
  return all;
}

}  // namespace hanbat::cli::task
