#include "store/blobs.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/ids.h"
#include "crypto/digest.h"
#include "os/fault.h"
#include "os/writers_turn.h"
#include "store/blob_hashes.h"

namespace hanbat::store {
namespace {

constexpr Migration kBlobSchema[] = {{"blobs", 1, R"sql(
-- Who needs which blob. The file named by sha256 may go when its last row does.
CREATE TABLE blob_links(
  sha256 TEXT NOT NULL,
  owner TEXT NOT NULL,
  PRIMARY KEY(sha256, owner)
);
)sql"}};

using crypto::Digest;

/// How often a writer looks at the space that is left.
constexpr std::uint64_t kLookEvery = 8u << 20;
/// A shorter one is checked before its first byte is sent, so that damage is an error and not a torn answer.
constexpr std::int64_t kCheckedAsSent = 16 << 20;
/// States of files that are remembered; past it all are checked anew.
constexpr std::size_t kMostRemembered = 200'000;

}  // namespace

class FileBlobWriter final : public BlobWriter {
 public:
  FileBlobWriter(Blobs& blobs, std::string path) : blobs_(blobs), path_(std::move(path)) {
    require_free_space(blobs_.folder_, kDiskReserve);
    file_ = open_file(path_, O_WRONLY | O_CREAT | O_EXCL, 0600);
  }
  ~FileBlobWriter() override {
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void write(std::string_view bytes) override {
    require_no_writers_turn("write a blob");
    const bool look = (size_ + bytes.size()) / kLookEvery != size_ / kLookEvery;
    if (look) require_free_space(blobs_.folder_, kDiskReserve);
    hashes_.update(bytes);
    size_ += bytes.size();
    write_all(file_.get(), bytes);
    // On its way to the disk while the rest comes, so that the sync at the end has little left to wait for.
    if (look) ::sync_file_range(file_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  }

  std::uint64_t size() const override { return size_; }

  Blob commit() override {
    require_no_writers_turn("sync a blob");
    if (fsync(file_.get()) != 0) throw_errno("sync " + path_);
    Blob blob{hashes_.finish_sha256(), size_, hashes_.finish_md5(), nullptr};
    blob.hold = blobs_.hold(blob.sha256);
    const std::string target = blobs_.path(blob.sha256);
    const std::string folder = target.substr(0, target.rfind('/'));
    if (::mkdir(folder.c_str(), 0700) == 0) sync_folder(blobs_.folder_);
    fault_point("blob:before-rename");
    if (rename(path_.c_str(), target.c_str()) != 0) throw_errno("rename " + path_ + " to " + target);
    path_.clear();
    fault_point("blob:after-rename");
    sync_folder(folder);
    blobs_.record_whole(blob.sha256, Blobs::state_of(file_));
    file_.reset();
    return blob;
  }

 private:
  Blobs& blobs_;
  std::string path_;
  Fd file_;
  std::uint64_t size_ = 0;
  BlobHashes hashes_;
};

Blobs::Blobs(std::string folder, Database& database) : folder_(std::move(folder)), database_(database) {
  make_folders(folder_ + "/incoming", 0700);
  // Made by whom it belongs to: a backup, which may be root, would make it root's.
  open_file(removals_lock(folder_), O_RDWR | O_CREAT, 0600);
  sync_folder(folder_);
}

std::unique_ptr<BlobWriter> Blobs::create() {
  return std::make_unique<FileBlobWriter>(*this, folder_ + "/incoming/" + random_hex(24));
}

Blob Blobs::put(std::string_view bytes) {
  const auto writer = create();
  writer->write(bytes);
  return writer->commit();
}

std::string Blobs::path_in(const std::string& folder, std::string_view sha256) {
  return folder + "/" + std::string(sha256.substr(0, 2)) + "/" + std::string(sha256);
}

std::string Blobs::path(std::string_view sha256) const { return path_in(folder_, sha256); }

Blobs::State Blobs::state_of(const Fd& file) {
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) throw_errno("look at a blob");
  const auto ns = [](const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; };
  return {about.st_ino, about.st_size, ns(about.st_mtim), ns(about.st_ctim)};
}

void Blobs::record_whole(const std::string& sha256, const State& state) const {
  const std::lock_guard lock(checks_mutex_);
  if (whole_.size() >= kMostRemembered) whole_.clear();
  whole_[sha256] = state;
}

Fd Blobs::open(std::string_view sha256) const {
  const std::string name(sha256);
  Fd file = open_file(path(sha256), O_RDONLY);
  const State state = state_of(file);
  {
    // Many ranges of one large object are asked for at once: one of them computes the hash, the others wait for it.
    std::unique_lock lock(checks_mutex_);
    checked_.wait(lock, [&] { return !checking_.contains(name); });
    const auto known = whole_.find(name);
    if (known != whole_.end() && known->second == state) return file;
    checking_.insert(name);
  }
  const std::shared_ptr<void> done(nullptr, [&](void*) {
    const std::lock_guard lock(checks_mutex_);
    checking_.erase(name);
    checked_.notify_all();
  });
  Digest digest(Digest::Kind::kSha256);
  std::string buffer(1u << 20, '\0');
  while (const std::size_t got = read_some(file.get(), buffer)) digest.update(std::string_view(buffer).substr(0, got));
  if (digest.finish_hex() != name) throw DamagedBlob("the blob " + name + " is damaged on disk: " + path(sha256));
  record_whole(name, state);
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw_errno("go back to the start of " + path(sha256));
  return file;
}

std::pair<Fd, std::unique_ptr<BlobCheck>> Blobs::open_to_send(std::string_view sha256) const {
  const std::string name(sha256);
  Fd file = open_file(path(name), O_RDONLY);
  const State state = state_of(file);
  if (state.size < kCheckedAsSent) return {open(name), nullptr};
  {
    const std::lock_guard lock(checks_mutex_);
    const auto known = whole_.find(name);
    if (known != whole_.end() && known->second == state) return {std::move(file), nullptr};
  }
  std::unique_ptr<BlobCheck> check(new BlobCheck(path(name), static_cast<std::uint64_t>(state.size),
                                                 [this, name, state] { record_whole(name, state); }));
  return {std::move(file), std::move(check)};
}

void BlobCheck::finish() {
  const std::string name = path_.substr(path_.rfind('/') + 1);
  if (digest_.finish_hex() != name) throw DamagedBlob("the blob " + name + " is damaged on disk: " + path_);
  whole_();
}

std::string Blobs::get(std::string_view sha256) const {
  const Fd file = open(sha256);
  std::string out;
  char buffer[65536];
  while (const std::size_t got = read_some(file.get(), buffer)) out.append(buffer, got);
  return out;
}

bool Blobs::exists(std::string_view sha256) const { return access(path(sha256).c_str(), F_OK) == 0; }

std::shared_ptr<void> Blobs::hold(const std::string& sha256) {
  const std::lock_guard lock(mutex_);
  held_.insert(sha256);
  return {nullptr, [this, sha256](void*) {
            const std::lock_guard lock(mutex_);
            held_.erase(held_.find(sha256));
          }};
}

bool Blobs::collect(const std::string& sha256) {
  require_no_writers_turn("remove a blob");
  // hold() waits for this lock before a writer renames its file, so a name that is written again now is not lost.
  const std::lock_guard lock(mutex_);
  if (held_.find(sha256) != held_.end()) return false;
  const auto removal = try_removal();
  if (!removal) {
    postponed_.insert(sha256);
    return false;
  }
  const bool linked = database_.read(
      [&](Tx& tx) { return tx.find("SELECT 1 FROM blob_links WHERE sha256 = ? LIMIT 1", sha256).has_value(); });
  if (linked) return false;
  fault_point("blob:before-unlink");
  const bool removed = ::unlink(path(sha256).c_str()) == 0;
  fault_point("blob:after-unlink");
  return removed;
}

void Blobs::link(Tx& tx, std::string_view sha256, std::string_view owner) {
  tx.exec("INSERT INTO blob_links(sha256, owner) VALUES (?, ?) ON CONFLICT DO NOTHING", sha256, owner);
}

void Blobs::unlink(Tx& tx, std::string_view sha256, std::string_view owner) {
  tx.exec("DELETE FROM blob_links WHERE sha256 = ? AND owner = ?", sha256, owner);
  tx.on_commit([this, name = std::string(sha256)] {
    std::set<std::string> names;
    {
      const std::lock_guard lock(mutex_);
      names.swap(postponed_);
    }
    names.insert(name);
    for (const std::string& one : names) collect(one);
  });
}

void Blobs::remove_half_written() {
  for (const std::string& file : list_folder(folder_ + "/incoming")) remove_tree(folder_ + "/incoming/" + file);
}

int Blobs::sweep(const std::stop_token& stop) {
  int removed = 0;
  for (const auto& folder : std::filesystem::directory_iterator(folder_)) {
    const std::string prefix = folder.path().filename();
    if (stop.stop_requested()) break;
    if (!folder.is_directory() || prefix == "incoming") continue;
    // One look at the database for a folder: a region may have a hundred thousand files.
    const std::set<std::string, std::less<>> linked = database_.read([&](Tx& tx) {
      std::set<std::string, std::less<>> names;
      for (const Row& row :
           tx.query("SELECT DISTINCT sha256 FROM blob_links WHERE sha256 >= ? AND sha256 < ?", prefix, prefix + "g"))
        names.insert(row.text(0));
      return names;
    });
    for (const auto& file : std::filesystem::directory_iterator(folder.path()))
      if (const std::string name = file.path().filename(); !linked.contains(name) && collect(name)) ++removed;
  }
  return removed;
}

std::optional<FileLock> Blobs::try_removal() const {
  return FileLock::try_take(removals_lock(folder_), FileLock::Mode::kShared);
}

LooseBlob::~LooseBlob() {
  if (blob_.hold.use_count() == 0) return;  // a hold points to nothing; it is what ends with it that counts
  blob_.hold.reset();
  try {
    blobs_->collect(blob_.sha256);
  } catch (const std::exception& error) {
    spdlog::warn("the blob {} is left until the next start: {}", blob_.sha256, error.what());
  }
}

std::span<const Migration> blob_migrations() { return kBlobSchema; }

}  // namespace hanbat::store
