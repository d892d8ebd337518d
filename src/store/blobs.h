// Bytes too large for a row: S3 objects, image layers, artifacts, logs of builds. A blob is a file named by the SHA-256
// of what it holds, written under a temporary name, synced and renamed; so a name that exists has whole content. Rows
// `link` to it by an owner's name; a blob that nobody links to is collected.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "store/database.h"

namespace hanbat::store {

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
  /// Appends. Throws std::system_error (a full disk, say); the blob is then abandoned.
  virtual void write(std::string_view bytes) = 0;
  virtual std::uint64_t size() const = 0;
  /// Makes it durable under its name. Destroying a writer without this leaves nothing behind.
  virtual Blob commit() = 0;
};

class Blobs {
 public:
  /// Keeps the blobs under the folder, which is made; what an earlier process left half-written goes.
  Blobs(std::string folder, Database& database);

  std::unique_ptr<BlobWriter> create();
  Blob put(std::string_view bytes);
  /// The path of a blob's file, to open and read. The file may be missing.
  std::string path(std::string_view sha256) const;
  /// The whole content. Throws std::system_error when it is missing or cannot be read, std::runtime_error when its hash
  /// differs.
  std::string get(std::string_view sha256) const;
  bool exists(std::string_view sha256) const;

  /// Records that `owner` needs the blob; in the transaction that writes the owner's row.
  void link(Tx& tx, std::string_view sha256, std::string_view owner);
  /// Takes that back; the file goes after the commit when no other owner is left.
  void unlink(Tx& tx, std::string_view sha256, std::string_view owner);
  /// Removes files that nobody links to and nobody holds; at start. Returns how many.
  int sweep();

 private:
  friend class FileBlobWriter;
  std::shared_ptr<void> hold(const std::string& sha256);
  /// Removes the file unless somebody holds it or links to it. Returns whether it did.
  bool collect(const std::string& sha256);

  std::string folder_;
  Database& database_;
  std::mutex mutex_;
  std::multiset<std::string, std::less<>> held_;
};

std::span<const Migration> blob_migrations();

}  // namespace hanbat::store
