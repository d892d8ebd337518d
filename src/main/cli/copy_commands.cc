// The table's entries of a whole region in one file.
#include "main/cli/commands.h"
#include "main/cli/tables.h"

namespace hanbat::cli {

Table copy_commands() {
  return {
      {.name = "backup",
       .help = "copy the running region into one file",
       .options = {{.names = "file",
                    .kind = Kind::kFile,
                    .help = "the file to make; - is standard output",
                    .times = Times::kOnce},
                   {.names = "--without-machines",
                    .kind = Kind::kFlag,
                    .help = "leave out the disks of instances and the images"}},
       .run =
           [](const Values& given) {
             backup(here(), given.text("file"),
                    given.given("without-machines") ? Machines::kLeaveOut : Machines::kTake);
             return 0;
           }},
      {.name = "restore",
       .help = "make the state folder of a backup; the region must be down",
       .options = {{.names = "file", .kind = Kind::kFile, .help = "what hanbat backup made", .times = Times::kOnce},
                   {.names = "--force", .kind = Kind::kFlag, .help = "move a region that is there aside"}},
       .run =
           [](const Values& given) {
             restore(here(), given.text("file"), given.given("force") ? Replace::kMoveAside : Replace::kNo);
             return 0;
           }},
      {.name = "bundle",
       .help = "make one file that installs all of it on a machine without a network",
       .options =
           {{.names = "file", .kind = Kind::kFile, .help = "the file to make, a tar archive", .times = Times::kOnce},
            {.names = "--package",
             .kind = Kind::kFile,
             .help = "the Debian package; without it the newest of the build folder"}},
       .run = [](const Values& given) {
         make_bundle(here(), given.text("file"), given.text("package"));
         return 0;
       }}};
}

}  // namespace hanbat::cli
