// The table's entries of what a user of the region does at the keyboard.
#include "main/cli/delivery.h"
#include "main/cli/tables.h"

namespace hanbat::cli {

Table delivery_commands() {
  return {
      {.name = "connect",
       .help = "a shell on an instance, by Session Manager; or one command",
       .options =
           {{.names = "instance", .kind = Kind::kInstance, .help = "its id, or its tag Name", .times = Times::kOnce},
            {.names = "command",
             .kind = Kind::kCommandLine,
             .help = "behind --: what to run there; one word is a shell's text, of several each stays as it is",
             .times = Times::kAny}},
       .run = [](const Values& given) { return connect(here(), given.text("instance"), given.texts("command")); },
       .more =
           "It needs what aws ssm start-session needs: the caller's right to ssm:StartSession, and on the instance "
           "the\nagent with AmazonSSMManagedInstanceCore. Input and output go through a terminal. With a command it "
           "ends with\nthe status of the command.",
       .example = "hanbat connect i-0123456789abcdef0 -- uname -a"},
      {.name = "watch",
       .help = "something as it goes on",
       .options = {{.names = "what",
                    .kind = Kind::kWord,
                    .help = "what is watched",
                    .times = Times::kOnce,
                    .words = {"pipeline"}},
                   {.names = "name", .kind = Kind::kPipeline, .help = "which", .times = Times::kOnce},
                   {.names = "--wait", .kind = Kind::kFlag, .help = "end when the newest execution has ended"}},
       .run =
           [](const Values& given) {
             return watch_pipeline(here(), given.text("name"),
                                   given.given("wait") ? Until::kDone : Until::kInterrupted);
           },
       .exits = {{3, "with --wait, when the execution did not succeed"}},
       .more = "On a terminal the pipeline is drawn anew; elsewhere each change is a line.",
       .example = "hanbat watch pipeline wsi-api-pipeline --wait"},
      {.name = "open",
       .help = "the address of a load balancer, in a browser where there is a desktop",
       .options = {{.names = "balancer", .kind = Kind::kBalancer, .help = "its name; not needed where there is one"},
                   {.names = "--print", .kind = Kind::kFlag, .help = "only print it"}},
       .run = [](const Values& given) {
         open_balancer(here(), given.text("balancer"), given.given("print") ? Browser::kLeave : Browser::kOpen);
         return 0;
       }}};
}

}  // namespace hanbat::cli
