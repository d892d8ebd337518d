// The table's entries of `hanbat explain`, a command for each kind of thing.
#include "main/cli/explain.h"
#include "main/cli/form.h"
#include "main/cli/tables.h"

namespace hanbat::cli {
namespace {

/// How and where it is asked and told, of every kind.
std::vector<Option> with_manner(std::vector<Option> options) {
  options.push_back(json_option());
  options.push_back({.names = "--language",
                     .kind = Kind::kWord,
                     .help = "of what is told; the locale's without",
                     .words = {"ko", "en"}});
  options.push_back({.names = "--region", .kind = Kind::kAwsRegion, .help = "the AWS region; of AWS_REGION without"});
  return options;
}

Question question_of(const Values& given) {
  return {.language = given.text("language"), .region = given.text("region"), .form = form_of(given)};
}

/// One that is asked about by one word, `what`; by none where that is empty.
Command kind_command(const std::string& kind, const std::string& help, Kind completed, const std::string& what,
                     Times times = Times::kOnce) {
  std::vector<Option> options;
  if (!what.empty()) options.push_back({.names = what, .kind = completed, .help = "which", .times = times});
  return {.name = "explain " + kind,
          .help = help,
          .options = with_manner(std::move(options)),
          .run = [kind, what](const Values& given) {
            explain(here(), kind, what.empty() ? "" : given.text(what), question_of(given));
            return 0;
          }};
}

}  // namespace

Table explain_commands() {
  return {
      {.name = "explain", .help = "why something is as it is: the chain of causes, with evidence and the way out"},
      kind_command("pipeline", "a pipeline: which stage, which action, what stands behind it", Kind::kPipeline, "name"),
      kind_command("build", "a build, or a project's newest one", Kind::kBuild, "id"),
      kind_command("deployment", "a deployment: which host, which event, which script, its last lines",
                   Kind::kDeployment, "id"),
      kind_command("target", "a load balancer's target: an instance, an address, or a target group", Kind::kInstance,
                   "id"),
      kind_command("denied", "a denied call: its request id, the error's message, or last", Kind::kText, "request",
                   Times::kAtMostOnce),
      kind_command("image", "an image of the registry: NAME or NAME:TAG", Kind::kText, "name"),
      kind_command("stuck", "what waits: for what, since when, until when", Kind::kText, ""),
      {.name = "explain packet",
       .help = "a packet's path, hop by hop: instances, interfaces, addresses, load balancers, internet",
       .options =
           with_manner({{.names = "from", .kind = Kind::kInstance, .help = "where it begins", .times = Times::kOnce},
                        {.names = "to",
                         .kind = Kind::kText,
                         .help = "where it goes, with the port: TO:PORT",
                         .times = Times::kOnce},
                        {.names = "--protocol",
                         .kind = Kind::kWord,
                         .help = "of the packet",
                         .preset = "tcp",
                         .words = {"tcp", "udp"}}}),
       .run =
           [](const Values& given) {
             explain_packet(here(), given.text("from"), given.text("to"), given.text("protocol"), question_of(given));
             return 0;
           },
       .example = "hanbat explain packet i-0123456789abcdef0 internet:443"}};
}

}  // namespace hanbat::cli
