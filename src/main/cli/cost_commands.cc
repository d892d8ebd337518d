// The table's entry of what things cost.
#include "main/cli/cost.h"
#include "main/cli/form.h"
#include "main/cli/tables.h"

namespace hanbat::cli {

Table cost_commands() {
  return {{.name = "cost",
           .help = "what accounts have cost this month, at AWS's prices",
           .options = {{.names = "--account", .kind = Kind::kText, .help = "of this account only; all without"},
                       {.names = "--by",
                        .kind = Kind::kWord,
                        .help = "what the lines are; hours: of the last day",
                        .preset = "service",
                        .words = {"service", "resource", "hour", "tag"}},
                       {.names = "--key", .kind = Kind::kText, .help = "with --by tag: the tag's key"},
                       {.names = "--month",
                        .kind = Kind::kFlag,
                        .help = "instead: what runs now would cost in a month, by service"},
                       {.names = "--region",
                        .kind = Kind::kAwsRegion,
                        .help = "the AWS region whose API is asked",
                        .preset = "ap-northeast-2"},
                       json_option()},
           .run =
               [](const Values& given) {
                 print_cost(here(), {.account = given.text("account"),
                                     .by = given.text("by"),
                                     .key = given.text("key"),
                                     .region = given.text("region"),
                                     .month = given.given("month"),
                                     .json = given.given("json")});
                 return 0;
               },
           .example = "hanbat cost --by resource"}};
}

}  // namespace hanbat::cli
