// Whole files: read at once, replaced so that a crash leaves either the old or the new content, folders made and
// removed. Everything throws std::system_error that names the path.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "os/fd.h"

namespace hanbat {

/// The whole content.
std::string read_file(const std::string& path);
/// The whole content, or nothing when there is no such file.
std::optional<std::string> find_file(const std::string& path);
bool path_exists(const std::string& path);

/// Replaces the file: written under a temporary name beside it, synced, renamed, and the folder synced. Durable when it
/// returns.
void write_file_atomic(const std::string& path, std::string_view content, mode_t mode = 0644);
/// Makes the entries of a folder durable.
void sync_folder(const std::string& folder);
/// Makes all durable that was written to the file system which holds the folder.
void sync_disk_of(const std::string& folder);

/// Makes the folder and its parents, durably; what exists stays as it is.
void make_folders(const std::string& path, mode_t mode = 0755);
/// Removes a file or a whole tree, without following links; nothing there is fine.
void remove_tree(const std::string& path);
/// The names in a folder, sorted, without "." and "..".
std::vector<std::string> list_folder(const std::string& path);

/// open(2) with CLOEXEC.
Fd open_file(const std::string& path, int flags, mode_t mode = 0644);

/// Throws std::system_error ENOSPC when the file system that holds the path has fewer bytes left for unprivileged
/// users.
void require_free_space(const std::string& path, std::uint64_t bytes);

/// An advisory lock on a file, between processes and between objects of one process; let go with this object or when
/// the process ends, however that happens.
class FileLock {
 public:
  enum class Mode { kShared, kAlone };
  /// Takes the lock, making the file (0600) when there is none; nothing when others hold it. Does not wait.
  static std::optional<FileLock> try_take(const std::string& path, Mode mode);

 private:
  explicit FileLock(Fd file) : file_(std::move(file)) {}
  Fd file_;
};

/// A new empty folder below $TMPDIR (or /tmp), removed with this object.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(std::string_view prefix = "hanbat");
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace hanbat
