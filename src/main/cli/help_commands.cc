// The table as a whole, what the program says of itself, and the commands that write it down: completion and manual.
#include <iostream>

#include "main/cli/control.h"
#include "main/cli/table/complete.h"
#include "main/cli/table/manual.h"
#include "main/cli/tables.h"
#include "main/cli/task/task_commands.h"
#include "os/files.h"

namespace hanbat::cli {

About about_hanbat() {
  return {.name = "hanbat",
          .summary = "an AWS region on one machine that really runs what you deliver to it",
          .version = HANBAT_VERSION,
          .more =
              "HANBAT_HOME names the state folder (default /var/lib/hanbat), HANBAT_PORT the front door (default "
              "4566).\nExits with 0 when it is done, 1 when it could not, 2 when the command line is wrong; the "
              "help of a command tells\nof others."};
}

Table help_commands() {
  return {{.name = "completion",
           .help = "the script by which a shell completes hanbat's commands; the package brings it along",
           .options = {{.names = "shell",
                        .kind = Kind::kWord,
                        .help = "for which shell",
                        .times = Times::kOnce,
                        .words = {"bash", "zsh", "fish"}}},
           .run =
               [](const Values& given) {
                 std::cout << completion_script(given.text("shell"));
                 return 0;
               },
           .example = "eval \"$(hanbat completion bash)\""},
          {.name = "manual",
           .help = "write the manual pages",
           .options = {{.names = "folder", .kind = Kind::kFolder, .help = "where they go", .times = Times::kOnce}},
           .run =
               [](const Values& given) {
                 make_folders(given.text("folder"), 0755);
                 for (const auto& [name, text] : manual_pages(about_hanbat(), all_commands()))
                   write_file_atomic(given.text("folder") + "/" + name, text, 0644);
                 return 0;
               },
           .hidden = true}};
}

const Table& all_commands() {
  static const Table all = [] {
    Table table;
    for (Table part : {region_commands(), delivery_commands(), copy_commands(), image_commands(), cost_commands(),
                       explain_commands(), task::task_commands(), help_commands()})
      for (Command& command : part) table.push_back(std::move(command));
    return table;
  }();
  return all;
}

}  // namespace hanbat::cli
