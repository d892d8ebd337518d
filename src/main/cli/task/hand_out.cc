// `hanbat task kit`: what a competitor is handed, made anew as the region is now, as a folder and as one file.
#include <fmt/format.h>

#include <iostream>

#include "base/text.h"
#include "host/edge_range.h"
#include "main/cli/task/account.h"
#include "main/cli/task/board.h"
#include "main/cli/task/hand_out.h"
#include "main/cli/task/kit.h"
#include "main/cli/task/network_kit.h"
#include "main/cli/task/task_commands.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

fs::path kept_credentials(const fs::path& folder) { return folder / "work" / "credentials.sh"; }

}  // namespace

fs::path here_credentials(const fs::path& folder) {
  return path_exists(kept_credentials(folder).string()) ? kept_credentials(folder) : folder / "kit" / "credentials.sh";
}

void make_whole_kit(const Home& home, const Entry& entry, const Pack& pack, const fs::path& folder, RegionApi& owner) {
  make_kit(home, entry, pack, folder);
  const auto setting = host::ListenSetting::find(home.root);
  remove_tree(kept_credentials(folder).string());
  if (!setting) {
    for (const char* name : {"ca.pem", "ssh", "docker", "hosts", "NETWORK.ko.txt", "NETWORK.en.txt"})
      remove_tree((folder / "kit" / name).string());  // of a kit from when it was open
    return;
  }
  make_folders((folder / "work").string(), 0700);
  fs::rename(folder / "kit" / "credentials.sh", kept_credentials(folder));
  const auto range = split(host::to_text(host::EdgeRange::of(home.root.string()).public_range().base), '.');
  add_network(home, entry, {*setting, make_ssh_key(folder, owner), pack.key_pair, range[0] + "." + range[1] + ".*"},
              folder);
}

void hand_out(const Home& home, const std::vector<std::string>& names, const fs::path& to) {
  const Entries entries(home);
  const FileLock lock = entries.lock();
  std::vector<Entry> whom;
  if (names.empty())
    for (Entry& entry : entries.list())
      if (entry.stage != Stage::kStopped) whom.push_back(std::move(entry));
  for (const std::string& name : names) whom.push_back(entries.require(name));
  if (whom.empty()) throw Failure("nobody has started: hanbat task start");
  if (!to.empty()) make_folders(to.string(), 0700);
  for (const Entry& entry : whom) {
    if (entry.account.empty() || entry.keys.id.empty())
      throw Failure("the start of competitor " + entry.competitor + " was cut short; give it again");
    const fs::path folder = entries.folder_of(entry.competitor);
    Management management(home, entry.region);
    RegionApi owner(entry.region, management.enter(entry.account));
    const Pack pack = require_pack(entry.pack);
    make_whole_kit(home, entry, pack, folder, owner);
    Board board(management, entry.region);
    board.open_to_competitors();
    board.post_task(entry, pack, folder / "kit");
    // Written beside and renamed: who hands it out never has half of one.
    const fs::path archive = fs::absolute(to.empty() ? folder : to) / (entry.competitor + "-kit.tar.gz");
    const std::string half = archive.string() + ".new";
    write_file_atomic(half, "", 0600);
    run_checked({"tar", "-C", folder.string(), "-czf", half, "--owner=0", "--group=0",
                 "--transform=s,^kit," + entry.competitor + ",", "--", "kit"});
    fs::rename(half, archive);
    print_step(fmt::format("{}: {} and {}", entry.competitor, (folder / "kit").string(), archive.string()));
  }
}

}  // namespace hanbat::cli::task
