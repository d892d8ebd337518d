#include "os/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "os/fault.h"
#include "os/unfinished.h"
#include "os/writers_turn.h"

namespace hanbat {

Fd open_file(const std::string& path, int flags, mode_t mode) {
  if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) != 0) require_no_writers_turn("write the file " + path);
  for (;;) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd >= 0) return Fd(fd);
    if (errno != EINTR) throw_errno("open " + path);
  }
}

namespace {
std::string read_rest(const Fd& fd, const std::string& path) {
  std::string content;
  struct stat about{};
  if (::fstat(fd.get(), &about) == 0 && about.st_size > 0) content.reserve(static_cast<std::size_t>(about.st_size) + 1);
  char buffer[16384];
  try {
    while (const std::size_t n = read_some(fd.get(), buffer)) content.append(buffer, n);
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "read " + path);
  }
  return content;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}
}  // namespace

std::string read_file(const std::string& path) { return read_rest(open_file(path, O_RDONLY), path); }

std::optional<std::string> find_file(const std::string& path) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw_errno("open " + path);
  }
  return read_rest(fd, path);
}

bool path_exists(const std::string& path) {
  struct stat about{};
  return ::lstat(path.c_str(), &about) == 0;
}

void sync_folder(const std::string& folder) {
  require_no_writers_turn("sync the folder " + folder);
  const Fd fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) < 0) throw_errno("sync " + folder);
}

void sync_disk_of(const std::string& folder) {
  require_no_writers_turn("sync the disk of " + folder);
  const Fd fd = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (::syncfs(fd.get()) < 0) throw_errno("sync the disk of " + folder);
}

void write_file_atomic(const std::string& path, std::string_view content, mode_t mode) {
  const std::string temporary = unfinished_name(path);
  try {
    const Fd fd = open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, mode);
    // The umask must not narrow what the caller asked for.
    if (::fchmod(fd.get(), mode) < 0) throw_errno("set the mode of " + temporary);
    write_all(fd.get(), content);
    if (::fsync(fd.get()) < 0) throw_errno("sync " + temporary);
    fault_point("file:before-rename");
    if (::rename(temporary.c_str(), path.c_str()) < 0) throw_errno("rename " + temporary + " to " + path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  fault_point("file:after-rename");
  sync_folder(folder_of(path));
}

void require_free_space(const std::string& path, std::uint64_t bytes) {
  struct statvfs disk{};
  if (::statvfs(path.c_str(), &disk) < 0) throw_errno("look at the disk of " + path);
  if (static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize < bytes)
    throw std::system_error(ENOSPC, std::generic_category(), "the disk of " + path + " is nearly full");
}

std::optional<FileLock> FileLock::try_take(const std::string& path, Mode mode) {
  Fd file = open_file(path, O_RDWR | O_CREAT, 0600);
  while (::flock(file.get(), (mode == Mode::kAlone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw_errno("lock " + path);
  }
  return FileLock(std::move(file));
}

void make_folders(const std::string& path, mode_t mode) {
  require_no_writers_turn("make the folder " + path);
  for (std::size_t at = 1; at <= path.size(); ++at) {
    if (at != path.size() && path[at] != '/') continue;
    const std::string part = path.substr(0, at);
    if (::mkdir(part.c_str(), mode) == 0) {
      sync_folder(folder_of(part));
    } else if (errno != EEXIST) {
      throw_errno("make the folder " + part);
    }
  }
  struct stat about{};
  if (::stat(path.c_str(), &about) < 0) throw_errno("look at " + path);
  if (!S_ISDIR(about.st_mode)) throw std::system_error(ENOTDIR, std::generic_category(), "make the folder " + path);
}

void remove_tree(const std::string& path) {
  require_no_writers_turn("remove " + path);
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) throw std::system_error(error, "remove " + path);
}

std::vector<std::string> list_folder(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  if (error) throw std::system_error(error, "list " + path);
  std::sort(names.begin(), names.end());
  return names;
}

TemporaryFolder::TemporaryFolder(std::string_view prefix) {
  const char* root = std::getenv("TMPDIR");
  path_ = std::string(root && *root ? root : "/tmp") + "/" + std::string(prefix) + ".XXXXXX";
  if (!::mkdtemp(path_.data())) throw_errno("make a temporary folder");
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace hanbat
