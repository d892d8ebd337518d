// hanbat: the command line that starts, stops and shows a region.
#include <CLI/CLI.hpp>

#include <iostream>

#include "main/cli/commands.h"
#include "main/cli/control.h"

int main(int argc, char** argv) {
  using namespace hanbat::cli;
  CLI::App app("Hanbat: an AWS region on one machine that really runs what you deliver to it.", "hanbat");
  app.require_subcommand(1);
  app.footer(
      "HANBAT_HOME names the state folder (default /var/lib/hanbat), HANBAT_PORT the front door (default 4566).");

  app.add_subcommand("up", "start the region")->callback([] { up(Home::from_environment()); });
  app.add_subcommand("down", "stop the region; its data stays")->callback([] { down(Home::from_environment()); });
  app.add_subcommand("status", "what runs, and where it is reached")->callback([] {
    status(Home::from_environment());
  });

  std::string region = "ap-northeast-2";
  auto* env = app.add_subcommand("env", "shell lines for the AWS CLI, the SDKs and git: eval \"$(hanbat env)\"");
  env->add_option("--region", region, "the AWS region to name")->capture_default_str();
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

  std::string backup_file;
  bool without_machines = false;
  auto* save = app.add_subcommand("backup", "copy the running region into one file");
  save->add_option("file", backup_file, "the file to make; - is standard output")->required();
  save->add_flag("--without-machines", without_machines, "leave out the disks of instances and the images");
  save->callback(
      [&] { backup(Home::from_environment(), backup_file, without_machines ? Machines::kLeaveOut : Machines::kTake); });
  bool force = false;
  auto* bring_back = app.add_subcommand("restore", "make the state folder of a backup; the region must be down");
  bring_back->add_option("file", backup_file, "what hanbat backup made")->required();
  bring_back->add_flag("--force", force, "move a region that is there aside");
  bring_back->callback(
      [&] { restore(Home::from_environment(), backup_file, force ? Replace::kMoveAside : Replace::kNo); });

  bool healthy = true;
  app.add_subcommand("doctor", "what this machine lacks")->callback([&] {
    healthy = doctor(Home::from_environment());
  });

  auto* image = app.add_subcommand("image", "machine images");
  image->require_subcommand(1);
  std::vector<std::string> names;
  auto* build = image->add_subcommand("build", "build the stand-in images from their recipes");
  build->add_option("names", names, "amzn2, codebuild; all when none is named");
  build->callback([&] { build_images(Home::from_environment(), names); });
  std::string source;
  std::string image_name;
  auto* import = image->add_subcommand("import", "bring in an image from an OCI layout, archive or registry");
  import->add_option("source", source, "oci:FOLDER, oci-archive:FILE, docker-archive:FILE or docker://NAME")
      ->required();
  import->add_option("--as", image_name, "the image's name in the region")->required();
  import->callback([&] { import_image(Home::from_environment(), source, image_name); });

  try {
    app.parse(argc, argv);
    return healthy ? 0 : 1;
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::cout.flush();
    std::cerr << "hanbat: " << error.what() << "\n";
    return 1;
  }
}
