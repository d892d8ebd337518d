// Makes a state folder of a backup. Nothing of the region is touched before the whole file has been seen to be what was
// written; then all of it is unpacked beside, and moved into place with the database last.
#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "base/encoding.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "host/attendance.h"
#include "host/users.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/leftovers.h"
#include "main/cli/region_archive.h"
#include "main/cli/schema_check.h"
#include "os/files.h"

namespace hanbat::cli {
namespace fs = std::filesystem;

namespace {

constexpr const char* kStaging = ".restoring";
constexpr const char* kAside = "before-restore-";

/// What lies in a folder without being a region's data.
bool is_data(const std::string& name) {
  for (const char* other : {"log", "run", "programs", "lost+found", "hanbatd.lock", kStaging})
    if (name == other) return false;
  return !name.starts_with(kAside);
}

std::vector<std::string> data_in(const fs::path& folder) {
  std::vector<std::string> names = path_exists(folder) ? list_folder(folder) : std::vector<std::string>{};
  std::erase_if(names, [](const std::string& name) { return !is_data(name); });
  return names;
}

/// Gives files to the users of this machine whose names they had.
class Owners {
 public:
  void give(const Fd& file, const std::string& name) {
    if (::geteuid() != 0) return;
    const auto [uid, gid] = find(name);
    if (::fchown(file.get(), uid, gid) != 0) throw_errno("give a file to " + name);
  }
  void chown_folder(const std::string& path, const std::string& name) {
    if (::geteuid() != 0) return;
    const auto [uid, gid] = find(name);
    if (::chown(path.c_str(), uid, gid) != 0) throw_errno("give " + path + " to " + name);
  }

 private:
  std::pair<unsigned, unsigned> find(const std::string& name) {
    const auto known = known_.find(name);
    if (known != known_.end()) return known->second;
    std::pair<unsigned, unsigned> ids{0, 0};
    if (const passwd* user = ::getpwnam(name.c_str())) {
      ids = {user->pw_uid, user->pw_gid};
    } else if (name == "hanbat") {
      const host::Owner made = host::require_user(name);
      ids = {made.uid, made.gid};
    }
    return known_[name] = ids;
  }
  std::map<std::string, std::pair<unsigned, unsigned>> known_;
};

/// Unpacks the archive into the folder and compares each file with the manifest. Returns the manifest.
Json unpack(const std::string& file, const std::string& folder) {
  std::map<std::string, Json> seen;
  Json manifest;
  Owners owners;
  std::uint64_t bytes = 0;
  read_archive(file, [&](const ReadEntry& entry) {
    if (entry.name == kHeadName || entry.name == kManifestName) {
      if (entry.size > (1u << 30)) throw Failure(file + ": its manifest is too large");
      std::string text(entry.size, '\0');
      for (std::size_t at = 0; at < text.size();) {
        const std::size_t got = entry.read(text.data() + at, text.size() - at);
        if (got == 0) throw Failure(file + " ends in its manifest");
        at += got;
      }
      manifest = Json::parse(text);
      if (manifest.integer("format") != kBackupFormat)
        throw Failure(fmt::format("{} has the format {}; this version of hanbat reads {}", file,
                                  manifest.integer("format"), kBackupFormat));
      return;
    }
    const std::string path = folder + "/" + entry.name;
    const std::string parent = path.substr(0, path.rfind('/'));
    for (std::size_t at = folder.size() + 1; at <= parent.size(); ++at) {
      if (at != parent.size() && parent[at] != '/') continue;
      const std::string part = parent.substr(0, at);
      if (path_exists(part)) continue;
      make_folders(part, entry.name.starts_with("ca/") ? 0755 : 0700);
      owners.chown_folder(part, entry.owner);
    }
    const Fd out = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    crypto::Digest hash(crypto::Digest::Kind::kSha256);
    std::string buffer(1u << 20, '\0');
    std::uint64_t size = 0;
    while (const std::size_t got = entry.read(buffer.data(), buffer.size())) {
      hash.update({buffer.data(), got});
      write_all(out.get(), {buffer.data(), got});
      size += got;
    }
    owners.give(out, entry.owner);
    if (::fchmod(out.get(), entry.mode) != 0) throw_errno("set the mode of " + path);
    bytes += size;
    seen[entry.name] =
        Json::object({{"name", entry.name}, {"size", static_cast<std::int64_t>(size)}, {"sha256", hash.finish_hex()}});
  });
  const Json& parts = manifest["parts"];
  if (!parts.is_array()) throw Failure(file + " has no manifest");
  for (const Json& part : parts.items()) {
    const auto found = seen.find(part.text("name"));
    if (found == seen.end() || found->second.dump() != part.dump())
      throw Failure(file + ": " + part.text("name") + " is not what the manifest says");
    seen.erase(found);
  }
  if (!seen.empty()) throw Failure(file + " holds " + seen.begin()->first + ", of which its manifest knows nothing");
  print_step(fmt::format("unpacked {} files, {:.1f} MB", parts.size(), double(bytes) / 1e6));
  return manifest;
}

void move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("move " + from.string() + " to " + to.string());
}

/// A region that runs, or that left something running, keeps its folder.
std::optional<FileLock> require_stopped(const Home& home) {
  if (find_answer(home, Json::object({{"action", "status"}})))
    throw Failure("the region in " + home.root.string() + " runs: hanbat down first");
  // Where no daemon ever was there is no lock; made here it would be root's, and keep the daemon out.
  const std::string path = home.root / "hanbatd.lock";
  const bool known = path_exists(path);
  auto lock = known ? FileLock::try_take(path, FileLock::Mode::kAlone) : std::nullopt;
  if (known && !lock) throw Failure("a hanbatd runs in " + home.root.string() + ": stop it first");
  for (const std::string& left : list_leftovers(home))
    if (left.find(home.root.string()) != std::string::npos)  // namespaces and links may be another region's
      throw Failure("something of the region in " + home.root.string() + " is still there, " + left +
                    ": hanbat down first");
  return lock;
}

}  // namespace

