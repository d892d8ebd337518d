// Whole files: read at once, replaced so that a crash leaves either the old or the new content, folders made and
// removed. Everything throws std::system_error that names the path.
#pragma once

#include <sys/types.h>

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

/// Makes the folder and its parents; what exists stays as it is.
void make_folders(const std::string& path, mode_t mode = 0755);
/// Removes a file or a whole tree, without following links; nothing there is fine.
void remove_tree(const std::string& path);
/// The names in a folder, sorted, without "." and "..".
std::vector<std::string> list_folder(const std::string& path);

/// open(2) with CLOEXEC.
Fd open_file(const std::string& path, int flags, mode_t mode = 0644);

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
