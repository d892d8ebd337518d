// Copies a region into one file while it runs. What makes the copy consistent: removals wait (a lock that the daemon
// respects), the database is copied as of one moment, and what its rows name is never changed, only added: blobs and
// git's objects are files named by their content, and the trail's segments grow at their end.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <set>
#include <thread>

#include "base/time.h"
#include "host/edge_range.h"
#include "host/machines/restored.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/machine_disks.h"
#include "main/cli/region_archive.h"
#include "os/files.h"
#include "store/blobs.h"
#include "store/database.h"
#include "store/durability.h"

namespace hanbat::cli {
namespace fs = std::filesystem;

namespace {

/// The folder beside the region's data where a backup puts what it makes on the way; gone with this object.
class Workshop {
 public:
  explicit Workshop(const Home& home) : path_(home.root / ".backup") {
    remove_tree(path_);  // of one that was killed; the lock says that none runs
    make_folders(path_, 0700);
  }
  ~Workshop() {
    try {
      remove_tree(path_);
    } catch (const std::exception&) {
      // The next backup removes it.
    }
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class Backup {
 public:
  Backup(const Home& home, int out, const std::function<void(const std::string&)>& report)
      : home_(home),
        archive_(out),
        report_(report),
        manifest_(Json::object(
            {{"format", kBackupFormat}, {"version", HANBAT_VERSION}, {"time", iso8601(SystemClock().now())}})) {
    archive_.add_bytes(kHeadName, manifest_.dump());
  }

  void take(Machines machines) {
    const FileLock lock = keep_removals_off();
    const Workshop workshop(home_);
    const std::string database = workshop.path() + "/region.db";
    store::copy_sqlite(home_.root / "region.db", database);
    restore_owner(database);
    const std::vector<std::string> blobs = blobs_of(database);
    add_as("region.db", database);
    for (const char* name : {"secrets.key", "admin-credentials.json", "ca/ca.key", "ca/ca.pem"}) add(name);
    for (const char* name : {host::kEdgeRangeFile, "trail-limit"})
      if (path_exists(home_.root / name)) add(name);
    add_trail();
    add_blobs(blobs);
    add_repositories();
    add_contests();
    if (machines == Machines::kTake)
      add_machines(workshop.path());
    else
      manifest_["machines_left_out"] = true;
    finish();
  }

 private:
  /// What this process makes belongs to whom the region's database belongs: the daemon must be able to use it.
  void restore_owner(const std::string& path) const {
    struct stat about{};
    if (::stat((home_.root / "region.db").c_str(), &about) != 0) throw_errno("look at the region's database");
    if (::geteuid() == 0 && ::chown(path.c_str(), about.st_uid, about.st_gid) != 0) throw_errno("give away " + path);
  }

  /// The daemon holds it for moments only; another backup as long as it takes.
  FileLock keep_removals_off() {
    const std::string path = store::Blobs::removals_lock(home_.root / "blobs");
    if (!path_exists(path)) {
      open_file(path, O_RDWR | O_CREAT, 0600);
      restore_owner(path);
    }
    for (int i = 0; i < 300; ++i) {
      if (auto lock = FileLock::try_take(path, FileLock::Mode::kAlone)) return std::move(*lock);
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    throw Failure("another backup of " + home_.root.string() + " runs");
  }

  static std::vector<std::string> blobs_of(const std::string& database) {
    std::vector<std::string> names;
    store::open_sqlite(database)->read([&](store::Tx& tx) {
      for (const store::Row& row : tx.query("SELECT DISTINCT sha256 FROM blob_links ORDER BY sha256"))
        names.push_back(row.text(0));
    });
    return names;
  }

  Part add_as(const std::string& name, const std::string& path) {
    const Part part = archive_.add_file(name, open_file(path, O_RDONLY));
    parts_.push_back(part.to_json());
    bytes_ += part.size;
    return part;
  }
  Part add(const std::string& name) { return add_as(name, home_.root / name); }

  void add_blobs(const std::vector<std::string>& names) {
    std::size_t done = 0;
    Json damaged = Json::array();
    for (const std::string& name : names) {
      report_periodically(fmt::format("blobs {} of {}", ++done, names.size()));
      const std::string path = store::Blobs::path_in("blobs", name);
      const bool there = path_exists(home_.root / path);
      if (there && add(path).sha256 == name) continue;
      report_(fmt::format("WARNING: the blob {} is {}; who reads it gets an error, here and where this is restored",
                          name, there ? "damaged" : "missing"));
      damaged.push_back(name);
    }
    report_(fmt::format("{} blobs, {:.1f} MB so far", names.size(), double(bytes_) / 1e6));
    manifest_["damaged_blobs"] = std::move(damaged);
  }

  /// Segments only grow, and the database says how much of them counts: what came after it is cut off where this is
  /// restored. The oldest may go meanwhile, as anywhere.
  void add_trail() {
    const fs::path root = home_.root / "trail";
    if (!fs::exists(root)) return;
    for (const std::string& name : list_folder(root))
      if (name.ends_with(".events") || name.ends_with(".index")) add_if_there("trail/" + name);
  }

  /// Objects and packs only grow; a reference is a row, and git's own file of them is written anew from the rows.
  void add_repositories() {
    const fs::path root = home_.root / "codecommit";
    if (!fs::exists(root)) return;
    for (const std::string& repository : list_folder(root)) {
      if (!repository.ends_with(".git")) continue;  // one that is being made
      std::set<std::string> names;
      list_kept(root / repository, "codecommit/" + repository, names);
      // A pack is there before its index; but of one that came while we looked, the index may be all that we saw.
      for (const std::string& name : std::set(names))
        if (name.ends_with(".idx")) names.insert(name.substr(0, name.size() - 4) + ".pack");
      for (const std::string& name : names) add_if_there(name);
      report_periodically("repositories");
    }
  }

  /// Who competes, with their keys and sheets (cli/task/entry.h); a file of them is replaced as a whole.
  void add_contests() {
    if (!fs::exists(home_.root / "task")) return;
    std::set<std::string> names;
    list_kept(home_.root / "task", "task", names);
    for (const std::string& name : names) add_if_there(name);
  }

  /// What pushes leave on the way (quarantine, temporary files) is no part of a repository.
  static void list_kept(const fs::path& folder, const std::string& prefix, std::set<std::string>& names) {
    for (const std::string& name : list_folder(folder)) {
      const bool on_the_way = name.starts_with("incoming-") || name.starts_with("tmp_") || name.ends_with(".lock") ||
                              name.starts_with("packed-refs.new") || name.starts_with("HEAD.new");
      if (on_the_way) continue;
      const fs::file_status status = fs::symlink_status(folder / name);
      if (fs::is_directory(status)) list_kept(folder / name, prefix + "/" + name, names);
      if (fs::is_regular_file(status)) names.insert(prefix + "/" + name);
    }
  }

  void add_if_there(const std::string& name) {
    Fd file;
    try {
      file = open_file(home_.root / name, O_RDONLY);
    } catch (const std::system_error& error) {
      if (error.code() == std::errc::no_such_file_or_directory) return;
      throw;
    }
    const Part part = archive_.add_file(name, file);
    parts_.push_back(part.to_json());
    bytes_ += part.size;
  }

  void add_machines(const std::string& folder) {
    const Json taken =
        take_machines(home_, folder, [&](const DiskFile& file) { add_as(file.name, file.path); }, report_);
    const std::string aliases = folder + "/aliases.json";
    write_file_atomic(aliases, taken["images"].dump(), 0600);
    add_as(std::string(host::kRestoredFolder) + "/aliases.json", aliases);
    manifest_["images"] = taken["images"];
    manifest_["machines"] = taken["machines"];
  }

  void finish() {
    manifest_["parts"] = std::move(parts_);
    archive_.add_bytes(kManifestName, manifest_.dump());
    archive_.finish();
    report_(fmt::format("{} files, {:.1f} MB", manifest_["parts"].size(), double(bytes_) / 1e6));
  }

  void report_periodically(const std::string& line) {
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::seconds(1)) return;
    told_ = now;
    report_(fmt::format("{}, {:.1f} MB so far", line, double(bytes_) / 1e6));
  }

  const Home& home_;
  ArchiveWriter archive_;
  const std::function<void(const std::string&)>& report_;
  Json manifest_;
  Json parts_ = Json::array();
  std::uint64_t bytes_ = 0;
  std::chrono::steady_clock::time_point told_ = std::chrono::steady_clock::now();
};

}  // namespace

void backup(const Home& home, const std::string& file, Machines machines) {
  if (!fs::exists(home.root / "region.db"))
    throw Failure("there is no region in " + home.root.string() +
                  "; hanbat up makes one, HANBAT_HOME names another folder");
  const bool to_output = file == "-";
  const std::function<void(const std::string&)> report = [&](const std::string& line) {
    (to_output ? std::cerr : std::cout) << "  " << line << std::endl;
  };
  const MachinesThere there = find_machines(home);
  if (there == MachinesThere::kStopped && machines == Machines::kTake)
    throw Failure(
        "the region is down, and the disks of its machines can be copied only while it runs: hanbat up first, or "
        "--without-machines (where that is restored, each instance starts anew from its image, with an empty disk)");
  if (there == MachinesThere::kNone) machines = Machines::kLeaveOut;

  if (to_output) {
    if (::isatty(STDOUT_FILENO)) throw Failure("a backup on a terminal helps nobody: redirect it, or name a file");
    Backup(home, STDOUT_FILENO, report).take(machines);
    return;
  }
  // Under its own name only when it is whole and on the disk.
  const std::string partial = file + ".partial";
  remove_tree(partial);
  try {
    const Fd out = open_file(partial, O_WRONLY | O_CREAT | O_EXCL, 0600);
    Backup(home, out.get(), report).take(machines);
    if (::fsync(out.get()) != 0) throw_errno("sync " + partial);
    if (::rename(partial.c_str(), file.c_str()) != 0) throw_errno("rename " + partial + " to " + file);
    sync_folder(fs::absolute(file).parent_path());
  } catch (...) {
    ::unlink(partial.c_str());
    throw;
  }
  report("the region is in " + file + (machines == Machines::kTake ? "" : ", without disks of machines"));
}

}  // namespace hanbat::cli