void restore(const Home& home, const std::string& file, Replace replace) {
  if (file == "-") throw Failure("a backup is read twice before anything is done with it: name a file");
  make_folders(home.root);
  const std::optional<FileLock> lock = require_stopped(home);
  const std::vector<std::string> there = data_in(home.root);
  if (!there.empty() && replace == Replace::kNo)
    throw Failure(home.root.string() + " has a region in it (" + there.front() +
                  "…): name another folder with HANBAT_HOME, or --force, which moves what is there aside");

  print_step("checking " + file);
  require_sealed(file);
  const fs::path staging = home.root / kStaging;
  remove_tree(staging);
  Json manifest;
  try {
    make_folders(staging, 0700);
    manifest = unpack(file, staging);
    require_known_schema(staging);
    sync_disk_of(staging);
  } catch (...) {
    remove_tree(staging);
    throw;
  }

  if (!there.empty()) {
    const fs::path aside = home.root / (kAside + std::to_string(SystemClock().now().ms / 1000));
    make_folders(aside, 0700);
    for (const std::string& name : there) move(home.root / name, aside / name);
    print_step("moved what was there to " + aside.string());
  }
  std::vector<std::string> names = list_folder(staging);
  // A folder without its database is no region: until it is there, this can be done again.
  std::stable_partition(names.begin(), names.end(), [](const std::string& name) { return name != "region.db"; });
  for (const std::string& name : names) move(staging / name, home.root / name);
  remove_tree(staging);
  sync_folder(home.root);

  print_step(
      fmt::format("the region of {} is in {}; start it with: hanbat up", manifest.text("time"), home.root.string()));
  if (manifest["machines"].is_array() && !manifest["machines"].empty())
    print_step(fmt::format("its {} instances come back with their disks at that start", manifest["machines"].size()));
  else
    print_step("the backup has no disks of machines: instances start anew from their images, with empty disks");
  if (manifest["damaged_blobs"].is_array() && !manifest["damaged_blobs"].empty())
    print_step(
        fmt::format("WARNING: {} blobs were damaged or missing when it was taken", manifest["damaged_blobs"].size()));
}

}  // namespace hanbat::cli
