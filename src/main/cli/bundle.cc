// bundle: one file that installs this version on machines without a network.
#include <algorithm>
#include <iostream>

#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/parts.h"
#include "main/cli/spawn.h"
#include "os/files.h"

namespace hanbat::cli {
namespace fs = std::filesystem;

namespace {

/// The newest package in the build folder of the running program.
fs::path find_package() {
  const fs::path folder = Parts::find().bundle.parent_path();
  fs::path newest;
  for (const std::string& name : list_folder(folder))
    if (name.starts_with("hanbat_") && name.ends_with(".deb") &&
        (newest.empty() || fs::last_write_time(folder / name) > fs::last_write_time(newest)))
      newest = folder / name;
  if (newest.empty())
    throw Failure("which package? Name the file that this was installed from with --package, or build one: ninja deb");
  return newest;
}

}  // namespace

void make_bundle(const Home& home, const std::string& file, const std::string& package) {
  make_folders(home.logs());
  const fs::path log = home.logs() / "bundle.log";
  const int code = run_logged({"bash", Parts::find().bundle / "make", file,
                               package.empty() ? find_package().string() : package, images_folder()},
                              log, [](const std::string& line) { std::cout << "  " << line << std::endl; });
  if (code != 0) throw Failure("the bundle was not made; the log is " + log.string());
}

}  // namespace hanbat::cli
