// hanbat: the command line that starts, stops and shows a region.
#include <CLI/CLI.hpp>

#include <iostream>
#include <string>
#include <vector>

#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/explain.h"
#include "main/cli/task/task_commands.h"

namespace hanbat::cli {
namespace {

/// What the options of subcommands are read into; lives as long as the parser.
struct Flags {
  std::string backup_file;
  std::string bundle_file;
  std::string package;
  bool without_machines = false;
  bool force = false;
  std::vector<std::string> names;
  std::string source;
  std::string image_name;
  std::string runtime, version, archive;
  std::vector<std::string> regions = {"ap-northeast-2"};
  std::string root;
  bool remove = false;
  bool status = false;
};

void add_trust(CLI::App& app, Flags& flags, bool& healthy) {
  auto* trusting =
      app.add_subcommand("trust", "have this machine itself take the region for AWS: its CA and its names");
  trusting->add_option("--region", flags.regions, "the AWS regions whose names lead here")->capture_default_str();
  trusting->add_flag("--remove", flags.remove, "take back what was put, and nothing else");
  trusting->add_flag("--status", flags.status, "only say what is there; exits with 1 when it is not all");
  trusting->add_option("--root", flags.root, "the folder that stands for /, for trying it out");
  trusting->footer(
      "The CA goes into the machine's CA store, the names of the services' endpoints into a marked block of "
      "/etc/hosts.\n"
      "For names that cannot be listed (S3's buckets, load balancers) the machine's own resolver (systemd-resolved, "
      "dnsmasq,\nNetworkManager's dnsmasq, unbound) gets a file that sends them to the region's; without one they lead "
      "to "
      "AWS.");
  trusting->callback([&] {
    if (flags.status)
      healthy = print_trust(Home::from_environment(), flags.root);
    else if (flags.remove)
      untrust(flags.root);
    else
      trust(Home::from_environment(), flags.regions, flags.root);
  });
}

void add_copies(CLI::App& app, Flags& flags) {
  auto* save = app.add_subcommand("backup", "copy the running region into one file");
  save->add_option("file", flags.backup_file, "the file to make; - is standard output")->required();
  save->add_flag("--without-machines", flags.without_machines, "leave out the disks of instances and the images");
  save->callback([&flags] {
    backup(Home::from_environment(), flags.backup_file, flags.without_machines ? Machines::kLeaveOut : Machines::kTake);
  });
  auto* bring_back = app.add_subcommand("restore", "make the state folder of a backup; the region must be down");
  bring_back->add_option("file", flags.backup_file, "what hanbat backup made")->required();
  bring_back->add_flag("--force", flags.force, "move a region that is there aside");
  bring_back->callback([&flags] {
    restore(Home::from_environment(), flags.backup_file, flags.force ? Replace::kMoveAside : Replace::kNo);
  });
}

void add_bundle(CLI::App& app, Flags& flags) {
  auto* bundle = app.add_subcommand("bundle", "make one file that installs all of it on a machine without a network");
  bundle->add_option("file", flags.bundle_file, "the file to make, a tar archive")->required();
  bundle->add_option("--package", flags.package, "the Debian package; without it the newest of the build folder");
  bundle->callback([&flags] { make_bundle(Home::from_environment(), flags.bundle_file, flags.package); });
}

void add_base_images(CLI::App& image, Flags& flags) {
  auto* base = image.add_subcommand("base", "the shelf that base images of Dockerfiles come from");
  base->require_subcommand(1);
  auto* add = base->add_subcommand("add", "put an image onto the shelf that no registry gives from here");
  add->add_option("name", flags.image_name, "as Dockerfiles write it: ubuntu:24.04")->required();
  add->add_option("source", flags.source, "docker-archive:FILE, oci:FOLDER, oci-archive:FILE or docker://NAME")
      ->required();
  add->callback([&flags] { add_base_image(Home::from_environment(), flags.image_name, flags.source); });
  auto* remove = base->add_subcommand("remove", "take an image off the shelf; a build that asks has it fetched anew");
  remove->add_option("name", flags.image_name, "the image's name")->required();
  remove->callback([&flags] { remove_base_image(Home::from_environment(), flags.image_name); });
  auto* mirror = base->add_subcommand("mirror", "have a registry's images fetched from another address");
  mirror->add_option("registry", flags.source, "docker.io, public.ecr.aws")->required();
  mirror->add_option("url", flags.archive,
                     "https://HOST[:PORT][/PATH]; without one the registry itself is asked again");
  mirror->callback([&flags] { set_base_image_mirror(Home::from_environment(), flags.source, flags.archive); });
  base->add_subcommand("list", "what is on the shelf, and where each is from")->callback([] {
    list_base_images(Home::from_environment());
  });
}

void add_images(CLI::App& app, Flags& flags) {
  auto* image = app.add_subcommand("image", "machine images");
  image->require_subcommand(1);
  auto* build = image->add_subcommand("build", "build the stand-in images from their recipes");
  build->add_option("names", flags.names, "amzn2, codebuild; all when none is named");
  build->callback([&flags] { build_images(Home::from_environment(), flags.names); });
  auto* import = image->add_subcommand(
      "import", "bring in an image from Incus's servers, or of an OCI layout, archive or registry");
  import
      ->add_option("source", flags.source,
                   "images:amazonlinux/2023/cloud, oci:FOLDER, oci-archive:FILE, docker-archive:FILE or docker://NAME")
      ->required();
  import->add_option("--server", flags.archive,
                     "the simplestreams server of images:…; https://images.linuxcontainers.org without");
  import->add_option("--as", flags.image_name, "the image's name in the region")->required();
  import->callback([&flags] { import_image(Home::from_environment(), flags.source, flags.image_name, flags.archive); });
  add_base_images(*image, flags);
  auto* runtime = image->add_subcommand("runtime", "the shelf that runtime-versions of build specifications come from");
  runtime->require_subcommand(1);
  auto* add = runtime->add_subcommand("add", "put a version onto the shelf that no registry has");
  add->add_option("name", flags.runtime, "python, nodejs, java, golang, ruby, php, dotnet")->required();
  add->add_option("version", flags.version, "as build specifications name it: 3.8, corretto8")->required();
  add->add_option("archive", flags.archive, "a tar archive whose root is a prefix with bin/")->required();
  add->callback([&flags] { add_runtime(Home::from_environment(), flags.runtime, flags.version, flags.archive); });
  auto* remove =
      runtime->add_subcommand("remove", "take a version off the shelf; a build that asks has it fetched anew");
  remove->add_option("name", flags.runtime, "the runtime's name")->required();
  remove->add_option("version", flags.version, "the version as list shows it")->required();
  remove->callback([&flags] { remove_runtime(Home::from_environment(), flags.runtime, flags.version); });
  runtime->add_subcommand("list", "what is on the shelf, and where each is from")->callback([] {
    list_runtimes(Home::from_environment());
  });
}

}  // namespace
}  // namespace hanbat::cli

