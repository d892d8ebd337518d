// Machine images: built from the recipes in images/, or brought in from OCI, and handed to hostd.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <iostream>

#include "base/text.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/parts.h"
#include "main/cli/spawn.h"
#include "os/files.h"

namespace hanbat::cli {
namespace fs = std::filesystem;

namespace {

void transfer(const Home& home, const std::string& name, const fs::path& folder) {
  const auto answer = find_answer(
      home, Json::object({{"action", "import-image"}, {"name", name}, {"folder", folder.string()}}), print_step);
  if (!answer) throw Failure("no region runs in " + home.root.string() + "; start it first: hanbat up");
}

/// A build takes minutes, which nobody is to wait for in vain.
void require_running(const Home& home) {
  if (!find_answer(home, Json::object({{"action", "status"}}), {}))
    throw Failure("no region runs in " + home.root.string() +
                  ", which would take the image; start it first: hanbat up");
}

/// When the file came to be as it is here, in nanoseconds; 0 without one. A package gives its files the times of its
/// making.
std::int64_t changed(const fs::path& file) {
  struct stat about{};
  if (::lstat(file.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return 0;
  return about.st_ctim.tv_sec * std::int64_t(1'000'000'000) + about.st_ctim.tv_nsec;
}

/// When any of what an image is made from last changed.
std::int64_t newest_source() {
  const Parts parts = Parts::find();
  std::int64_t newest = changed(parts.guest / "amazon-ssm-agent");
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(parts.recipes))
    newest = std::max(newest, changed(entry.path()));
  return newest;
}

/// Left beside the images when a build found or made them current.
fs::path stamp() { return images_folder() / ".checked"; }

/// Whether a build has looked at the images since anything of theirs changed. Then there is no need to look again.
bool known_current(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!fs::exists(images_folder() / name / "rootfs.squashfs")) return false;
  return changed(stamp()) > newest_source();
}

void make_images(const Home& home, const std::vector<std::string>& names) {
  const Parts parts = Parts::find();
  std::vector<std::string> command = {"bash",     parts.recipes / "build.sh", "--output", images_folder(), "--guest",
                                      parts.guest};
  command.insert(command.end(), names.begin(), names.end());
  make_folders(home.logs());
  const int code = run_logged(command, home.images_log(), [](const std::string& line) {
    if (line.find("is up to date") == std::string::npos) print_step(line);
  });
  if (code != 0)
    throw Failure(
        fmt::format("building the machine images failed ({}); its log is {}", code, home.images_log().string()));
  write_file_atomic(stamp(), "");
}

}  // namespace

void build_images(const Home& home, const std::vector<std::string>& wanted) {
  require_running(home);
  const std::vector<std::string> names = wanted.empty() ? std::vector<std::string>{"amzn2", "codebuild"} : wanted;
  if (!wanted.empty() || !known_current(names)) make_images(home, names);
  std::string failures;
  for (const std::string& name : names) {
    try {
      transfer(home, name, images_folder() / name);
    } catch (const std::exception& error) {
      failures += "\n  " + name + ": " + error.what();  // the other images are not the worse for it
    }
  }
  if (!failures.empty())
    throw Failure("the region runs, but without these machine images (hanbat doctor tells more):" + failures);
}

void import_image(const Home& home, const std::string& source, const std::string& name, const std::string& server) {
  require_running(home);
  make_folders(home.logs());
  std::vector<std::string> command = {"bash", Parts::find().recipes / "import.sh", "--output", images_folder()};
  if (!server.empty()) command.insert(command.end(), {"--server", server});
  command.insert(command.end(), {source, name});
  const int code = run_logged(command, home.images_log(), print_step);
  if (code != 0)
    throw Failure(fmt::format("importing {} failed ({}); its log is {}", source, code, home.images_log().string()));
  transfer(home, name, images_folder() / name);
  print_step("image " + name + " is in the region");
}

}  // namespace hanbat::cli
