#include "guest/archive/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>

#include "os/files.h"

namespace hanbat::guest {

void make_zip(const std::vector<std::pair<std::string, std::string>>& files, const std::string& zip) {
  std::unique_ptr<archive, int (*)(archive*)> out(archive_write_new(), archive_write_free);
  archive_write_set_format_zip(out.get());
  if (archive_write_open_filename(out.get(), zip.c_str()) != ARCHIVE_OK)
    throw std::runtime_error("cannot make " + zip + ": " + archive_error_string(out.get()));
  std::vector<char> chunk(1 << 16);
  for (const auto& [path, name] : files) {
    struct stat s{};
    if (::lstat(path.c_str(), &s) != 0) throw std::system_error(errno, std::generic_category(), "stat " + path);
    std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    archive_entry_copy_stat(entry.get(), &s);
    archive_entry_set_pathname(entry.get(), name.c_str());
    const bool link = S_ISLNK(s.st_mode);
    if (link) {
      const ssize_t n = ::readlink(path.c_str(), chunk.data(), chunk.size() - 1);
      archive_entry_set_symlink(entry.get(),
                                std::string(chunk.data(), n > 0 ? static_cast<std::size_t>(n) : 0).c_str());
    }
    if (archive_write_header(out.get(), entry.get()) != ARCHIVE_OK)
      throw std::runtime_error("zip " + name + ": " + archive_error_string(out.get()));
    if (link || !S_ISREG(s.st_mode)) continue;
    const Fd in = open_file(path, O_RDONLY);
    while (true) {
      const ssize_t n = ::read(in.get(), chunk.data(), chunk.size());
      if (n < 0) throw std::system_error(errno, std::generic_category(), "read " + path);
      if (n == 0) break;
      if (archive_write_data(out.get(), chunk.data(), static_cast<std::size_t>(n)) < 0)
        throw std::runtime_error("zip " + name + ": " + archive_error_string(out.get()));
    }
  }
  if (archive_write_close(out.get()) != ARCHIVE_OK)
    throw std::runtime_error("zip: " + std::string(archive_error_string(out.get())));
}

}  // namespace hanbat::guest
