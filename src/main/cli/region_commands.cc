// The table's entries of the region as a whole.
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/delivery.h"
#include "main/cli/form.h"
#include "main/cli/tables.h"

namespace hanbat::cli {
namespace {

Command up_command() {
  return {.name = "up",
          .help = "start the region",
          .options = {{.names = "--edge",
                       .kind = Kind::kText,
                       .help = "the /15 that a new region's addresses outside of VPCs are of; 198.18.0.0/15 without"},
                      {.names = "--listen",
                       .kind = Kind::kText,
                       .help = "ADDRESS[:PORT] of this machine at which a local network may come, by TLS alone; off "
                               "closes it. It is kept until it is said otherwise",
                       .words = {"off"}},
                      {.names = "--name",
                       .kind = Kind::kText,
                       .help = "with --listen: the region's domain there; it and all names below it lead here"},
                      {.names = "--certificate",
                       .kind = Kind::kFile,
                       .help = "with --listen: a certificate for the name, with its chain (PEM); without one the "
                               "region's CA signs"},
                      {.names = "--key", .kind = Kind::kFile, .help = "the certificate's key (PEM)"},
                      {.names = "--ssh-port",
                       .kind = Kind::kNumber,
                       .help = "with --listen: the port for SSH; 2222 without",
                       .least = 1,
                       .most = 65535}},
          .run =
              [](const Values& given) {
                up(here(), given.text("edge"),
                   {given.text("listen"), given.text("name"), given.text("certificate"), given.text("key"),
                    given.given("ssh-port") ? given.number("ssh-port") : 0});
                return 0;
              },
          .example = "hanbat up --listen 192.168.0.9 --name class.example.org"};
}

Command console_command() {
  return {.name = "console",
          .help = "an address that signs a browser in to the web console, once",
          .options = {{.names = "--region",
                       .kind = Kind::kAwsRegion,
                       .help = "the AWS region to show first",
                       .preset = "ap-northeast-2"},
                      {.names = "--no-browser", .kind = Kind::kFlag, .help = "only print the address"}},
          .run =
              [](const Values& given) {
                console(here(), given.text("region"), given.given("no-browser") ? Browser::kLeave : Browser::kOpen);
                return 0;
              },
          .more =
              "Whoever's credentials are in the environment (hanbat env's, or a competitor's) is signed in; without "
              "them the administrator."};
}

Command logs_command() {
  return {.name = "logs",
          .help = "the daemons' logs; with -f a build, a deployment or an instance as it goes on",
          .options = {{.names = "name",
                       .kind = Kind::kWord,
                       .help = "whose",
                       .preset = "hanbatd",
                       .words = {"hanbatd", "hostd", "images", "build", "deployment", "instance"}},
                      {.names = "id", .kind = Kind::kLogSubject, .help = "which build, deployment or instance"},
                      {.names = "-n,--lines",
                       .kind = Kind::kNumber,
                       .help = "how many lines of the end of a daemon's log",
                       .preset = "40",
                       .least = 0,
                       .most = 100000},
                      {.names = "-f,--follow", .kind = Kind::kFlag, .help = "go on as lines come"}},
          .run =
              [](const Values& given) {
                const std::string& name = given.text("name");
                const Follow follow = given.given("follow") ? Follow::kYes : Follow::kNo;
                if (name == "build" || name == "deployment" || name == "instance")
                  return follow_work(here(), name, given.text("id"), follow);
                if (given.given("id"))
                  throw Failure("the log of " + name + " takes no id; an id goes behind build, deployment or instance");
                logs(here(), name, given.number("lines"), follow);
                return 0;
              },
          .exits = {{3, "when the build or deployment that was followed did not succeed"}},
          .more =
              "A build's lines come from its log in CloudWatch Logs, a deployment's from what each instance reports of "
              "its\nlifecycle events, an instance's from its console. With -f a build and a deployment are followed to "
              "their end.",
          .example = "hanbat logs -f build wsi-api-build:0f0a…"};
}

Command trust_command() {
  return {.name = "trust",
          .help = "have this machine itself take the region for AWS: its CA and its names",
          .options = {{.names = "--region",
                       .kind = Kind::kAwsRegion,
                       .help = "the AWS regions whose names lead here",
                       .times = Times::kAny,
                       .preset = "ap-northeast-2"},
                      {.names = "--remove", .kind = Kind::kFlag, .help = "take back what was put, and nothing else"},
                      {.names = "--status", .kind = Kind::kFlag, .help = "only say what is there"},
                      {.names = "--root",
                       .kind = Kind::kFolder,
                       .help = "the folder that stands for /, for trying it out"}},
          .run =
              [](const Values& given) {
                const std::string& root = given.text("root");
                if (given.given("status")) return print_trust(here(), root) ? 0 : 1;
                if (given.given("remove"))
                  untrust(root);
                else
                  trust(here(), given.texts("region"), root);
                return 0;
              },
          .exits = {{1, "with --status, when not all of it is there"}},
          .more =
              "The CA goes into the machine's CA store, the names of the services' endpoints into a marked block of "
              "/etc/hosts.\nFor names that cannot be listed (S3's buckets, load balancers) the machine's own resolver "
              "(systemd-resolved, dnsmasq,\nNetworkManager's dnsmasq, unbound) gets a file that sends them to the "
              "region's; without one they lead to AWS."};
}

Command env_command() {
  return {.name = "env",
          .help = "shell lines for the AWS CLI, the SDKs and git: eval \"$(hanbat env)\"",
          .options = {{.names = "--region",
                       .kind = Kind::kAwsRegion,
                       .help = "the AWS region to name",
                       .preset = "ap-northeast-2"}},
          .run =
              [](const Values& given) {
                print_env(given.text("region"), here());
                return 0;
              },
          .more =
              "boto3 knows AWS_ENDPOINT_URL since 1.28 (botocore 1.31); Debian 12's own python3-boto3 is 1.26 and "
              "would call AWS.\nThere, say it in the program: boto3.client('s3', "
              "endpoint_url=os.environ['AWS_ENDPOINT_URL']), or take a newer one:\npython3 -m venv ~/aws && "
              "~/aws/bin/pip install boto3."};
}

}  // namespace

Table region_commands() {
  return {up_command(),
          {.name = "down",
           .help = "stop the region; its data stays",
           .run =
               [](const Values&) {
                 down(here());
                 return 0;
               }},
          {.name = "status",
           .help = "what runs, and where it is reached",
           .options = {json_option()},
           .run =
               [](const Values& given) {
                 status(here(), form_of(given));
                 return 0;
               }},
          env_command(),
          console_command(),
          logs_command(),
          {.name = "reset",
           .help = "stop the region and delete its data",
           .options = {{.names = "--yes", .kind = Kind::kFlag, .help = "do not ask"}},
           .run =
               [](const Values& given) {
                 reset(here(), given.given("yes") ? Confirm::kAlreadyGiven : Confirm::kAsk);
                 return 0;
               }},
          trust_command(),
          {.name = "doctor",
           .help = "what this machine lacks",
           .options = {json_option()},
           .run = [](const Values& given) { return doctor(here(), form_of(given)) ? 0 : 1; },
           .exits = {{1, "when something is missing or broken"}}}};
}

}  // namespace hanbat::cli