int main(int argc, char** argv) {
  using namespace hanbat::cli;
  CLI::App app("Hanbat: an AWS region on one machine that really runs what you deliver to it.", "hanbat");
  app.require_subcommand(1);
  app.set_version_flag("--version", HANBAT_VERSION);
  app.footer(
      "HANBAT_HOME names the state folder (default /var/lib/hanbat), HANBAT_PORT the front door (default 4566).");

  std::string edge;
  auto* start = app.add_subcommand("up", "start the region");
  start->add_option("--edge", edge,
                    "the /15 that a new region's addresses outside of VPCs are of; 198.18.0.0/15 without");
  start->callback([&edge] { up(Home::from_environment(), edge); });
  app.add_subcommand("down", "stop the region; its data stays")->callback([] { down(Home::from_environment()); });
  app.add_subcommand("status", "what runs, and where it is reached")->callback([] {
    status(Home::from_environment());
  });

  std::string region = "ap-northeast-2";
  auto* env = app.add_subcommand("env", "shell lines for the AWS CLI, the SDKs and git: eval \"$(hanbat env)\"");
  env->add_option("--region", region, "the AWS region to name")->capture_default_str();
  env->footer(
      "boto3 knows AWS_ENDPOINT_URL since 1.28 (botocore 1.31); Debian 12's own python3-boto3 is 1.26 and would call "
      "AWS.\n"
      "There, say it in the program: boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL']), or take a newer "
      "one:\n"
      "python3 -m venv ~/aws && ~/aws/bin/pip install boto3.");
  env->callback([&] { print_env(region, Home::from_environment()); });

  std::string log_name = "hanbatd";
  int lines = 40;
  bool follow = false;
  auto* log = app.add_subcommand("logs", "the daemons' logs");
  log->add_option("name", log_name, "hanbatd, hostd or images")->check(CLI::IsMember({"hanbatd", "hostd", "images"}));
  log->add_option("-n,--lines", lines, "how many lines of the end")->check(CLI::Range(0, 100000));
  log->add_flag("-f,--follow", follow, "go on as lines come");
  log->callback([&] { logs(Home::from_environment(), log_name, lines, follow ? Follow::kYes : Follow::kNo); });

  bool yes = false;
  auto* forget = app.add_subcommand("reset", "stop the region and delete its data");
  forget->add_flag("--yes", yes, "do not ask");
  forget->callback([&] { reset(Home::from_environment(), yes ? Confirm::kAlreadyGiven : Confirm::kAsk); });

  Flags flags;
  add_copies(app, flags);
  add_images(app, flags);
  add_bundle(app, flags);

  bool healthy = true;
  add_trust(app, flags, healthy);
  app.add_subcommand("doctor", "what this machine lacks")->callback([&] {
    healthy = doctor(Home::from_environment());
  });
  add_explain(app);
  int task_code = 0;
  task::add_task_commands(app, task_code);

  try {
    app.parse(argc, argv);
    return healthy ? task_code : 1;
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "hanbat: " << error.what() << "\n";
    return 1;
  }
}
