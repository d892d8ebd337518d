// Bytes too large for a row: S3 objects, image layers, artifacts, logs of builds. A blob is a file named by the SHA-256
// of what it holds, written under a temporary name, synced and renamed; so a name that exists had whole content, and
// what the disk did to it since is noticed before it is read. Rows `link` to it by an owner's name; a blob that nobody
// links to is collected.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "crypto/digest.h"
#include "os/fd.h"
#include "os/files.h"
#include "store/database.h"

namespace hanbat::store {

/// What is left to the database when the disk fills: nothing large is written beyond it, so that rows, deletions among
/// them, still are.
inline constexpr std::uint64_t kDiskReserve = 32u << 20;

/// The file of a blob does not hold what its name says. The message names the blob.
struct DamagedBlob : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A blob that is on disk, kept from being collected while this object lives. Copies share that hold.
struct Blob {
  std::string sha256;  // 64 hex digits
  std::uint64_t size = 0;
  std::string md5;  // 32 hex digits
  std::shared_ptr<void> hold;
};

class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  /// Appends. Throws std::system_error (ENOSPC for a full disk); the blob is then abandoned.
  virtual void write(std::string_view bytes) = 0;
  virtual std::uint64_t size() const = 0;
  /// Makes it durable under its name; a damaged file of that name is replaced. Destroying a writer without this leaves
  /// nothing behind.
  virtual Blob commit() = 0;
};

class Blobs;

/// Finds out whether a blob is whole while it is sent: sees all of its bytes, in order.
class BlobCheck {
 public:
  std::uint64_t size() const { return size_; }
  void update(std::string_view bytes) { digest_.update(bytes); }
  /// After the last byte, and before that is sent. Throws DamagedBlob.
  void finish();

 private:
  friend class Blobs;
  BlobCheck(std::string path, std::uint64_t size, std::function<void()> whole)
      : path_(std::move(path)), size_(size), whole_(std::move(whole)) {}

  const std::string path_;
  const std::uint64_t size_;
  const std::function<void()> whole_;  // remembers that it is
  crypto::Digest digest_{crypto::Digest::Kind::kSha256};
};

/// Outlives what it hands out.
class Blobs {
 public:
  /// Keeps the blobs under the folder, which is made.
  Blobs(std::string folder, Database& database);

  /// Throws std::system_error ENOSPC when only the reserve is left on the disk.
  std::unique_ptr<BlobWriter> create();
  Blob put(std::string_view bytes);
  /// The path of a blob's file. The file may be missing or damaged: what is served is read through open().
  std::string path(std::string_view sha256) const;
  /// The blob's file, seen to be whole: its hash is computed once per process for each state of the file (inode, size,
  /// times), which takes a second or so per GiB. Throws DamagedBlob; std::system_error when it is missing or cannot be
  /// read.
  Fd open(std::string_view sha256) const;
  /// The blob's file, to be sent from its first byte to its last. What is not known to be whole, and so long that its
  /// client would wait, comes with a check; all else is as open() gives it.
  std::pair<Fd, std::unique_ptr<BlobCheck>> open_to_send(std::string_view sha256) const;
  /// The whole content, as open() gives it.
  std::string get(std::string_view sha256) const;
  bool exists(std::string_view sha256) const;

  /// Records that `owner` needs the blob; in the transaction that writes the owner's row.
  void link(Tx& tx, std::string_view sha256, std::string_view owner);
  /// Takes that back; the file goes after the commit when no other owner is left.
  void unlink(Tx& tx, std::string_view sha256, std::string_view owner);
  /// Removes the blob's file unless somebody holds it or links to it. Returns whether it did. Never in a transaction.
  bool collect(const std::string& sha256);
  /// Removes what earlier processes left half-written; before anybody writes.
  void remove_half_written();
  /// Removes files that nobody links to and nobody holds, while others go on; ends early when it is asked to. Returns
  /// how many.
  int sweep(const std::stop_token& stop = {});

  /// Whoever removes what rows may have named (a blob, a repository) holds this meanwhile. Nothing while a backup
  /// copies the region: try later.
  std::optional<FileLock> try_removal() const;
  /// The lock that keeps removals off, for a backup in another process.
  static std::string removals_lock(const std::string& folder) { return folder + "/removals.lock"; }
  /// The path of a blob's file below a store's folder.
  static std::string path_in(const std::string& folder, std::string_view sha256);

 private:
  friend class FileBlobWriter;
  /// Tells one state of a file from another.
  struct State {
    std::uint64_t inode = 0;
    std::int64_t size = 0, modified_ns = 0, changed_ns = 0;
    bool operator==(const State&) const = default;
  };
  static State state_of(const Fd& file);

  std::shared_ptr<void> hold(const std::string& sha256);
  void record_whole(const std::string& sha256, const State& state) const;

  std::string folder_;
  Database& database_;
  std::mutex mutex_;
  std::multiset<std::string, std::less<>> held_;
  std::set<std::string> postponed_;  // to be collected once no backup runs; guarded by mutex_

  mutable std::mutex checks_mutex_;
  mutable std::condition_variable checked_;
  mutable std::set<std::string, std::less<>> checking_;
  mutable std::map<std::string, State, std::less<>> whole_;
};

/// A blob that was made before the transaction which will link to it. It goes with this object when nobody did.
class LooseBlob {
 public:
  /// The object lives no longer than `blobs`.
  LooseBlob(Blobs& blobs, Blob blob) : blobs_(&blobs), blob_(std::move(blob)) {}
  LooseBlob(LooseBlob&&) = default;
  ~LooseBlob();
  const Blob& blob() const { return blob_; }

 private:
  Blobs* blobs_;
  Blob blob_;  // without a hold when it was moved from
};

std::span<const Migration> blob_migrations();

}  // namespace hanbat::store
